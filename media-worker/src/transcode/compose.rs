//! Puts the legs' pictures side by side, thirty times a second of the recording.
//!
//! GStreamer's compositor would freeze the last frame of a track that stops and needs live base pads not to stop itself;
//! with whole files at hand the frame for any time can simply be looked up.

use std::path::{Path, PathBuf};

use gstreamer as gst;

use super::{
    layout::{Cell, Layout},
    picture::Picture,
    probe::Found,
    video_track::{Time, VideoTrack},
};

pub const FRAMES_A_SECOND: u64 = 30;
/// Tracks are opened this long before their first frame, and closed when they are over.
const OPEN_AHEAD: Time = 500_000_000;

pub struct Composer {
    directory: PathBuf,
    canvas: Picture,
    legs: Vec<Leg>,
}

struct Leg {
    cell: Cell,
    /// Not opened yet; the earliest last.
    waiting: Vec<Found>,
    open: Vec<VideoTrack>,
    /// What the canvas has in the cell.
    drawn: Option<gst::Buffer>,
}

impl Composer {
    /// `legs` has each leg's tracks, in the order of the layout's cells.
    pub fn new(directory: &Path, layout: &Layout, legs: Vec<Vec<Found>>) -> Self {
        let legs = layout
            .cells
            .iter()
            .zip(legs)
            .map(|(cell, mut waiting)| {
                waiting.sort_by_key(|found| std::cmp::Reverse(found.plan.offset_ms));
                Leg { cell: *cell, waiting, open: Vec::new(), drawn: None }
            })
            .collect();
        Self { directory: directory.to_owned(), canvas: Picture::black(layout.canvas), legs }
    }

    /// Draws the frame of that number; whether it differs from the one before. Only later numbers may follow.
    pub fn draw(&mut self, number: u64) -> bool {
        let mut changed = false;
        // A frame shows what is nearest to its time, not what came before it: no delay on average.
        let time = frame_time(2 * number + 1) / 2;
        for leg in &mut self.legs {
            leg.open_due_tracks(&self.directory, time);
            let picture = leg.picture_at(time);
            if picture.as_ref().map(|buffer| buffer.as_ptr())
                == leg.drawn.as_ref().map(|buffer| buffer.as_ptr())
            {
                continue;
            }
            changed = true;
            let Cell { left, top, size } = leg.cell;
            match picture.as_ref().map(|buffer| buffer.map_readable()) {
                Some(Ok(bytes)) => self.canvas.draw(left, top, size, &bytes),
                Some(Err(_)) | None => self.canvas.clear(left, top, size),
            }
            // The buffer is kept, so that its address can't come back with another picture in it.
            leg.drawn = picture;
        }
        changed
    }

    pub fn canvas(&self) -> &Picture {
        &self.canvas
    }

    /// Legs whose camera was on in the frame drawn last.
    pub fn seen(&self) -> usize {
        self.legs.iter().filter(|leg| leg.drawn.is_some()).count()
    }
}

impl Leg {
    fn open_due_tracks(&mut self, directory: &Path, time: Time) {
        while let Some(found) =
            self.waiting.pop_if(|found| found.plan.offset_ms * 1_000_000 <= time + OPEN_AHEAD)
        {
            match VideoTrack::open(directory, &found, self.cell.size) {
                Ok(track) => self.open.push(track),
                Err(error) => {
                    tracing::warn!(track = found.plan.id, %error, "a picture track can't be decoded");
                }
            }
        }
        self.open.retain(|track| !track.is_over(time));
    }

    /// After a reload the new track counts as soon as it shows something.
    fn picture_at(&mut self, time: Time) -> Option<gst::Buffer> {
        let mut seen = None;
        for track in &mut self.open {
            if let Some(picture) = track.picture_at(time) {
                seen = Some(picture.clone());
            }
        }
        seen
    }
}

/// Nanoseconds of a frame's start.
pub fn frame_time(number: u64) -> Time {
    (number * 1_000_000_000 / FRAMES_A_SECOND) as Time
}
