//! Drives the encoder: one thread feeds pictures, one sound, and this one watches that both get on.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::AppSrc;

use super::{
    TranscodeError,
    audio_track::RATE,
    compose::{Composer, FRAMES_A_SECOND, frame_time},
    encode::{Encoder, STATE_CHANGE_LIMIT},
    mix::Mixer,
    still::Stills,
    waveform::Waveform,
};
use crate::pipeline::{change_state, describe};

/// Nothing has moved for so long: the pipeline hangs.
const STALL_LIMIT: Duration = Duration::from_secs(60);
const WATCH_EVERY: gst::ClockTime = gst::ClockTime::from_mseconds(200);

/// Parts of the whole that are worth a report.
const REPORT_STEP: f64 = 0.01;

/// What was made besides what the pipeline wrote.
pub struct Made {
    pub stills: Option<Stills>,
    pub waveform: Waveform,
    /// By rung, RFC 6381.
    pub codecs: Vec<String>,
}

/// Frames and blocks handed in so far.
#[derive(Default)]
struct Progress {
    pictures: AtomicU64,
    blocks: AtomicU64,
}

pub fn run(
    encoder: &Encoder,
    composer: Option<Composer>,
    mixer: Mixer,
    duration_ms: u64,
    mut report: impl FnMut(f64),
) -> Result<Made, TranscodeError> {
    let pictures = (duration_ms * FRAMES_A_SECOND).div_ceil(1000);
    let blocks = duration_ms.div_ceil(100);
    let progress = Progress::default();
    let mut reported = 0.0;
    encoder.start(duration_ms)?;
    thread::scope(|scope| {
        let sound = scope.spawn(|| feed_sound(&encoder.sound, mixer, &progress));
        let stills = composer.zip(encoder.pictures.as_ref()).map(|(composer, source)| {
            let progress = &progress;
            scope.spawn(move || feed_pictures(source, composer, pictures, progress))
        });
        let watched = watch(encoder, &progress, |progress| {
            let (done, all) = match encoder.pictures {
                Some(_) => (progress.pictures.load(Ordering::Relaxed), pictures),
                None => (progress.blocks.load(Ordering::Relaxed), blocks),
            };
            let part = done as f64 / all.max(1) as f64;
            if part >= reported + REPORT_STEP {
                reported = part;
                report(part);
            }
        });
        let codecs = encoder.rungs.iter().filter_map(|rung| encoder.codec(rung)).collect();
        // Wakes a thread that waits to push, whatever happened.
        let ended = change_state(&encoder.pipeline, gst::State::Null, STATE_CHANGE_LIMIT);
        watched?;
        ended.map_err(TranscodeError::Pipeline)?;
        let panicked = |_| TranscodeError::Pipeline("a feeding thread panicked".to_owned());
        Ok(Made {
            stills: stills.map(|thread| thread.join().map_err(panicked)).transpose()?,
            waveform: sound.join().map_err(panicked)?,
            codecs,
        })
    })
}

/// Until the end of the stream, an error, or a standstill.
fn watch(
    encoder: &Encoder,
    progress: &Progress,
    mut report: impl FnMut(&Progress),
) -> Result<(), TranscodeError> {
    let bus = encoder.pipeline.bus().ok_or_else(|| TranscodeError::Pipeline("no bus".to_owned()))?;
    let position = || {
        progress.pictures.load(Ordering::Relaxed)
            + progress.blocks.load(Ordering::Relaxed)
            + encoder.segments_written() as u64
    };
    let (mut seen, mut since) = (position(), Instant::now());
    loop {
        let interesting = [gst::MessageType::Eos, gst::MessageType::Error];
        let message = bus.timed_pop_filtered(WATCH_EVERY, &interesting);
        match message.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Eos(_)) => return Ok(()),
            Some(gst::MessageView::Error(error)) => {
                return Err(TranscodeError::Pipeline(describe(error)));
            }
            _ => report(progress),
        }
        let now = position();
        if now != seen {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() > STALL_LIMIT {
            return Err(TranscodeError::Stalled);
        }
    }
}

fn feed_pictures(source: &AppSrc, mut composer: Composer, count: u64, progress: &Progress) -> Stills {
    let mut stills = Stills::new(count / FRAMES_A_SECOND);
    let mut drawn: Option<gst::Buffer> = None;
    for number in 0..count {
        let changed = composer.draw(number);
        if number % FRAMES_A_SECOND == FRAMES_A_SECOND / 2 || count == 1 {
            stills.look(number / FRAMES_A_SECOND, composer.seen(), composer.canvas());
        }
        let mut buffer = match drawn.take() {
            Some(buffer) if !changed => buffer,
            _ => gst::Buffer::from_slice(composer.canvas().data().to_vec()),
        };
        drawn = Some(buffer.clone());
        let start = frame_time(number) as u64;
        // Copies the description only; the bytes are shared.
        let description = buffer.make_mut();
        description.set_pts(gst::ClockTime::from_nseconds(start));
        description.set_duration(gst::ClockTime::from_nseconds(frame_time(number + 1) as u64 - start));
        if source.push_buffer(buffer).is_err() {
            return stills;
        }
        progress.pictures.store(number + 1, Ordering::Relaxed);
    }
    // A pipeline that takes no end has failed and has said so on its bus.
    let _ = source.end_of_stream();
    stills
}

fn feed_sound(source: &AppSrc, mut mixer: Mixer, progress: &Progress) -> Waveform {
    let mut position = 0;
    while let Some(block) = mixer.next_block() {
        let length = block.len() as u64 / 2;
        let bytes: Vec<u8> = block.into_iter().flat_map(f32::to_le_bytes).collect();
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(sample_time(position));
            buffer.set_duration(sample_time(position + length) - sample_time(position));
        }
        position += length;
        if source.push_buffer(buffer).is_err() {
            return mixer.into_waveform();
        }
        progress.blocks.fetch_add(1, Ordering::Relaxed);
    }
    let _ = source.end_of_stream();
    mixer.into_waveform()
}

fn sample_time(position: u64) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(position * 1_000_000_000 / RATE as u64)
}
