//! What recorder, transcoder and converter share of GStreamer's pipelines. A state change can hang for ever in a driver or a
//! lock; nobody here waits for ever.

use std::{path::Path, sync::mpsc, thread, time::Duration};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::AppSink;

const STATE_CHANGE_LIMIT: Duration = Duration::from_secs(10);
/// A decoder that gives nothing for so long hangs: it has the whole file.
const STALL_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(500);

/// Builds a pipeline from its description; an error says what is wrong with it or missing.
pub fn launch(description: &str) -> Result<gst::Pipeline, String> {
    let element = gst::parse::launch(description).map_err(|error| error.to_string())?;
    element.downcast().map_err(|element| format!("{} is no pipeline", element.name()))
}

/// Changes the state and waits for it, at most as long as `limit`. A change that hangs keeps a thread, not the caller.
pub fn change_state(pipeline: &gst::Pipeline, state: gst::State, limit: Duration) -> Result<(), String> {
    let (done, changed) = mpsc::sync_channel(1);
    let changing = pipeline.clone();
    thread::Builder::new()
        .name("state-change".to_owned())
        .spawn(move || {
            let outcome = changing.set_state(state).map(drop);
            // The receiver is gone once the limit has passed.
            let _ = done.send(outcome);
        })
        .map_err(|error| error.to_string())?;
    match changed.recv_timeout(limit) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => {
            Err(format!("the pipeline refused {state:?}: {}", first_error(pipeline).unwrap_or_default()))
        }
        Err(_) => Err(format!("the pipeline was not {state:?} after {limit:?}")),
    }
}

/// The error a pipeline has posted, if any.
pub fn first_error(pipeline: &gst::Pipeline) -> Option<String> {
    let message = pipeline.bus()?.pop_filtered(&[gst::MessageType::Error])?;
    match message.view() {
        gst::MessageView::Error(error) => Some(describe(error)),
        _ => None,
    }
}

pub fn describe(error: &gst::message::Error) -> String {
    let source = error.src().map(|element| element.name().to_string());
    format!("{}: {} ({})", source.unwrap_or_default(), error.error(), error.debug().unwrap_or_default())
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{0}")]
    Failed(String),
    #[error("the pipeline made no progress")]
    Stalled,
}

/// Pulls a file through a pipeline, buffer by buffer.
pub struct FileReader {
    pipeline: gst::Pipeline,
    sink: AppSink,
}

impl FileReader {
    /// `chain` is what stands between the file and the sink, with a `!` on either side.
    pub fn open(file: &Path, chain: &str) -> Result<Self, ReadError> {
        let description = format!("filesrc name=file {chain} appsink name=out sync=false max-buffers=8");
        let pipeline = launch(&description).map_err(ReadError::Failed)?;
        let source = pipeline.by_name("file");
        source.inspect(|source| source.set_property("location", file));
        let sink = pipeline
            .by_name("out")
            .and_then(|sink| sink.downcast::<AppSink>().ok())
            .ok_or_else(|| ReadError::Failed("no sink".to_owned()))?;
        let reader = Self { pipeline, sink };
        change_state(&reader.pipeline, gst::State::Playing, STATE_CHANGE_LIMIT).map_err(ReadError::Failed)?;
        Ok(reader)
    }

    /// The next buffer; None at the end.
    pub fn next(&self) -> Result<Option<gst::Buffer>, ReadError> {
        for _ in 0..STALL_LIMIT.as_millis() / POLL.as_millis() {
            let wait = gst::ClockTime::from_mseconds(POLL.as_millis() as u64);
            if let Some(sample) = self.sink.try_pull_sample(wait) {
                return Ok(sample.buffer_owned());
            }
            if self.sink.is_eos() {
                return Ok(None);
            }
            if let Some(error) = first_error(&self.pipeline) {
                return Err(ReadError::Failed(error));
            }
        }
        Err(ReadError::Stalled)
    }

    /// As the file says of itself; known once buffers come.
    pub fn duration(&self) -> Option<Duration> {
        self.pipeline.query_duration::<gst::ClockTime>().map(Into::into)
    }
}

impl Drop for FileReader {
    fn drop(&mut self) {
        if let Err(reason) = change_state(&self.pipeline, gst::State::Null, STATE_CHANGE_LIMIT) {
            tracing::warn!(reason, "a decoder could not be taken down");
        }
    }
}
