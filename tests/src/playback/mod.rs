//! Watching a recording: reads the HLS ladder as a player does, and decodes the download to
//! measure what is in it.

mod decode;
mod hls;
mod opus;

pub use self::decode::{Decoded, Side, Sound, decode, decode_sound, median, tone};
pub use self::hls::{Ladder, Rung, read_ladder};
pub use self::opus::decode_opus;
