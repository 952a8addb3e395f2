//! What a synthetic participant plays: clips that GStreamer encoded once, kept as RTP packets
//! (RFC 4571 framing) under the target folder and replayed with their own timing.

pub mod clip;
pub mod replay;

pub use clip::{Clip, Scene};
pub use replay::Replay;
