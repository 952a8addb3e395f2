//! Samples to Opus frames.

use std::time::Duration;

use bytes::Bytes;
use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSrc};

use super::FRAME;
use crate::{
    media::AUDIO_RATE,
    pipeline::{change_state, first_error, launch},
};

const STATE_CHANGE_LIMIT: Duration = Duration::from_secs(10);
/// Encoding is a hundred times faster than listening.
const STALL_LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(30);
/// Samples a buffer: a second.
const BUFFER: usize = AUDIO_RATE as usize;

/// One channel of sound, in frames of 20 ms.
pub struct Encoded {
    pub frames: Vec<Bytes>,
    /// Samples that the encoder put before the first.
    pub pre_skip: u16,
}

/// Encodes mono samples. Music keeps its quality at this rate, and a caller has room for it beside nothing else.
pub fn encode(samples: &[f32]) -> Result<Encoded, String> {
    gst::init().map_err(|error| error.to_string())?;
    let pipeline = launch(&format!(
        "appsrc name=in format=time block=true max-bytes=4000000 \
         caps=audio/x-raw,format=F32LE,rate={AUDIO_RATE},channels=1,layout=interleaved ! audioconvert \
         ! opusenc bitrate=48000 bitrate-type=constrained-vbr frame-size=20 ! appsink name=out sync=false"
    ))?;
    let encoded = feed(&pipeline, samples);
    if let Err(reason) = change_state(&pipeline, gst::State::Null, STATE_CHANGE_LIMIT) {
        tracing::warn!(reason, "an encoder could not be taken down");
    }
    encoded
}

fn feed(pipeline: &gst::Pipeline, samples: &[f32]) -> Result<Encoded, String> {
    let source =
        pipeline.by_name("in").and_then(|element| element.downcast::<AppSrc>().ok()).ok_or("no source")?;
    let sink =
        pipeline.by_name("out").and_then(|element| element.downcast::<AppSink>().ok()).ok_or("no sink")?;
    change_state(pipeline, gst::State::Playing, STATE_CHANGE_LIMIT)?;
    let time =
        |samples: usize| gst::ClockTime::from_useconds(samples as u64 * 1_000_000 / u64::from(AUDIO_RATE));
    for (number, part) in samples.chunks(BUFFER).enumerate() {
        let bytes: Vec<u8> = part.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(time(number * BUFFER));
            buffer.set_duration(time(part.len()));
        }
        source.push_buffer(buffer).map_err(|error| error.to_string())?;
    }
    source.end_of_stream().map_err(|error| error.to_string())?;
    let (mut frames, mut pre_skip) = (Vec::with_capacity(samples.len() / FRAME + 2), None);
    while let Some(sample) = sink.try_pull_sample(STALL_LIMIT) {
        pre_skip = pre_skip.or_else(|| pre_skip_of(&sample));
        let buffer = sample.buffer().ok_or("no buffer")?;
        let map = buffer.map_readable().map_err(|error| error.to_string())?;
        frames.push(Bytes::copy_from_slice(&map));
    }
    if !sink.is_eos() {
        return Err(first_error(pipeline).unwrap_or_else(|| "the encoder made no progress".to_owned()));
    }
    Ok(Encoded { frames, pre_skip: pre_skip.ok_or("the encoder didn't say how it begins")? })
}

/// From the identification header (RFC 7845, section 5.1), which stands in the caps.
fn pre_skip_of(sample: &gst::Sample) -> Option<u16> {
    let headers = sample.caps()?.structure(0)?.get::<gst::Array>("streamheader").ok()?;
    let head = headers.first()?.get::<gst::Buffer>().ok()?;
    let head = head.map_readable().ok()?;
    Some(u16::from_le_bytes([*head.get(10)?, *head.get(11)?]))
}
