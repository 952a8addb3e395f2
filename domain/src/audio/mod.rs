//! Music and announcements for those who wait, from the upload to what plays.
//!
//! Owns `audio_file`. An administrator makes the row and uploads to the address that comes with it; the worker that leased
//! the conversion writes the outcome. Nothing here is confidential (every caller hears it), so it lies unencrypted.

mod conversion;
mod files;
mod format;
mod link;
mod upload;

pub use conversion::{ConversionLease, ConvertedAudio};
pub(crate) use files::check_usable;
pub use files::{AudioFile, AudioFileChange, AudioFileFilter};
pub use format::AudioFormat;
pub use link::StoredAudio;
pub(crate) use upload::upload_place;

use crate::{ids::AudioFileId, text_enum::text_enum};

/// Bytes of an upload at most.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Seconds of sound at most.
pub const MOST_SECONDS: u32 = 600;

text_enum! { /// Where an audio file is in its life.
AudioFileState {
    /// For its upload, or for a worker that converts it.
    Waiting = "WAITING",
    Converting = "CONVERTING",
    Ready = "READY",
    Failed = "FAILED",
} }

/// Everything of a file lies under this prefix of the bucket.
fn prefix(id: AudioFileId) -> String {
    format!("audio/{}/", id.0.simple())
}

/// Where an attempt at converting writes.
#[must_use]
pub fn converted_key(id: AudioFileId, attempt: i32) -> String {
    format!("{}{attempt}.opus", prefix(id))
}
