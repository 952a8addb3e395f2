//! What is said of audio and video all over the worker: each kind is negotiated, forwarded and recorded with one codec.

use domain::calls::MediaKind;

/// Samples a second of all sound: Opus knows no other clock (RFC 7587), and what people play back keeps it.
pub const AUDIO_RATE: u32 = 48_000;
/// RFC 7741.
const VIDEO_CLOCK_RATE: u32 = 90_000;

/// Ticks a second of its RTP timestamps.
pub fn clock_rate(kind: MediaKind) -> u32 {
    match kind {
        MediaKind::Audio => AUDIO_RATE,
        MediaKind::Video => VIDEO_CLOCK_RATE,
    }
}

/// As RTP payload formats are registered.
pub fn codec_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "OPUS",
        MediaKind::Video => "VP8",
    }
}

/// As SDP and GStreamer name it.
pub fn name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}
