//! The beep after which a message begins.

use std::f32::consts::TAU;

use bytes::Bytes;

use super::{FRAME, encode::encode};
use crate::media::AUDIO_RATE;

/// A moment of quiet, so that it is not taken for a part of the greeting, then the tone: in frames of 20 ms.
const QUIET: usize = 20;
const TONE: usize = 22;
const HERTZ: f32 = 1000.0;
const STRENGTH: f32 = 0.25;
/// Ends fade, so that nothing clicks.
const FADE: usize = AUDIO_RATE as usize / 100;

pub fn beep() -> Result<Vec<Bytes>, String> {
    Ok(encode(&samples())?.frames)
}

fn samples() -> Vec<f32> {
    let length = TONE * FRAME;
    let tone = (0..length).map(|place| {
        let edge = place.min(length - 1 - place).min(FADE) as f32 / FADE as f32;
        (place as f32 * HERTZ * TAU / AUDIO_RATE as f32).sin() * STRENGTH * edge
    });
    std::iter::repeat_n(0.0, QUIET * FRAME).chain(tone).collect()
}
