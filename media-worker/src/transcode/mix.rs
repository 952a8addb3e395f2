//! The sound of the recording: agents left, contacts right; a message on both sides.

use std::path::{Path, PathBuf};

use super::{
    audio_track::{AudioTrack, Position, RATE},
    plan::Role,
    probe::Found,
    waveform::Waveform,
};

/// Samples a channel in one block: 100 ms.
pub const BLOCK: usize = RATE as usize / 10;
/// Tracks are opened this long before their first sample.
const OPEN_AHEAD: Position = RATE / 2;

pub struct Mixer {
    directory: PathBuf,
    /// Not opened yet; the earliest last.
    waiting: Vec<Found>,
    open: Vec<(Role, AudioTrack)>,
    waveform: Waveform,
    position: Position,
    end: Position,
    /// Everybody on both sides.
    together: bool,
}

impl Mixer {
    /// Mixes from `start` up to `end`.
    pub fn new(
        directory: &Path,
        mut tracks: Vec<Found>,
        start: Position,
        end: Position,
        together: bool,
    ) -> Self {
        tracks.sort_by_key(|found| std::cmp::Reverse(found.plan.offset_ms));
        Self {
            directory: directory.to_owned(),
            waiting: tracks,
            open: Vec::new(),
            waveform: Waveform::new(end),
            position: start,
            end,
            together,
        }
    }

    /// The next block, left and right in turn; None at the end.
    pub fn next_block(&mut self) -> Option<Vec<f32>> {
        let length = usize::try_from(self.end - self.position).ok()?.min(BLOCK);
        if length == 0 {
            return None;
        }
        self.open_due_tracks();
        let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
        for (role, track) in &mut self.open {
            let channel = match role {
                Role::Agent => &mut left,
                Role::Contact => &mut right,
            };
            track.mix_into(self.position, channel);
        }
        self.open.retain(|(_, track)| !track.is_over());
        if self.together {
            left.iter_mut().zip(&mut right).for_each(|(left, right)| {
                *left += *right;
                *right = *left;
            });
        }
        self.position += length as Position;
        let block: Vec<f32> = left
            .iter()
            .zip(&right)
            .flat_map(|(left, right)| [left.clamp(-1.0, 1.0), right.clamp(-1.0, 1.0)])
            .collect();
        self.waveform.add(&block);
        Some(block)
    }

    pub fn into_waveform(self) -> Waveform {
        self.waveform
    }

    fn open_due_tracks(&mut self) {
        let due = self.position + BLOCK as Position + OPEN_AHEAD;
        while let Some(found) = self.waiting.pop_if(|found| found.plan.offset_ms * RATE / 1000 <= due) {
            match AudioTrack::open(&self.directory, &found) {
                Ok(track) => self.open.push((found.plan.role, track)),
                Err(error) => {
                    tracing::warn!(track = found.plan.id, %error, "a sound track can't be decoded");
                }
            }
        }
    }
}
