//! Makes what people watch out of a call's recorded tracks: the HLS ladder, one MP4 file, stills and the waveform.
//!
//! Runs as a niced child process (`media-worker transcode --dir DIR`), so that a crash of a decoder touches no call. It owns
//! `DIR/out` and begins by wiping it. GStreamer codes; what is seen and heard when is decided here, in plain arithmetic.

mod audio_track;
mod compose;
mod decoder;
mod encode;
mod feed;
mod layout;
mod mix;
mod picture;
mod plan;
mod playlist;
mod probe;
mod rendition;
mod still;
mod trim;
mod video_track;
mod waveform;
mod write_up;

#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use plan::{Outcome, Plan, Role, TrackPlan};

use compose::Composer;
use encode::Encoder;
use layout::lay_out;
use mix::Mixer;
use picture::Size;
use probe::Found;

#[derive(Debug, thiserror::Error)]
pub enum TranscodeError {
    #[error("plan.json is wrong: {0}")]
    Plan(String),
    #[error("no track holds anything to show or to hear")]
    NothingRecorded,
    /// Nothing is wrong with a message in which nobody speaks, but there is nothing to keep of it.
    #[error("nothing is said in the message")]
    Silent,
    #[error("{path}: {error}", path = path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("GStreamer failed: {0}")]
    Pipeline(String),
    #[error("the pipeline made no progress")]
    Stalled,
}

impl TranscodeError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }
}

/// Builds `directory/out` from `directory/plan.json` and `directory/in`; `progress` hears parts of 1.
pub fn run(directory: &Path, progress: impl FnMut(f64)) -> Result<Outcome, TranscodeError> {
    let fault = |error: gstreamer::glib::Error| TranscodeError::Pipeline(error.to_string());
    gstreamer::init().map_err(fault)?;
    gstfmp4::plugin_register_static().map_err(|error| TranscodeError::Pipeline(error.to_string()))?;
    let mut plan = Plan::read(directory)?;
    let out = directory.join("out");
    wipe(&out).map_err(TranscodeError::io(&out))?;

    let found: Vec<Found> =
        plan.tracks.iter().filter_map(|track| probe::look_through(directory, track)).collect();
    if found.is_empty() {
        return Err(TranscodeError::NothingRecorded);
    }
    let (mut pictures, mut sounds): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|found| found.size.is_some());
    let mut start_ms = 0;
    if plan.message {
        let said = trim::said_in(directory, sounds.clone(), plan.duration_ms)?;
        (start_ms, plan.duration_ms) = (said.start, said.end - said.start);
        for found in pictures.iter_mut().chain(&mut sounds) {
            found.plan.offset_ms -= start_ms as i64;
        }
    }
    let legs = by_leg(if plan.video { pictures } else { Vec::new() });
    let sizes: Vec<Size> = legs.iter().filter_map(|leg| largest(leg)).collect();
    let layout = lay_out(&sizes);

    let name = if layout.is_some() { "recording.mp4" } else { "recording.m4a" };
    let rungs = layout.as_ref().map_or(&[][..], |layout| &layout.rungs);
    let encoder = Encoder::build(&out, &out.join(name), rungs)?;
    let composer = layout.as_ref().map(|layout| Composer::new(directory, layout, legs));
    let end = audio_track::RATE * plan.duration_ms as i64 / 1000;
    let end = end.max(encode::AUDIO_PRIMING + 1);
    let mixer = Mixer::new(directory, sounds, encode::AUDIO_PRIMING, end, plan.message);
    let made = feed::run(&encoder, composer, mixer, plan.duration_ms, progress)?;
    write_up::write(&out, &encoder, made, start_ms, plan.duration_ms)
}

fn wipe(out: &Path) -> io::Result<()> {
    match fs::remove_dir_all(out) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    fs::create_dir_all(out)
}

/// Agents' legs first, then contacts', each in the order in which they began.
fn by_leg(mut pictures: Vec<Found>) -> Vec<Vec<Found>> {
    pictures.sort_by_key(|found| (found.plan.role, found.plan.offset_ms));
    let mut legs: Vec<Vec<Found>> = Vec::new();
    for found in pictures {
        match legs.iter_mut().find(|leg| leg[0].plan.leg == found.plan.leg) {
            Some(leg) => leg.push(found),
            None => legs.push(vec![found]),
        }
    }
    legs
}

fn largest(leg: &[Found]) -> Option<Size> {
    leg.iter().filter_map(|found| found.size).max_by_key(|size| size.width * size.height)
}
