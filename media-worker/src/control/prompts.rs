//! What those who wait hear, as frames in memory: loaded once for all calls of this worker, and not again for a while.
//!
//! A call never waits for storage. Until a file is there its leg hears the music that we bring along (and until that is worked
//! out, for the first who waits, a moment of silence); then the call is told to look again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use domain::{
    Platform,
    calls::PlannedPrompt,
    ids::{AudioFileId, CallId},
};
use tokio::{task::spawn_blocking, time::sleep};

use super::{call::CallHandle, worker::Worker};
use crate::{
    audio,
    engine::{Frames, Prompt},
};

/// A file that could not be loaded is tried again after this.
const AGAIN: Duration = Duration::from_secs(10);
/// Kept at most; those that were not asked for longest go first. Ten minutes are about 4 MB.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// None: the music that we bring along.
type Which = Option<AudioFileId>;

enum Entry {
    /// Who shall look again then.
    Loading(HashMap<CallId, CallHandle>),
    Loaded {
        frames: Frames,
        bytes: usize,
        asked: u64,
    },
}

#[derive(Default)]
struct Shelf {
    entries: HashMap<Which, Entry>,
    /// Counts what was asked for, so that the longest unused is known.
    clock: u64,
}

#[derive(Default)]
pub struct Prompts(Mutex<Shelf>);

impl Prompts {
    /// What a leg shall hear now; none until there is anything. Loads what is missing.
    pub fn prompt(
        &self,
        worker: &Worker,
        call: (CallId, &CallHandle),
        planned: PlannedPrompt,
    ) -> Option<Prompt> {
        let announcement = planned.announcement.and_then(|file| self.find(worker, call, Some(file)));
        let music = planned.music.and_then(|file| self.find(worker, call, Some(file)));
        let music = music.or_else(|| self.find(worker, call, None))?;
        let every = (planned.every_seconds > 0).then(|| Duration::from_secs(planned.every_seconds.into()));
        Some(Prompt { music, announcement, every })
    }

    fn shelf<T>(&self, look: impl FnOnce(&mut Shelf) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, worker: &Worker, (id, handle): (CallId, &CallHandle), which: Which) -> Option<Frames> {
        let (found, load) = self.shelf(|shelf| {
            shelf.clock += 1;
            match shelf.entries.get_mut(&which) {
                Some(Entry::Loaded { frames, asked, .. }) => {
                    *asked = shelf.clock;
                    (Some(frames.clone()), false)
                }
                Some(Entry::Loading(waiting)) => {
                    waiting.insert(id, handle.clone());
                    (None, false)
                }
                None => {
                    let waiting = HashMap::from([(id, handle.clone())]);
                    shelf.entries.insert(which, Entry::Loading(waiting));
                    (None, true)
                }
            }
        });
        if load {
            tokio::spawn(load_into_shelf(worker.clone(), which));
        }
        found
    }

    /// Puts it there, or takes the place away; answers who waited.
    fn settle(&self, which: Which, loaded: Option<Frames>) -> Vec<CallHandle> {
        self.shelf(|shelf| {
            let waiting = match shelf.entries.remove(&which) {
                Some(Entry::Loading(waiting)) => waiting.into_values().collect(),
                Some(Entry::Loaded { .. }) | None => Vec::new(),
            };
            if let Some(frames) = loaded {
                let bytes = frames.iter().map(Bytes::len).sum();
                shelf.entries.insert(which, Entry::Loaded { frames, bytes, asked: shelf.clock });
                shelf.make_room();
            }
            waiting
        })
    }
}

impl Shelf {
    fn make_room(&mut self) {
        loop {
            let loaded = self.entries.iter().filter_map(|(which, entry)| match entry {
                Entry::Loaded { bytes, asked, .. } => Some((*which, *bytes, *asked)),
                Entry::Loading(_) => None,
            });
            let (mut total, mut oldest) = (0, None::<(Which, u64)>);
            for (which, bytes, asked) in loaded {
                total += bytes;
                if which.is_some() && oldest.is_none_or(|(_, before)| asked < before) {
                    oldest = Some((which, asked));
                }
            }
            let Some((which, _)) = oldest.filter(|_| total > MOST_BYTES) else { return };
            self.entries.remove(&which);
        }
    }
}

async fn load_into_shelf(worker: Worker, which: Which) {
    let loaded = match which {
        Some(file) => load(worker.platform(), file).await,
        None => work_out().await,
    };
    let frames = match loaded {
        Ok(frames) => Some(frames),
        Err(error) => {
            let file = which.map(|file| file.to_string());
            tracing::warn!(file, %error, "what those who wait shall hear can't be loaded now");
            sleep(AGAIN).await;
            None
        }
    };
    for call in worker.prompts().settle(which, frames) {
        call.nudge();
    }
}

async fn load(platform: &Platform, file: AudioFileId) -> Result<Frames, super::Fault> {
    let stored = platform.stored_audio(file).await?.ok_or("it is not READY")?;
    let content = platform.read_audio(&stored).await?;
    Ok(audio::frames(&content)?.into())
}

async fn work_out() -> Result<Frames, super::Fault> {
    Ok(spawn_blocking(audio::default_music).await??.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_longest_goes_first_and_our_own_music_never() {
        let mut shelf = Shelf::default();
        let files: Vec<Which> = (0..5).map(|_| Some(AudioFileId::new())).collect();
        for (asked, which) in std::iter::once(&None).chain(&files).enumerate() {
            let loaded = Entry::Loaded { frames: [].into(), bytes: MOST_BYTES / 4, asked: asked as u64 };
            shelf.entries.insert(*which, loaded);
            shelf.make_room();
        }
        assert!(
            [&None, &files[2], &files[3], &files[4]].iter().all(|which| shelf.entries.contains_key(which))
        );
        assert_eq!(shelf.entries.len(), 4);
    }
}
