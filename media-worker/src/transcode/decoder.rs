//! Pulls one recorded track through GStreamer, buffer by buffer, never waiting for ever.

use std::{path::Path, time::Duration};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::AppSink;

use super::TranscodeError;
use crate::pipeline::{change_state, first_error, launch};

const STATE_CHANGE_LIMIT: Duration = Duration::from_secs(10);
/// A decoder that gives nothing for so long hangs: it has the whole file.
const STALL_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(500);

pub struct Decoder {
    pipeline: gst::Pipeline,
    sink: AppSink,
}

impl Decoder {
    /// Opens a file; `chain` is what stands between the demultiplexer and the sink, with a `!` on either side.
    pub fn open(file: &Path, chain: &str) -> Result<Self, TranscodeError> {
        let description = format!(
            "filesrc name=file ! matroskademux ! queue {chain} appsink name=out sync=false max-buffers=8"
        );
        let pipeline = launch(&description).map_err(TranscodeError::Pipeline)?;
        let source = pipeline.by_name("file");
        source.inspect(|source| source.set_property("location", file));
        let sink = pipeline
            .by_name("out")
            .and_then(|sink| sink.downcast::<AppSink>().ok())
            .ok_or_else(|| TranscodeError::Pipeline("no sink".to_owned()))?;
        let decoder = Self { pipeline, sink };
        change_state(&decoder.pipeline, gst::State::Playing, STATE_CHANGE_LIMIT)
            .map_err(TranscodeError::Pipeline)?;
        Ok(decoder)
    }

    /// The next buffer; None at the end.
    pub fn next(&self) -> Result<Option<gst::Buffer>, TranscodeError> {
        for _ in 0..STALL_LIMIT.as_millis() / POLL.as_millis() {
            let wait = gst::ClockTime::from_mseconds(POLL.as_millis() as u64);
            if let Some(sample) = self.sink.try_pull_sample(wait) {
                return Ok(sample.buffer_owned());
            }
            if self.sink.is_eos() {
                return Ok(None);
            }
            if let Some(error) = first_error(&self.pipeline) {
                return Err(TranscodeError::Pipeline(error));
            }
        }
        Err(TranscodeError::Stalled)
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        if let Err(reason) = change_state(&self.pipeline, gst::State::Null, STATE_CHANGE_LIMIT) {
            tracing::warn!(reason, "a decoder could not be taken down");
        }
    }
}
