//! The thread that writes: cuts the tracks' bytes into objects by time, closes and announces them.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use gstreamer as gst;
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use super::{
    MediaKind, RecorderEvent, WallClock,
    object::{ObjectPlace, OpenObject},
};

/// Buffers that may wait for the disk; beyond, the pipelines wait, and then packets are dropped and counted.
const WAITING_BUFFERS: usize = 1024;
/// How often objects of silent tracks are looked at.
const TICK: Duration = Duration::from_millis(250);

enum Order {
    Open {
        track: Uuid,
        file: Box<TrackFile>,
    },
    Media {
        track: Uuid,
        buffer: gst::Buffer,
    },
    Fail {
        track: Uuid,
        reason: String,
    },
    /// Take nothing more of this track, close what there is.
    Close {
        track: Uuid,
    },
    Stop(mpsc::Sender<()>),
}

pub struct Spool {
    orders: mpsc::SyncSender<Order>,
    wall_clock: WallClock,
}

pub fn start(
    place: ObjectPlace,
    object_length: Duration,
    wall_clock: WallClock,
    events: UnboundedSender<RecorderEvent>,
) -> io::Result<Spool> {
    let (orders, inbox) = mpsc::sync_channel(WAITING_BUFFERS);
    let writer = Writer { place, object_length, events, tracks: HashMap::new() };
    thread::Builder::new().name("recorder-spool".to_owned()).spawn(move || writer.run(&inbox))?;
    Ok(Spool { orders, wall_clock })
}

impl Spool {
    /// A new track; others learn of it once its first bytes come.
    pub fn track(&self, leg: Uuid, kind: MediaKind, zero: Instant) -> SpoolTrack {
        #[expect(
            clippy::disallowed_methods,
            reason = "a track is named where it is heard first; no row exists yet"
        )]
        let track = Uuid::now_v7();
        let (closed_sender, closed) = mpsc::channel();
        let failed = Arc::new(AtomicBool::new(false));
        let file = TrackFile {
            leg,
            kind,
            started_at: self.wall_clock.at(zero),
            announced: false,
            next_sequence: 0,
            object: None,
            last_media: Duration::ZERO,
            failed: Arc::clone(&failed),
            _closed: closed_sender,
        };
        let handle = SpoolHandle { track, orders: self.orders.clone() };
        handle.send(Order::Open { track, file: Box::new(file) });
        SpoolTrack { handle, failed, closed }
    }

    /// Closes everything and ends the thread.
    pub fn stop(&self) {
        let (done, wait) = mpsc::channel();
        if self.orders.send(Order::Stop(done)).is_ok() {
            // An error means that the thread has ended, which is what is waited for.
            let _ = wait.recv();
        }
    }
}

pub struct SpoolTrack {
    handle: SpoolHandle,
    failed: Arc<AtomicBool>,
    closed: mpsc::Receiver<()>,
}

impl SpoolTrack {
    pub fn handle(&self) -> SpoolHandle {
        self.handle.clone()
    }

    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Until the last object is closed. The channel carries nothing: it ends with the track's file.
    pub fn wait_closed(&self, limit: Duration) {
        if self.closed.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(track = %self.handle.track, "a track's last media didn't come out in time");
        }
    }
}

#[derive(Clone)]
pub struct SpoolHandle {
    track: Uuid,
    orders: mpsc::SyncSender<Order>,
}

/// The spool has ended.
pub struct SpoolGone;

impl SpoolHandle {
    /// Waits while the disk can't keep up.
    pub fn media(&self, buffer: gst::Buffer) -> Result<(), SpoolGone> {
        let track = self.track;
        self.orders.send(Order::Media { track, buffer }).map_err(|_| SpoolGone)
    }

    pub fn close(&self) {
        self.send(Order::Close { track: self.track });
    }

    pub fn fail(&self, reason: String) {
        self.send(Order::Fail { track: self.track, reason });
    }

    fn send(&self, order: Order) {
        // A spool that has ended has closed everything already.
        let _ = self.orders.send(order);
    }
}

struct TrackFile {
    leg: Uuid,
    kind: MediaKind,
    started_at: SystemTime,
    announced: bool,
    next_sequence: i32,
    object: Option<OpenObject>,
    /// End of what was written, from timestamp zero.
    last_media: Duration,
    failed: Arc<AtomicBool>,
    /// Dropped with the file: that is the signal.
    _closed: mpsc::Sender<()>,
}

