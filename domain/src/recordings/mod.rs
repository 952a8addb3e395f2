//! What is recorded of a call, from the first object to the link that plays it.
//!
//! Owns `recording` and everything that hangs on it. While a call runs its leasing worker writes tracks and objects;
//! afterwards the worker that leased the transcoding writes the finished files. What a row does not name does not exist.

mod capture;
mod control;
mod list;
mod playback;
mod transcode;

pub use capture::{NewObject, NewTrack};
pub(crate) use control::{begin, discard, finalize, follow_consent};
pub use list::{Pause, Recording, RecordingFilter, Rendition};
pub use playback::{Access, PlaybackGrant};
pub use transcode::{FinishedFile, FinishedRecording, TranscodeInput, TranscodeLease};

use crate::{ids::RecordingId, text_enum::text_enum};

text_enum! { /// Where a recording is in its life.
RecordingState {
    Recording = "RECORDING",
    Paused = "PAUSED",
    /// The call is over; the last objects are on their way.
    Finalizing = "FINALIZING",
    Transcoding = "TRANSCODING",
    Ready = "READY",
    Failed = "FAILED",
    Deleted = "DELETED",
} }

impl RecordingState {
    /// While the call runs.
    pub const LIVE: [Self; 2] = [Self::Recording, Self::Paused];
}

/// Everything of a recording lies under this prefix of the bucket.
#[must_use]
pub fn prefix(id: RecordingId) -> String {
    format!("recordings/{}/", id.0.simple())
}

/// Where a worker's lease of the call writes.
#[must_use]
pub fn capture_prefix(id: RecordingId, epoch: i32) -> String {
    format!("{}{epoch}/", prefix(id))
}

/// Where an attempt at transcoding writes.
#[must_use]
pub fn output_prefix(id: RecordingId, attempt: i32) -> String {
    format!("{}out/{attempt}/", prefix(id))
}
