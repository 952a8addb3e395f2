//! One recorded sound track as samples on the recording's time line.

use std::{collections::VecDeque, path::Path};

use gstreamer as gst;

use super::{TranscodeError, decoder::Decoder, probe::Found};
use crate::media::AUDIO_RATE;

/// Samples from the start of the recording, at [`RATE`].
pub type Position = i64;

pub const RATE: Position = AUDIO_RATE as Position;
const SAMPLES_A_MILLISECOND: Position = RATE / 1000;
/// Off by more than this, and the sound moves to its place at once: a gap, or packets that were lost.
const JUMP: Position = 10 * SAMPLES_A_MILLISECOND;
/// Off by less, and it is left alone: timestamps are rounded to milliseconds.
const TOLERANCE: Position = 2 * SAMPLES_A_MILLISECOND;
/// In between, the sender's clock drifts: the sound is stretched by at most one part in so many, which nobody hears.
const STRETCH: Position = 200;

pub struct AudioTrack {
    id: String,
    decoder: Option<Decoder>,
    offset: Position,
    pieces: VecDeque<Piece>,
    /// Where the samples that come next would follow without a gap.
    end: Option<Position>,
}

struct Piece {
    start: Position,
    samples: Vec<f32>,
}

impl AudioTrack {
    pub fn open(directory: &Path, found: &Found) -> Result<Self, TranscodeError> {
        let chain = format!(
            "! opusparse ! opusdec ! audioconvert ! audioresample ! audio/x-raw,format=F32LE,rate={RATE},channels=1 !"
        );
        Ok(Self {
            id: found.plan.id.clone(),
            decoder: Some(Decoder::open(&found.plan.file(directory), &chain)?),
            offset: found.plan.offset_ms * SAMPLES_A_MILLISECOND,
            pieces: VecDeque::new(),
            end: None,
        })
    }

    /// Adds the sound from `start` on to `out`. Only later starts may follow.
    pub fn mix_into(&mut self, start: Position, out: &mut [f32]) {
        let until = start + out.len() as Position;
        while self.end.is_none_or(|end| end < until) && self.pull() {}
        while self.pieces.front().is_some_and(|piece| piece.end() <= start) {
            self.pieces.pop_front();
        }
        for piece in self.pieces.iter().take_while(|piece| piece.start < until) {
            let from = piece.start.max(start);
            let to = piece.end().min(until);
            let heard = &piece.samples[(from - piece.start) as usize..(to - piece.start) as usize];
            for (sum, sample) in out[(from - start) as usize..].iter_mut().zip(heard) {
                *sum += sample;
            }
        }
    }

    pub fn is_over(&self) -> bool {
        self.decoder.is_none() && self.pieces.is_empty()
    }

    fn pull(&mut self) -> bool {
        let Some(decoder) = &self.decoder else {
            return false;
        };
        match decoder.next() {
            Ok(Some(buffer)) => {
                self.place(&buffer);
                true
            }
            Ok(None) => {
                self.decoder = None;
                false
            }
            Err(error) => {
                tracing::warn!(track = self.id, %error, "a sound track ends early");
                self.decoder = None;
                false
            }
        }
    }

    fn place(&mut self, buffer: &gst::Buffer) {
        let Ok(bytes) = buffer.map_readable() else {
            return;
        };
        let samples: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|sample| f32::from_le_bytes([sample[0], sample[1], sample[2], sample[3]]))
            .collect();
        let stamped = buffer.pts().map(|time| {
            let nanoseconds = i128::from(time.nseconds());
            self.offset + (nanoseconds * i128::from(RATE) / 1_000_000_000) as Position
        });
        let piece = fit(samples, stamped, self.end);
        self.end = Some(piece.end());
        self.pieces.push_back(piece);
    }
}

impl Piece {
    fn end(&self) -> Position {
        self.start + self.samples.len() as Position
    }
}

/// Where samples with that timestamp go if the sound before them ends at `end`.
fn fit(mut samples: Vec<f32>, stamped: Option<Position>, end: Option<Position>) -> Piece {
    let (Some(stamped), Some(end)) = (stamped, end) else {
        let start = stamped.or(end).unwrap_or_default();
        return Piece { start, samples };
    };
    let late = stamped - end;
    if late >= JUMP {
        return Piece { start: stamped, samples };
    }
    if late <= -JUMP {
        let overlap = usize::try_from(-late).unwrap_or_default().min(samples.len());
        samples.drain(..overlap);
    } else if late.abs() > TOLERANCE {
        let length = samples.len() as Position;
        let most = length / STRETCH;
        samples = stretch(&samples, (length + late.clamp(-most, most)) as usize);
    }
    Piece { start: end, samples }
}

/// Linear interpolation to another number of samples.
fn stretch(samples: &[f32], length: usize) -> Vec<f32> {
    let Some(last) = samples.len().checked_sub(1) else {
        return Vec::new();
    };
    let step = samples.len() as f64 / length.max(1) as f64;
    (0..length)
        .map(|index| {
            let position = index as f64 * step;
            let before = (position as usize).min(last);
            let part = (position - before as f64) as f32;
            samples[before] * (1.0 - part) + samples[(before + 1).min(last)] * part
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(stamped: Position, end: Position) -> (Position, usize) {
        let piece = fit(vec![0.5; 960], Some(stamped), Some(end));
        assert!(piece.samples.iter().all(|sample| *sample == 0.5));
        (piece.start, piece.samples.len())
    }

    #[test]
    fn sound_is_continuous_though_timestamps_are_rounded() {
        assert_eq!(fitted(10_040, 10_000), (10_000, 960));
        assert_eq!(fitted(9_930, 10_000), (10_000, 960));
    }

    #[test]
    fn a_drifting_clock_is_followed_without_a_gap() {
        assert_eq!(fitted(10_200, 10_000), (10_000, 964));
        assert_eq!(fitted(9_800, 10_000), (10_000, 956));
    }

    #[test]
    fn a_lost_packet_or_a_silence_moves_nothing_after_it() {
        assert_eq!(fitted(10_960, 10_000), (10_960, 960));
        assert_eq!(fitted(9_400, 10_000), (10_000, 360), "what overlaps is heard once");
        assert_eq!(fitted(5_000, 10_000), (10_000, 0));
    }
}
