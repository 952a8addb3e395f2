//! Pulls one recorded track through GStreamer, buffer by buffer, never waiting for ever.

use std::path::Path;

use gstreamer as gst;

use super::TranscodeError;
use crate::pipeline::{FileReader, ReadError};

pub struct Decoder(FileReader);

impl Decoder {
    /// Opens a file; `chain` is what stands between the demultiplexer and the sink, with a `!` on either side.
    pub fn open(file: &Path, chain: &str) -> Result<Self, TranscodeError> {
        Ok(Self(FileReader::open(file, &format!("! matroskademux ! queue {chain}"))?))
    }

    /// The next buffer; None at the end.
    pub fn next(&self) -> Result<Option<gst::Buffer>, TranscodeError> {
        Ok(self.0.next()?)
    }
}

impl From<ReadError> for TranscodeError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Failed(reason) => Self::Pipeline(reason),
            ReadError::Stalled => Self::Stalled,
        }
    }
}
