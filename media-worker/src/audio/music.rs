//! The music that we bring along: a slow arpeggio of soft, decaying tones. It is worked out, not recorded, so it is
//! everybody's to use; and it is a circle: what rings on at its end is heard at its beginning.

use std::f64::consts::TAU;

use bytes::Bytes;

use super::{FRAME, encode::encode};
use crate::media::AUDIO_RATE;

/// Fmaj9, Dm7, B♭maj7, C6, Am7, Dm9, Gm7, Csus4: keys of a piano (69 is a' at 440 Hz), up and down; none so low that a small
/// speaker would swallow it.
const CHORDS: [[u8; 8]; 8] = [
    [53, 60, 65, 69, 76, 79, 76, 69],
    [50, 57, 62, 65, 72, 77, 72, 65],
    [46, 53, 62, 65, 69, 74, 69, 62],
    [48, 55, 60, 64, 69, 72, 69, 64],
    [45, 52, 60, 64, 67, 72, 67, 64],
    [50, 57, 64, 65, 69, 76, 69, 65],
    [43, 50, 58, 62, 65, 70, 65, 62],
    [48, 55, 60, 65, 67, 72, 67, 65],
];
/// Samples from one tone to the next: 0.7 s, in whole frames.
const STEP: usize = 35 * FRAME;
const LENGTH: usize = STEP * CHORDS.len() * CHORDS[0].len();
/// Of a tone: multiple of its pitch, strength, seconds in which it falls to a third.
const PARTIALS: [(f64, f64, f64); 3] = [(1.0, 1.0, 1.1), (2.0, 0.3, 0.7), (3.0, 0.08, 0.4)];
const ATTACK_SECONDS: f64 = 0.012;
const TONE_SECONDS: f64 = 4.5;
/// It is there, not in the way.
const STRENGTH: f64 = 0.08;

/// One round, as frames that can follow each other for ever.
pub fn default_music() -> Result<Vec<Bytes>, String> {
    let round = samples();
    // The second of two rounds: the encoder's state at its beginning is then what it is at its end.
    let mut frames = encode(&[round.as_slice(), &round].concat())?.frames;
    let count = LENGTH / FRAME;
    if frames.len() < 2 * count {
        return Err("the encoder swallowed some music".to_owned());
    }
    frames.truncate(2 * count);
    Ok(frames.split_off(count))
}

pub(super) fn samples() -> Vec<f32> {
    let mut round = vec![0.0; LENGTH];
    for (number, key) in CHORDS.iter().flatten().enumerate() {
        let pitch = 440.0 * ((f64::from(*key) - 69.0) / 12.0).exp2();
        // The ear hears low tones softer, and the first of a chord carries it.
        let strength = STRENGTH * if number % CHORDS[0].len() == 0 { 1.5 } else { 1.0 };
        for (multiple, share, seconds) in PARTIALS {
            ring(&mut round, number * STEP, pitch * multiple, strength * share, seconds);
        }
    }
    round
}

/// Adds a decaying sine, by recurrence: y(n) = 2 r cos w y(n-1) - r^2 y(n-2).
fn ring(round: &mut [f32], start: usize, hertz: f64, strength: f64, seconds: f64) {
    let rate = f64::from(AUDIO_RATE);
    let (decay, angle) = ((-1.0 / (seconds * rate)).exp(), TAU * hertz / rate);
    let (one, two) = (2.0 * decay * angle.cos(), decay * decay);
    let (mut before, mut now) = (0.0, strength * decay * angle.sin());
    let (mut attack, rise) = (1.0, (-1.0 / (ATTACK_SECONDS * rate)).exp());
    let (front, back) = round.split_at_mut(start);
    for sample in back.iter_mut().chain(front).take((TONE_SECONDS * rate) as usize) {
        *sample += ((1.0 - attack) * now) as f32;
        (before, now) = (now, one * now - two * before);
        attack *= rise;
    }
}
