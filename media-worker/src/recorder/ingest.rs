//! The thread between the engine's packets and the tracks' pipelines: it decides which track a packet belongs to, and keeps
//! the pause.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    MediaKind, Message, Shared,
    continuity::{Continuity, RtpHeader, Verdict},
    spool::Spool,
    track::{Ending, Track},
};

/// A sender whose pipeline could not be built or broke gets another one after so long.
const RETRY_AFTER: Duration = Duration::from_secs(5);

pub fn start(inbox: mpsc::Receiver<Message>, spool: Spool, shared: Arc<Shared>) -> io::Result<()> {
    let ingest = Ingest {
        spool,
        shared,
        senders: HashMap::new(),
        endings: Vec::new(),
        recording_since: Some(Instant::now()),
    };
    thread::Builder::new().name("recorder-ingest".to_owned()).spawn(move || ingest.run(inbox)).map(drop)
}

struct Ingest {
    spool: Spool,
    shared: Arc<Shared>,
    senders: HashMap<(Uuid, MediaKind), Sender>,
    endings: Vec<Ending>,
    /// None while paused. What arrived before is not recorded, though it should come out of the inbox after.
    recording_since: Option<Instant>,
}

/// One leg's audio or video.
struct Sender {
    continuity: Continuity,
    /// None after a failure, until `retry_at`.
    track: Option<Track>,
    retry_at: Instant,
}

impl Ingest {
    fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        while let Some(message) = inbox.blocking_recv() {
            if self.shared.abandoned.load(Ordering::Acquire) {
                return;
            }
            match message {
                Message::Packet { leg, kind, arrival, packet } => self.packet(leg, kind, arrival, packet),
                Message::Pause(done) => {
                    self.recording_since = None;
                    self.end_all_tracks();
                    // Whoever asked may have gone.
                    let _ = done.send(());
                }
                Message::Resume(done) => {
                    self.recording_since.get_or_insert_with(Instant::now);
                    let _ = done.send(());
                }
                Message::Stop(done) => {
                    self.end_all_tracks();
                    self.spool.stop();
                    let _ = done.send(());
                    return;
                }
                Message::Abandon => return,
            }
        }
    }

    fn packet(&mut self, leg: Uuid, kind: MediaKind, arrival: Instant, packet: Vec<u8>) {
        let Some(header) = RtpHeader::parse(&packet) else {
            return;
        };
        if self.recording_since.is_none_or(|since| arrival < since) {
            return;
        }
        let sender = self.senders.entry((leg, kind)).or_insert_with(|| Sender {
            continuity: Continuity::new(header),
            track: None,
            retry_at: arrival,
        });
        match sender.continuity.judge(header, arrival) {
            Verdict::Continues => {}
            Verdict::Straggler => return,
            Verdict::Begins => {
                self.endings.extend(sender.track.take().map(Track::end));
                self.endings.retain(|ending| !ending.is_over());
                sender.retry_at = arrival;
            }
        }
        if let Some(track) = sender.track.take_if(|track| track.has_failed()) {
            self.endings.push(track.end());
            sender.retry_at = arrival + RETRY_AFTER;
        }
        if sender.track.is_none() && arrival >= sender.retry_at {
            let spool_track = self.spool.track(leg, kind, arrival);
            match Track::open(kind, arrival, spool_track) {
                Ok(track) => sender.track = Some(track),
                Err(error) => {
                    tracing::error!(%leg, ?kind, %error, "a track can't be recorded");
                    sender.retry_at = arrival + RETRY_AFTER;
                }
            }
        }
        let taken = sender.track.as_ref().is_some_and(|track| track.push(arrival, packet));
        if !taken {
            self.shared.count_dropped();
        }
    }

    /// Answers when nothing more is written.
    fn end_all_tracks(&mut self) {
        let running = self.senders.drain().filter_map(|(_, sender)| sender.track);
        self.endings.extend(running.map(Track::end));
        for ending in self.endings.drain(..) {
            ending.wait();
        }
    }
}
