//! Where a message begins and ends: the silence before and after it is cut off, and one in which nothing is said is told.

use std::{ops::Range, path::Path};

use super::{
    TranscodeError,
    audio_track::{Position, RATE},
    encode::AUDIO_PRIMING,
    mix::Mixer,
    probe::Found,
};

/// Power of −45 dB of full scale: what is quieter is nobody's voice.
const QUIET: f32 = 3.2e-5;
/// A window of 20 ms.
const WINDOW: usize = RATE as usize / 50;
const WINDOW_MILLISECONDS: usize = 20;
/// So much of the silence stays at both ends.
const KEPT_MILLISECONDS: u64 = 300;
/// A pause counts as speech for so many windows at most: between words, not between two noises.
const PAUSE: usize = 20;
/// Less than this of speech is a click, a cough, or somebody who hung up.
const LEAST: usize = 2000 / WINDOW_MILLISECONDS;

/// Where in a message of this length something is said, in milliseconds. Judged from where the file begins: what it won't
/// hold, be it a click, says nothing.
///
/// # Errors
/// [`TranscodeError::Silent`] when nothing is.
pub fn said_in(directory: &Path, sounds: Vec<Found>, duration_ms: u64) -> Result<Range<u64>, TranscodeError> {
    let end = RATE * duration_ms as Position / 1000;
    let mut mixer = Mixer::new(directory, sounds, AUDIO_PRIMING, end.max(AUDIO_PRIMING + 1), true);
    let loud = std::iter::from_fn(|| mixer.next_block()).flat_map(|block| loud_windows(&block));
    let (first, last) = said(loud).ok_or(TranscodeError::Silent)?;
    let start = begins_at(first).saturating_sub(KEPT_MILLISECONDS);
    Ok(start..(begins_at(last + 1) + KEPT_MILLISECONDS).min(duration_ms))
}

/// In milliseconds from the start of the recording.
fn begins_at(window: usize) -> u64 {
    (window * WINDOW_MILLISECONDS) as u64 + (AUDIO_PRIMING * 1000 / RATE) as u64
}

/// Of a block of both channels in turn, which hold the same.
fn loud_windows(block: &[f32]) -> Vec<bool> {
    let power = |window: &[f32]| window.iter().map(|it| it * it).sum::<f32>() / window.len() as f32;
    block.chunks(2 * WINDOW).map(|window| power(window) > QUIET).collect()
}

/// The first and the last loud window, if there is enough between them.
fn said(loud: impl Iterator<Item = bool>) -> Option<(usize, usize)> {
    let mut places = loud.enumerate().filter(|(_, loud)| *loud).map(|(place, _)| place);
    let first = places.next()?;
    let (mut last, mut speech) = (first, 1);
    for place in places {
        speech += (place - last).min(PAUSE);
        last = place;
    }
    (speech >= LEAST).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(stretches: &[(bool, usize)]) -> impl Iterator<Item = bool> {
        stretches.iter().flat_map(|(loud, count)| std::iter::repeat_n(*loud, *count))
    }

    #[test]
    fn what_was_said_is_found_between_silence() {
        // Three words of half a second with pauses, in four seconds of nothing before and behind.
        let speech =
            [(false, 200), (true, 25), (false, 15), (true, 25), (false, 15), (true, 25), (false, 200)];
        assert_eq!(said(windows(&speech)), Some((200, 304)));
        assert_eq!(said(windows(&[(true, 150)])), Some((0, 149)));
    }

    #[test]
    fn noises_are_no_message() {
        assert_eq!(said(windows(&[(false, 9000)])), None);
        assert_eq!(said(windows(&[(true, 5), (false, 4000), (true, 5)])), None, "two coughs");
        assert_eq!(said(windows(&[(false, 10), (true, 99), (false, 10)])), None, "less than two seconds");
        assert!(said(windows(&[(false, 10), (true, 100), (false, 10)])).is_some());
    }

    #[test]
    fn loudness_is_judged_by_window() {
        let block = |amplitude: f32| vec![amplitude; 10 * WINDOW];
        assert_eq!(loud_windows(&block(0.005)), [false; 5], "-46 dB");
        assert_eq!(loud_windows(&block(0.0063)), [true; 5], "-44 dB");
    }
}
