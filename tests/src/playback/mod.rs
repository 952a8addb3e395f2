//! Watching a recording: reads the HLS ladder as a player does, and decodes the download to
//! measure what is in it.

mod decode;
mod hls;

pub use self::decode::{Decoded, Side, decode, decode_sound, median};
pub use self::hls::{Ladder, Rung, read_ladder};
