//! Stills: the poster, and a sheet of thumbnails with the WebVTT file that says where each time's is.

use std::{fmt::Write, fs, path::Path};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSrc};

use super::{
    TranscodeError,
    picture::{Picture, Size},
};
use crate::pipeline::{change_state, first_error};

const QUALITY: i32 = 85;
const LIMIT: std::time::Duration = std::time::Duration::from_secs(20);

const THUMBNAIL: Size = Size { width: 160, height: 90 };
const COLUMNS: usize = 10;
const MOST_THUMBNAILS: u64 = 100;
const SHORTEST_INTERVAL_SECONDS: u64 = 5;

/// Collects stills while the composer draws.
pub struct Stills {
    poster: Option<(usize, Picture)>,
    thumbnails: Vec<Picture>,
    interval_seconds: u64,
}

impl Stills {
    pub fn new(duration_seconds: u64) -> Self {
        Self {
            poster: None,
            thumbnails: Vec::new(),
            interval_seconds: duration_seconds.div_ceil(MOST_THUMBNAILS).max(SHORTEST_INTERVAL_SECONDS),
        }
    }

    /// Called once for each second of the recording with the picture in its middle. The poster is the first with most cameras on.
    pub fn look(&mut self, second: u64, seen: usize, picture: &Picture) {
        if self.poster.as_ref().is_none_or(|(most, _)| seen > *most) {
            self.poster = Some((seen, picture.clone()));
        }
        if second.is_multiple_of(self.interval_seconds) {
            self.thumbnails.push(picture.shrink(THUMBNAIL));
        }
    }

    pub fn write(&self, out: &Path, duration_seconds: f64) -> Result<(), TranscodeError> {
        if let Some((_, poster)) = &self.poster {
            write_jpeg(poster, &out.join("poster.jpg"))?;
        }
        if self.thumbnails.is_empty() {
            return Ok(());
        }
        write_jpeg(&self.sheet(), &out.join("thumbnails.jpg"))?;
        let path = out.join("thumbnails.vtt");
        fs::write(&path, self.index(duration_seconds)).map_err(TranscodeError::io(&path))
    }

    fn sheet(&self) -> Picture {
        let rows = self.thumbnails.len().div_ceil(COLUMNS);
        let mut sheet = Picture::black(Size {
            width: THUMBNAIL.width * self.thumbnails.len().min(COLUMNS) as u32,
            height: THUMBNAIL.height * rows as u32,
        });
        for (number, thumbnail) in self.thumbnails.iter().enumerate() {
            let (left, top) = place(number);
            sheet.draw(left, top, THUMBNAIL, thumbnail.data());
        }
        sheet
    }

    fn index(&self, duration_seconds: f64) -> String {
        let mut text = "WEBVTT\n".to_owned();
        for number in 0..self.thumbnails.len() {
            let start = (number as u64 * self.interval_seconds) as f64;
            let end = (start + self.interval_seconds as f64).min(duration_seconds);
            let (left, top) = place(number);
            let Size { width, height } = THUMBNAIL;
            write!(
                text,
                "\n{} --> {}\nthumbnails.jpg#xywh={left},{top},{width},{height}\n",
                timestamp(start),
                timestamp(end)
            )
            .expect("a string takes everything");
        }
        text
    }
}

fn place(number: usize) -> (u32, u32) {
    let (row, column) = (number / COLUMNS, number % COLUMNS);
    (column as u32 * THUMBNAIL.width, row as u32 * THUMBNAIL.height)
}

fn timestamp(seconds: f64) -> String {
    let milliseconds = (seconds * 1000.0).round() as u64;
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", milliseconds / 1000 % 60, milliseconds % 1000)
}

fn write_jpeg(picture: &Picture, path: &Path) -> Result<(), TranscodeError> {
    let Size { width, height } = picture.size();
    let caps = gst::Caps::builder("video/x-raw")
        .field("format", "I420")
        .field("width", width as i32)
        .field("height", height as i32)
        .field("framerate", gst::Fraction::new(1, 1))
        .field("colorimetry", "1:4:0:0")
        .build();
    let source = AppSrc::builder().caps(&caps).format(gst::Format::Time).build();
    let sink = AppSink::builder().sync(false).build();
    let fault = |error: gst::glib::BoolError| TranscodeError::Pipeline(error.to_string());
    let encoder = gst::ElementFactory::make("jpegenc").property("quality", QUALITY).build().map_err(fault)?;
    let pipeline = gst::Pipeline::new();
    let elements = [source.upcast_ref(), &encoder, sink.upcast_ref()];
    pipeline.add_many(elements).map_err(fault)?;
    gst::Element::link_many(elements).map_err(fault)?;
    change_state(&pipeline, gst::State::Playing, LIMIT).map_err(TranscodeError::Pipeline)?;
    let mut buffer = gst::Buffer::from_slice(picture.full_range());
    if let Some(buffer) = buffer.get_mut() {
        buffer.set_pts(gst::ClockTime::ZERO);
    }
    let pushed = source.push_buffer(buffer).and_then(|_| source.end_of_stream());
    let sample = sink.try_pull_sample(gst::ClockTime::from_seconds(LIMIT.as_secs()));
    let error = first_error(&pipeline);
    change_state(&pipeline, gst::State::Null, LIMIT).map_err(TranscodeError::Pipeline)?;
    let failed = || TranscodeError::Pipeline(error.unwrap_or_else(|| format!("no JPEG ({pushed:?})")));
    let buffer = sample.and_then(|sample| sample.buffer_owned()).ok_or_else(failed)?;
    let bytes = buffer.map_readable().map_err(|error| TranscodeError::Pipeline(error.to_string()))?;
    fs::write(path, &bytes).map_err(TranscodeError::io(path))
}
