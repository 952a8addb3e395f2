//! One recorded picture track, decoded to the size of its cell, asked frame by frame what it shows.

use std::{path::Path, time::Duration};

use gstreamer as gst;

use super::{TranscodeError, decoder::Decoder, picture::Size, probe::Found};

/// A picture stays for so long after its frame when no other follows soon.
const HOLD: Duration = Duration::from_millis(500);
/// Frames further apart than this mean that the camera was off in between.
const CAMERA_OFF: Duration = Duration::from_secs(2);

/// Nanoseconds from the start of the recording; a track may begin before it.
pub type Time = i64;

pub struct VideoTrack {
    id: String,
    decoder: Option<Decoder>,
    offset: Time,
    shown: Option<Frame>,
    next: Option<Frame>,
}

#[derive(Clone)]
struct Frame {
    at: Time,
    buffer: gst::Buffer,
}

impl VideoTrack {
    pub fn open(directory: &Path, found: &Found, cell: Size) -> Result<Self, TranscodeError> {
        // Browsers code BT.601 and VP8 doesn't say so; GStreamer would guess BT.709 from 720 lines on.
        let chain = format!(
            "! vp8dec ! capssetter caps=video/x-raw,colorimetry=bt601 ! videoconvertscale add-borders=true \
             ! video/x-raw,format=I420,width={},height={},pixel-aspect-ratio=1/1,colorimetry=bt601 !",
            cell.width, cell.height
        );
        let decoder = Decoder::open(&found.plan.file(directory), &chain)?;
        let mut track = Self {
            id: found.plan.id.clone(),
            decoder: Some(decoder),
            offset: found.plan.offset_ms * 1_000_000,
            shown: None,
            next: None,
        };
        track.next = track.pull();
        Ok(track)
    }

    /// What is seen at that time, to which only later times may follow.
    pub fn picture_at(&mut self, time: Time) -> Option<&gst::Buffer> {
        while self.next.as_ref().is_some_and(|next| next.at <= time) {
            self.shown = self.next.take();
            self.next = self.pull();
        }
        let shown = self.shown.as_ref()?;
        let next_is_near =
            self.next.as_ref().is_some_and(|next| next.at - shown.at <= nanoseconds(CAMERA_OFF));
        (next_is_near || time - shown.at <= nanoseconds(HOLD)).then_some(&shown.buffer)
    }

    /// Nothing will be seen after that time.
    pub fn is_over(&self, time: Time) -> bool {
        self.next.is_none() && self.shown.as_ref().is_none_or(|shown| time - shown.at > nanoseconds(HOLD))
    }

    fn pull(&mut self) -> Option<Frame> {
        match self.decoder.as_ref()?.next() {
            Ok(Some(buffer)) => {
                let at = self.offset + buffer.pts().map_or(0, |time| time.nseconds() as Time);
                Some(Frame { at, buffer })
            }
            Ok(None) => {
                self.decoder = None;
                None
            }
            Err(error) => {
                tracing::warn!(track = self.id, %error, "a picture track ends early");
                self.decoder = None;
                None
            }
        }
    }
}

fn nanoseconds(duration: Duration) -> Time {
    duration.as_nanos() as Time
}
