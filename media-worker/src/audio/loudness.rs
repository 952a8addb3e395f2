//! All files equally loud, whoever made them, and none that hurts.

use crate::media::AUDIO_RATE;

/// Root mean square, in dB of full scale, of the parts that can be heard.
const WANTED: f32 = -20.0;
/// No more than this is added: beyond, a file is mostly its noise.
const MOST_GAIN: f32 = 24.0;
/// Gates in the manner of ITU-R BS.1770: below the first is silence; what is this much below the rest is a pause.
const SILENCE: f32 = -60.0;
const PAUSE: f32 = -10.0;
const BLOCK: usize = AUDIO_RATE as usize * 4 / 10;
/// From here on peaks are bent instead of cut.
const KNEE: f32 = 0.5;
/// Ends fade, so that no loop clicks.
const FADE: usize = AUDIO_RATE as usize / 100;

fn decibels(power: f32) -> f32 {
    10.0 * power.max(1e-12).log10()
}

fn mean(powers: &[f32]) -> f32 {
    powers.iter().sum::<f32>() / powers.len().max(1) as f32
}

/// How loud it is; none if nothing can be heard.
pub fn loudness(samples: &[f32]) -> Option<f32> {
    let power = |block: &[f32]| block.iter().map(|sample| sample * sample).sum::<f32>() / block.len() as f32;
    let heard: Vec<f32> =
        samples.chunks(BLOCK).map(power).filter(|power| decibels(*power) > SILENCE).collect();
    let gate = decibels(mean(&heard)) + PAUSE;
    let loud: Vec<f32> = heard.into_iter().filter(|power| decibels(*power) > gate).collect();
    (!loud.is_empty()).then(|| decibels(mean(&loud)))
}

/// Brings it to the wanted loudness; false if nothing can be heard.
pub fn even_out(samples: &mut [f32]) -> bool {
    let Some(present) = loudness(samples) else { return false };
    let gain = 10_f32.powf((WANTED - present).min(MOST_GAIN) / 20.0);
    samples.iter_mut().for_each(|sample| *sample = bend(*sample * gain));
    let fade = FADE.min(samples.len() / 2);
    for place in 0..fade {
        let part = place as f32 / fade as f32;
        samples[place] *= part;
        let from_end = samples.len() - 1 - place;
        samples[from_end] *= part;
    }
    true
}

fn bend(sample: f32) -> f32 {
    let beyond = sample.abs() - KNEE;
    if beyond <= 0.0 {
        sample
    } else {
        (KNEE + (1.0 - KNEE) * (beyond / (1.0 - KNEE)).tanh()).copysign(sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(amplitude: f32, seconds: usize) -> Vec<f32> {
        let step = std::f32::consts::TAU * 440.0 / AUDIO_RATE as f32;
        (0..seconds * AUDIO_RATE as usize).map(|place| (place as f32 * step).sin() * amplitude).collect()
    }

    #[test]
    fn quiet_and_loud_become_alike_and_pauses_do_not_count() {
        for amplitude in [0.01, 0.1, 1.0] {
            let mut samples = tone(amplitude, 2);
            samples.extend(vec![0.0; AUDIO_RATE as usize * 5]);
            assert!(even_out(&mut samples));
            let after = loudness(&samples).unwrap();
            assert!((after - WANTED).abs() < 0.5, "{amplitude}: {after} dB");
            assert!(samples.iter().all(|sample| sample.abs() <= 1.0));
        }
    }

    #[test]
    fn silence_is_told() {
        assert!(!even_out(&mut vec![0.0; 96_000]));
        assert!(!even_out(&mut []));
    }
}