struct Writer {
    place: ObjectPlace,
    object_length: Duration,
    events: UnboundedSender<RecorderEvent>,
    tracks: HashMap<Uuid, TrackFile>,
}

impl Writer {
    fn run(mut self, inbox: &mpsc::Receiver<Order>) {
        let mut next_tick = Instant::now() + TICK;
        loop {
            match inbox.recv_timeout(next_tick.saturating_duration_since(Instant::now())) {
                Ok(Order::Open { track, file }) => drop(self.tracks.insert(track, *file)),
                Ok(Order::Media { track, buffer }) => {
                    self.attempt(track, |writer, file| writer.write(track, file, &buffer));
                }
                Ok(Order::Fail { track, reason }) => self.fail(track, reason),
                Ok(Order::Close { track }) => self.close_track(track),
                Ok(Order::Stop(done)) => {
                    self.close_all_tracks();
                    // Whoever asked waits or has gone.
                    let _ = done.send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.close_all_tracks(),
            }
            if next_tick <= Instant::now() {
                self.close_objects_of_silent_tracks();
                next_tick = Instant::now() + TICK;
            }
        }
    }

    fn write(&self, track: Uuid, file: &mut TrackFile, buffer: &gst::Buffer) -> io::Result<()> {
        let time = buffer.pts().map_or(file.last_media, Duration::from);
        if file
            .object
            .as_ref()
            .is_some_and(|object| time.saturating_sub(object.first_media) >= self.object_length)
        {
            self.close_object(track, file)?;
        }
        if !file.announced {
            file.announced = true;
            self.announce(RecorderEvent::TrackStarted {
                track,
                leg: file.leg,
                kind: file.kind,
                started_at: file.started_at,
            });
        }
        if file.object.is_none() {
            file.object = Some(self.place.open(track, file.next_sequence, time)?);
            file.next_sequence += 1;
        }
        if let Some(object) = &mut file.object {
            let bytes = buffer.map_readable().map_err(io::Error::other)?;
            object.write(&bytes)?;
        }
        let length = buffer.duration().map_or(Duration::ZERO, Duration::from);
        file.last_media = file.last_media.max(time + length);
        Ok(())
    }

    fn close_object(&self, track: Uuid, file: &mut TrackFile) -> io::Result<()> {
        let Some(object) = file.object.take() else {
            return Ok(());
        };
        let closed = object.close()?;
        self.announce(RecorderEvent::ObjectClosed {
            track,
            sequence: closed.sequence,
            path: closed.path,
            key: closed.key,
            bytes: closed.sealed.bytes,
            sha256: closed.sealed.sha256,
            ended_at: file.started_at + file.last_media,
        });
        Ok(())
    }

    fn close_objects_of_silent_tracks(&mut self) {
        let due = |file: &TrackFile| {
            let object = file.object.as_ref();
            object.is_some_and(|object| object.opened.elapsed() >= self.object_length)
        };
        let silent: Vec<Uuid> =
            self.tracks.iter().filter_map(|(track, file)| due(file).then_some(*track)).collect();
        for track in silent {
            self.attempt(track, |writer, file| writer.close_object(track, file));
        }
    }

    fn close_all_tracks(&mut self) {
        for track in self.tracks.keys().copied().collect::<Vec<_>>() {
            self.close_track(track);
        }
    }

    fn close_track(&mut self, track: Uuid) {
        self.attempt(track, |writer, file| writer.close_object(track, file));
        if let Some(file) = self.tracks.remove(&track)
            && file.announced
        {
            self.announce(RecorderEvent::TrackEnded { track });
        }
    }

    /// A fault in writing ends the track. What comes for a track that has ended is thrown away here.
    fn attempt(&mut self, track: Uuid, action: impl FnOnce(&Self, &mut TrackFile) -> io::Result<()>) {
        let Some(mut file) = self.tracks.remove(&track) else {
            return;
        };
        let outcome = action(self, &mut file);
        self.tracks.insert(track, file);
        if let Err(error) = outcome {
            self.fail(track, error.to_string());
        }
    }

    fn fail(&mut self, track: Uuid, reason: String) {
        let Some(file) = self.tracks.remove(&track) else {
            return;
        };
        file.failed.store(true, Ordering::Release);
        if let Some(object) = file.object {
            object.throw_away();
        }
        self.announce(RecorderEvent::Failed { track, leg: file.leg, reason });
    }

    fn announce(&self, event: RecorderEvent) {
        // Without a listener the files still lie in the spool.
        let _ = self.events.send(event);
    }
}
