//! What recorder and transcoder share of GStreamer's pipelines. A state change can hang for ever in a driver or a lock;
//! nobody here waits for ever.

use std::{sync::mpsc, thread, time::Duration};

use gstreamer::{self as gst, prelude::*};

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
