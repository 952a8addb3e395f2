//! What parties hear from us, as frames in memory: loaded once for all calls of this worker, and not again for a while.
//!
//! A call never waits for storage. Until a file is there who waits hears the music that we bring along (and until that is worked
//! out, for the first who waits, a moment of silence), who is to be greeted a moment of silence; then the call is told to look
//! again. One who is to be greeted by a file that can't be had hears the words that we bring along.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use domain::{
    Platform,
    calls::{PlannedMusic, PlannedPrompt},
    ids::{AudioFileId, CallId},
};
use tokio::{task::spawn_blocking, time::sleep};

use super::{call::CallHandle, worker::Worker};
use crate::{
    audio,
    engine::{Frames, Greeting, Music, Prompt},
};

/// A file that could not be loaded is tried again after this.
const AGAIN: Duration = Duration::from_secs(10);
/// Kept at most; those that were not asked for longest go first. Ten minutes are about 4 MB.
const MOST_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Which {
    /// The music that we bring along.
    Music,
    /// The words that we bring along.
    Greeting,
    Beep,
    File(AudioFileId),
}

enum Entry {
    /// Who shall look again then.
    Loading(HashMap<CallId, CallHandle>),
    Loaded {
        frames: Frames,
        bytes: usize,
        asked: u64,
    },
    /// It can't be had for now; who shall look again when it is tried anew.
    Missing(HashMap<CallId, CallHandle>),
}

/// What a look brought.
enum Found {
    Frames(Frames),
    Soon,
    Missing,
}

impl Found {
    fn frames(self) -> Option<Frames> {
        match self {
            Self::Frames(frames) => Some(frames),
            Self::Soon | Self::Missing => None,
        }
    }
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
        let find = |which| self.find(worker, call, which);
        match planned {
            PlannedPrompt::Music(PlannedMusic { music, announcement, every_seconds }) => {
                let announcement = announcement.and_then(|file| find(Which::File(file)).frames());
                let music = music.and_then(|file| find(Which::File(file)).frames());
                let music = music.or_else(|| find(Which::Music).frames())?;
                let every = (every_seconds > 0).then(|| Duration::from_secs(every_seconds.into()));
                Some(Prompt::Music(Music { music, announcement, every }))
            }
            PlannedPrompt::Greeting(file) => {
                let words = match file.map(|file| find(Which::File(file))) {
                    Some(Found::Soon) => return None,
                    Some(Found::Frames(words)) => words,
                    Some(Found::Missing) | None => find(Which::Greeting).frames()?,
                };
                let beep = find(Which::Beep).frames()?;
                Some(Prompt::Greeting(Greeting { words: Some(words), beep }))
            }
        }
    }

    fn shelf<T>(&self, look: impl FnOnce(&mut Shelf) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, worker: &Worker, (id, handle): (CallId, &CallHandle), which: Which) -> Found {
        let (found, load) = self.shelf(|shelf| {
            shelf.clock += 1;
            match shelf.entries.get_mut(&which) {
                Some(Entry::Loaded { frames, asked, .. }) => {
                    *asked = shelf.clock;
                    (Found::Frames(frames.clone()), false)
                }
                Some(Entry::Loading(waiting)) => {
                    waiting.insert(id, handle.clone());
                    (Found::Soon, false)
                }
                Some(Entry::Missing(waiting)) => {
                    waiting.insert(id, handle.clone());
                    (Found::Missing, false)
                }
                None => {
                    let waiting = HashMap::from([(id, handle.clone())]);
                    shelf.entries.insert(which, Entry::Loading(waiting));
                    (Found::Soon, true)
                }
            }
        });
        if load {
            tokio::spawn(load_into_shelf(worker.clone(), which));
        }
        found
    }

    /// Puts something into its place, or nothing; answers who waited.
    fn settle(&self, which: Which, entry: Option<Entry>) -> Vec<CallHandle> {
        self.shelf(|shelf| {
            let waiting = match shelf.entries.remove(&which) {
                Some(Entry::Loading(waiting) | Entry::Missing(waiting)) => waiting.into_values().collect(),
                Some(Entry::Loaded { .. }) | None => Vec::new(),
            };
            if let Some(entry) = entry {
                shelf.entries.insert(which, entry);
                shelf.make_room();
            }
            waiting
        })
    }

    fn loaded(&self, frames: Frames) -> Entry {
        let bytes = frames.iter().map(Bytes::len).sum();
        Entry::Loaded { frames, bytes, asked: self.shelf(|shelf| shelf.clock) }
    }
}

impl Shelf {
    fn make_room(&mut self) {
        loop {
            let loaded = self.entries.iter().filter_map(|(which, entry)| match entry {
                Entry::Loaded { bytes, asked, .. } => Some((*which, *bytes, *asked)),
                Entry::Loading(_) | Entry::Missing(_) => None,
            });
            let (mut total, mut oldest) = (0, None::<(Which, u64)>);
            for (which, bytes, asked) in loaded {
                total += bytes;
                if matches!(which, Which::File(_)) && oldest.is_none_or(|(_, before)| asked < before) {
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
        Which::File(file) => load(worker.platform(), file).await,
        Which::Music => work_out(audio::default_music).await,
        Which::Greeting => work_out(audio::default_greeting).await,
        Which::Beep => work_out(audio::beep).await,
    };
    let prompts = worker.prompts();
    let look_again = |calls: Vec<CallHandle>| calls.iter().for_each(CallHandle::nudge);
    match loaded {
        Ok(frames) => look_again(prompts.settle(which, Some(prompts.loaded(frames)))),
        Err(error) => {
            tracing::warn!(?which, %error, "what somebody shall hear can't be loaded now");
            look_again(prompts.settle(which, Some(Entry::Missing(HashMap::new()))));
            sleep(AGAIN).await;
            look_again(prompts.settle(which, None));
        }
    }
}

async fn load(platform: &Platform, file: AudioFileId) -> Result<Frames, super::Fault> {
    let stored = platform.stored_audio(file).await?.ok_or("it is not READY")?;
    let content = platform.read_audio(&stored).await?;
    Ok(audio::frames(&content)?.into())
}

async fn work_out(
    made: impl FnOnce() -> Result<Vec<Bytes>, String> + Send + 'static,
) -> Result<Frames, super::Fault> {
    Ok(spawn_blocking(made).await??.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_asked_for_longest_goes_first_and_our_own_music_never() {
        let mut shelf = Shelf::default();
        let files: Vec<Which> = (0..5).map(|_| Which::File(AudioFileId::new())).collect();
        for (asked, which) in std::iter::once(&Which::Music).chain(&files).enumerate() {
            let loaded = Entry::Loaded { frames: [].into(), bytes: MOST_BYTES / 4, asked: asked as u64 };
            shelf.entries.insert(*which, loaded);
            shelf.make_room();
        }
        assert!(
            [&Which::Music, &files[2], &files[3], &files[4]]
                .iter()
                .all(|which| shelf.entries.contains_key(which))
        );
        assert_eq!(shelf.entries.len(), 4);
    }
}
