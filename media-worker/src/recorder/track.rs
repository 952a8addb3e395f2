//! The pipeline of one track: RTP in, streamable Matroska out, nothing decoded.

use std::{
    thread,
    time::{Duration, Instant},
};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};

use super::{
    MediaKind, RecorderError,
    spool::{SpoolHandle, SpoolTrack},
};
use crate::{
    media,
    pipeline::{change_state, describe},
};

/// How long a gap waits for a retransmission. Generous: nobody listens live, and media on time never waits.
const REORDER_MILLISECONDS: u32 = 500;
/// Bytes a track may have waiting before its pipeline: a few seconds of 720p.
const WAITING_BYTES: u64 = 4 << 20;
const STATE_CHANGE_LIMIT: Duration = Duration::from_secs(3);
/// From the end of a stream to its last object on disk.
const FLUSH_LIMIT: Duration = Duration::from_secs(5);
/// Our own payload type, whatever was negotiated: a renegotiation may change it in mid-stream.
const PAYLOAD_TYPE: u8 = 96;

pub struct Track {
    pipeline: gst::Pipeline,
    source: AppSrc,
    /// Arrival of the first packet: timestamp zero.
    zero: Instant,
    spool_track: SpoolTrack,
}

impl Track {
    /// Builds the pipeline; `zero` is the arrival of the first packet that will be pushed.
    pub fn open(kind: MediaKind, zero: Instant, spool_track: SpoolTrack) -> Result<Self, RecorderError> {
        let pipeline = gst::Pipeline::new();
        let source = AppSrc::builder().caps(&rtp_caps(kind)).format(gst::Format::Time).is_live(true).build();
        let sink = AppSink::builder().sync(false).async_(false).build();
        sink.set_callbacks(spool_callbacks(spool_track.handle()));

        let jitter_buffer = element("rtpjitterbuffer")?;
        jitter_buffer.set_property("latency", REORDER_MILLISECONDS);
        jitter_buffer.set_property("do-lost", true);
        let muxer = element("matroskamux")?;
        muxer.set_property("streamable", true);
        muxer.set_property("offset-to-zero", false);
        let mut chain = vec![source.clone().upcast(), jitter_buffer];
        match kind {
            MediaKind::Audio => chain.extend([element("rtpopusdepay")?, element("opusparse")?]),
            MediaKind::Video => {
                let depayloader = element("rtpvp8depay")?;
                depayloader.set_property("wait-for-keyframe", true);
                chain.push(depayloader);
            }
        }
        chain.extend([muxer, sink.upcast()]);
        let fault = |error: gst::glib::BoolError| RecorderError::Pipeline(error.to_string());
        pipeline.add_many(&chain).map_err(fault)?;
        gst::Element::link_many(&chain).map_err(fault)?;

        // Running time is arrival time since `zero`, so that the jitter buffer's timers run on the right clock.
        let clock = gst::SystemClock::obtain();
        pipeline.use_clock(Some(&clock));
        pipeline.set_start_time(gst::ClockTime::NONE);
        let age = clock_time(zero.elapsed());
        pipeline.set_base_time(clock.time().saturating_sub(age));

        watch(&pipeline, spool_track.handle());
        let track = Self { pipeline, source, zero, spool_track };
        change_state(&track.pipeline, gst::State::Playing, STATE_CHANGE_LIMIT)
            .map_err(RecorderError::Pipeline)?;
        Ok(track)
    }

    /// Never blocks; false if the packet had to be dropped because the track can't keep up.
    pub fn push(&self, arrival: Instant, mut packet: Vec<u8>) -> bool {
        if self.source.current_level_bytes() > WAITING_BYTES {
            return false;
        }
        if let Some(marker_and_type) = packet.get_mut(1) {
            *marker_and_type = *marker_and_type & 0x80 | PAYLOAD_TYPE;
        }
        let time = clock_time(arrival.saturating_duration_since(self.zero));
        let mut buffer = gst::Buffer::from_mut_slice(packet);
        if let Some(buffer) = buffer.get_mut() {
            // The jitter buffer reads the arrival from the decoding timestamp.
            buffer.set_dts(time);
            buffer.set_pts(time);
        }
        self.source.push_buffer(buffer).is_ok()
    }

    /// The pipeline or the disk failed; the event has been sent.
    pub fn has_failed(&self) -> bool {
        self.spool_track.has_failed()
    }

    /// Lets what has arrived run out, in a thread of its own; the answer ends when the last object is closed.
    pub fn end(self) -> Ending {
        let ending = Ending(thread::Builder::new().name("track-end".to_owned()).spawn(move || {
            // An error means the pipeline doesn't run any more: the time limit ends it too.
            let _ = self.source.end_of_stream();
            self.spool_track.wait_closed(FLUSH_LIMIT);
        }));
        if let Err(error) = &ending.0 {
            tracing::error!(%error, "no thread to end a track with: its open object is lost");
        }
        ending
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        // From here on the spool takes nothing more, even if the pipeline should hang.
        self.spool_track.handle().close();
        if let Err(reason) = change_state(&self.pipeline, gst::State::Null, STATE_CHANGE_LIMIT) {
            tracing::error!(reason, "a recording pipeline could not be taken down");
        }
    }
}

/// A track that is being ended.
pub struct Ending(std::io::Result<thread::JoinHandle<()>>);

impl Ending {
    pub fn is_over(&self) -> bool {
        self.0.as_ref().map_or(true, thread::JoinHandle::is_finished)
    }

    /// At most as long as the time limits of flushing and of the state change.
    pub fn wait(self) {
        if let Ok(thread) = self.0
            && thread.join().is_err()
        {
            tracing::error!("a track's end panicked");
        }
    }
}

/// Loads every plugin a track needs.
pub fn find_elements() -> Result<(), RecorderError> {
    ["appsrc", "rtpjitterbuffer", "rtpvp8depay", "rtpopusdepay", "opusparse", "matroskamux", "appsink"]
        .into_iter()
        .try_for_each(|name| element(name).map(drop))
}

fn element(name: &str) -> Result<gst::Element, RecorderError> {
    gst::ElementFactory::make(name)
        .build()
        .map_err(|_| RecorderError::Pipeline(format!("GStreamer has no {name}")))
}

fn rtp_caps(kind: MediaKind) -> gst::Caps {
    gst::Caps::builder("application/x-rtp")
        .field("media", media::name(kind))
        .field("clock-rate", media::clock_rate(kind) as i32)
        .field("encoding-name", media::codec_name(kind))
        .field("payload", i32::from(PAYLOAD_TYPE))
        .build()
}

fn spool_callbacks(spool: SpoolHandle) -> AppSinkCallbacks {
    let at_end = spool.clone();
    AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let buffer = sample.buffer_owned().ok_or(gst::FlowError::Error)?;
            spool.media(buffer).map(|()| gst::FlowSuccess::Ok).map_err(|_| gst::FlowError::Eos)
        })
        .eos(move |_| at_end.close())
        .build()
}

fn watch(pipeline: &gst::Pipeline, spool: SpoolHandle) {
    let Some(bus) = pipeline.bus() else { return };
    bus.set_sync_handler(move |_, message| {
        if let gst::MessageView::Error(error) = message.view() {
            spool.fail(describe(error));
        }
        gst::BusSyncReply::Drop
    });
}

fn clock_time(duration: Duration) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX - 1))
}
