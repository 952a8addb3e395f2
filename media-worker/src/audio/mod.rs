//! Sound for those who wait: uploads become Opus frames of 20 ms, which the engine sends on as they are.
//!
//! Converting runs as a niced child process (`media-worker convert`), so that a hostile file touches no call. The music that
//! plays where nobody uploaded any is made here, too, and the beep before a message.

mod beep;
mod container;
mod convert;
mod decode;
mod encode;
mod greeting;
mod loudness;
mod music;
#[cfg(test)]
mod tests;

pub use beep::beep;
pub use container::frames;
pub use convert::{ConvertError, convert};
pub use greeting::default_greeting;
pub use music::default_music;

/// Samples of one Opus frame: 20 ms.
const FRAME: usize = crate::media::AUDIO_RATE as usize / 50;
