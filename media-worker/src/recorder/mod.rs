//! Records a call while it runs: every track as it came, without decoding, into encrypted objects of a few seconds on disk.
//!
//! One [`Recorder`] serves one call and epoch. It owns the folder it was given and nothing else: no database, no bus. What it
//! wrote it tells by [`RecorderEvent`]s, and a file that was not announced may be deleted by whoever finds it.
//!
//! ```text
//! shard thread ─ try_send ─► ingest thread ─► a pipeline a track ─► spool thread ─► <track>/<sequence>.mkv, RecorderEvent
//! ```

mod continuity;
mod ingest;
mod object;
mod spool;
mod track;

#[cfg(test)]
pub(crate) mod tests;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use domain::{calls::MediaKind, objects::crypt::DataKey};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use object::ObjectPlace;

/// Packets that may wait for the ingest thread: about 2 s of a call of two with video.
const WAITING_PACKETS: usize = 4096;

#[derive(Debug)]
pub struct RecorderConfig {
    /// Where objects are written: `<directory>/<track>/<sequence>.mkv`. Made if it doesn't exist.
    pub directory: PathBuf,
    /// What stands before `<track>/<sequence>.mkv` in an object's key; ends with a slash.
    pub key_prefix: String,
    pub data_key: DataKey,
    /// Length of an object; the open one is what a crash costs.
    pub object_seconds: u32,
}

/// What the recorder did. The events of one track come in the order of the variants.
#[derive(Debug)]
pub enum RecorderEvent {
    TrackStarted {
        track: Uuid,
        leg: Uuid,
        kind: MediaKind,
        /// The wall time of timestamp zero in the track's file: the arrival of its first packet at this worker. (A picture's
        /// first key frame may come later, and has a later timestamp.) Monotonic arrival times are mapped to wall time once
        /// a recorder, so that a clock that is set meanwhile moves nothing.
        started_at: SystemTime,
    },
    /// The file is complete, synced and closed. A track's objects, decrypted and concatenated by sequence, are one Matroska file.
    ObjectClosed {
        track: Uuid,
        sequence: i32,
        path: PathBuf,
        key: String,
        /// Length of the encrypted file.
        bytes: u64,
        /// Of the encrypted file.
        sha256: [u8; 32],
        /// The wall time of the last media in it.
        ended_at: SystemTime,
    },
    TrackEnded {
        track: Uuid,
    },
    /// The track ended for a fault; what was announced of it stays good. The next packet of its sender begins a new track.
    Failed {
        track: Uuid,
        leg: Uuid,
        reason: String,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    #[error("GStreamer doesn't start: {0}")]
    GStreamer(#[from] gstreamer::glib::Error),
    #[error("no recording pipeline: {0}")]
    Pipeline(String),
    #[error("the recording folder can't be used: {0}")]
    Directory(#[from] std::io::Error),
    #[error("the recorder has stopped")]
    Stopped,
}

/// What every handle of one recorder sees.
#[derive(Debug, Default)]
struct Shared {
    /// Packets are taken in: neither paused nor stopped.
    open: AtomicBool,
    /// The recorder was dropped without [`Recorder::stop`].
    abandoned: AtomicBool,
    dropped: AtomicU64,
}

impl Shared {
    fn count_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("cordboard_recorder_packets_dropped_total").increment(1);
    }
}

/// What the ingest thread is told. Commands keep their place among packets.
enum Message {
    Packet { leg: Uuid, kind: MediaKind, arrival: Instant, packet: Vec<u8> },
    Pause(oneshot::Sender<()>),
    Resume(oneshot::Sender<()>),
    Stop(oneshot::Sender<()>),
    Abandon,
}

/// Dropped without [`Recorder::stop`] it ends at once: what is still in its pipelines is lost.
pub struct Recorder {
    messages: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

/// Loads GStreamer and the plugins recording needs, which takes seconds the first time on a machine. A worker does it before
/// it takes calls.
pub fn prepare() -> Result<(), RecorderError> {
    gstreamer::init()?;
    track::find_elements()
}

impl Recorder {
    /// Starts recording. Blocking for a moment (a folder is made, threads are started).
    pub fn start(
        config: RecorderConfig,
        events: mpsc::UnboundedSender<RecorderEvent>,
    ) -> Result<Self, RecorderError> {
        gstreamer::init()?;
        std::fs::create_dir_all(&config.directory)?;
        let (messages, inbox) = mpsc::channel(WAITING_PACKETS);
        let shared = Arc::new(Shared::default());
        let wall_clock = WallClock::now();
        let object_length = Duration::from_secs(u64::from(config.object_seconds));
        let place = ObjectPlace {
            directory: config.directory,
            key_prefix: config.key_prefix,
            data_key: config.data_key,
        };
        let spool = spool::start(place, object_length, wall_clock, events)?;
        ingest::start(inbox, spool, Arc::clone(&shared))?;
        shared.open.store(true, Ordering::Release);
        Ok(Self { messages, shared })
    }

    /// Where packets go in; any number of them may exist.
    pub fn input(&self) -> RecorderInput {
        RecorderInput { messages: self.messages.clone(), shared: Arc::clone(&self.shared) }
    }

    /// Ends every track. Media that arrives after the call of this method is written nowhere; when it answers, nothing is
    /// written any more.
    pub async fn pause(&self) -> Result<(), RecorderError> {
        self.shared.open.store(false, Ordering::Release);
        self.command(Message::Pause).await
    }

    /// Begins new tracks with what arrives from now on.
    pub async fn resume(&self) -> Result<(), RecorderError> {
        self.command(Message::Resume).await?;
        self.shared.open.store(true, Ordering::Release);
        Ok(())
    }

    /// Ends every track and closes every object; all events have been sent when it answers.
    pub async fn stop(self) -> Result<(), RecorderError> {
        self.shared.open.store(false, Ordering::Release);
        self.command(Message::Stop).await
    }

    /// Packets lost because something here could not keep up.
    #[cfg(test)]
    pub fn dropped_packets(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    async fn command(
        &self,
        message: impl FnOnce(oneshot::Sender<()>) -> Message,
    ) -> Result<(), RecorderError> {
        let (done, answer) = oneshot::channel();
        self.messages.send(message(done)).await.map_err(|_| RecorderError::Stopped)?;
        answer.await.map_err(|_| RecorderError::Stopped)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.open.store(false, Ordering::Release);
        self.shared.abandoned.store(true, Ordering::Release);
        // A full inbox wakes the thread as well, and a closed one means that it has ended.
        let _ = self.messages.try_send(Message::Abandon);
    }
}

/// The recorder's ear. Cheap to clone; never blocks.
#[derive(Clone)]
pub struct RecorderInput {
    messages: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

impl RecorderInput {
    /// Takes one whole RTP packet, decrypted. `arrival` is when this worker received it.
    pub fn rtp(&self, leg: Uuid, kind: MediaKind, arrival: Instant, packet: &[u8]) {
        if !self.shared.open.load(Ordering::Acquire) {
            return;
        }
        let message = Message::Packet { leg, kind, arrival, packet: packet.to_vec() };
        if self.messages.try_send(message).is_err() {
            self.shared.count_dropped();
        }
    }
}

/// The recorder's one mapping of arrival times to wall time.
#[derive(Debug, Clone, Copy)]
struct WallClock {
    instant: Instant,
    system: SystemTime,
}

impl WallClock {
    fn now() -> Self {
        Self { instant: Instant::now(), system: SystemTime::now() }
    }

    fn at(&self, instant: Instant) -> SystemTime {
        match instant.checked_duration_since(self.instant) {
            Some(later) => self.system + later,
            None => self.system - self.instant.duration_since(instant),
        }
    }
}
