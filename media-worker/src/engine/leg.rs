//! One participant's leg: its connection, the addresses it was authenticated at, whether it lives,
//! and whose media it gets.

use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use rtc::rtp::header::Header;
use tokio::sync::mpsc::UnboundedSender;
use tracing::Span;
use uuid::Uuid;

use super::connection::{Connection, Media};
use super::feedback::Feedback;
use super::keyframes::KeyFrames;
use super::quality::Quality;
use super::socket::{Outgoing, Path};
use super::{EngineEvent, MediaKind, stun};

/// The shard's own name for a leg's connection; never used twice.
pub(super) type LegKey = u64;

/// Nothing authentic for so long: the leg is gone, perhaps only for a while.
const SILENCE: Duration = Duration::from_secs(5);
/// No media and no check for so long: people speak, and checks come, more often.
const SILENT_PATH: Duration = Duration::from_secs(3);
/// What a leg without a source hears until its media is known to go both ways: one Opus frame of silence.
const FILLER: &[u8] = &[0xf8, 0xff, 0xfe];
const FILLER_INTERVAL: Duration = Duration::from_millis(20);
const FILLER_SOURCE: (u64, u32) = (u64::MAX, 0);

/// What a leg brought, for others to use.
pub(super) enum Input {
    Media(Media),
    SenderReport {
        kind: MediaKind,
        ntp: u64,
        rtp: u32,
        arrival: Instant,
    },
    /// It wants a key frame of the video it gets.
    KeyFrame,
}

pub(super) struct Leg {
    pub call: Uuid,
    pub id: Uuid,
    pub span: Span,
    pub connection: Connection,
    /// Who gets this leg's media, and whose media it gets.
    pub listeners: Vec<LegKey>,
    pub source: Option<LegKey>,
    pub quality: Quality,
    /// Where to send, and when something last came from there.
    path: Option<(Path, Instant)>,
    key_frames: KeyFrames,
    remote_ssrc: [Option<u32>; 2],
    last_authentic: Option<Instant>,
    silent: bool,
    secure: bool,
    heard: bool,
    reported: bool,
    both_ways: bool,
    filler: (u16, Instant),
}

impl Leg {
    pub fn new(call: Uuid, id: Uuid, connection: Connection, now: Instant) -> Leg {
        Leg {
            call,
            id,
            span: tracing::info_span!("leg", %call, leg = %id),
            connection,
            listeners: Vec::new(),
            source: None,
            quality: Quality::new(now),
            path: None,
            key_frames: KeyFrames::default(),
            remote_ssrc: [None; 2],
            last_authentic: None,
            silent: false,
            secure: false,
            heard: false,
            reported: false,
            both_ways: false,
            filler: (0, now),
        }
    }

    /// Takes over what belongs to the participant rather than to the connection that this one replaces.
    pub fn succeed(&mut self, old: &Leg) {
        // It was there: should it stay away now, that is a disconnection too.
        self.last_authentic = old.last_authentic;
        self.silent = old.silent;
    }

    /// A genuine check came on `path`: the last nominated one is where to send. A client that
    /// nominates but once (the webrtc crate) is followed when its old place has fallen silent.
    pub fn choose_path(&mut self, path: Path, nominated: bool, now: Instant) {
        let silent = self.path.is_none_or(|(_, seen)| now >= seen + SILENT_PATH);
        if nominated || silent {
            self.path = Some((path, now));
        }
    }

    pub fn receive(&mut self, datagram: BytesMut, path: Path, now: Instant) {
        if let Some((_, seen)) = self.path.as_mut().filter(|(used, _)| *used == path) {
            *seen = now;
        }
        self.quality.count_received(datagram.len());
        self.connection.receive(datagram, path.peer, now);
    }

    /// Lets the connection go on, and tells what came of it.
    pub fn advance(
        &mut self,
        now: Instant,
        events: &UnboundedSender<EngineEvent>,
        mut out: impl FnMut(Input),
    ) {
        self.connection.advance(now);
        if self.connection.secure && !self.secure {
            self.secure = true;
            // What its source sent so far has passed it by.
            out(Input::KeyFrame);
        }
        while let Some(media) = self.connection.next_media() {
            self.authentic(now, events);
            self.heard = true;
            self.remote_ssrc[media.kind.index()] = Some(media.packet.header.ssrc);
            out(Input::Media(media));
        }
        while let Some(feedback) = self.connection.next_feedback() {
            if !matches!(feedback, Feedback::OwnReception(_)) {
                self.authentic(now, events);
                // Who sends nothing can only be heard by RTCP.
                self.heard |= !self.connection.offer.sends;
            }
            if let Some(input) = self.take_feedback(feedback) {
                out(input);
            }
        }
        if self.heard && self.reported && !self.both_ways {
            self.both_ways = true;
            tracing::info!("media goes both ways");
            let (call, leg, at) = (self.call, self.id, SystemTime::now());
            let _ = events.send(EngineEvent::MediaBothWays { call, leg, at });
        }
    }

    fn take_feedback(&mut self, feedback: Feedback) -> Option<Input> {
        match feedback {
            Feedback::KeyFrame { ssrc } => {
                let video = self.connection.own_track(ssrc) == Some(MediaKind::Video);
                return video.then_some(Input::KeyFrame);
            }
            Feedback::Reception(report) => {
                if let Some(kind) = self.connection.own_track(report.ssrc) {
                    self.quality.reported(kind, &report);
                    self.reported |= report.last_sequence_number != 0;
                }
            }
            Feedback::Arrivals { ssrc } => self.reported |= self.connection.own_track(ssrc).is_some(),
            Feedback::OwnReception(report) => {
                if let Some(kind) = self.remote_track(report.ssrc) {
                    self.quality.measured(kind, &report);
                }
            }
            Feedback::SenderReport { ssrc, ntp, rtp, arrival } => {
                let kind = self.remote_track(ssrc)?;
                return Some(Input::SenderReport { kind, ntp, rtp, arrival });
            }
            Feedback::Other => {}
        }
        None
    }

    fn remote_track(&self, ssrc: u32) -> Option<MediaKind> {
        MediaKind::ALL.into_iter().find(|kind| self.remote_ssrc[kind.index()] == Some(ssrc))
    }

    /// Something that only this participant can have sent.
    pub fn authentic(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) {
        self.last_authentic = Some(now);
        if self.silent {
            self.silent = false;
            tracing::info!("leg is back");
            let _ = events.send(EngineEvent::Reconnected { call: self.call, leg: self.id });
        }
    }

    pub fn forward(
        &mut self,
        kind: MediaKind,
        source: LegKey,
        header: &Header,
        payload: &Bytes,
        now: Instant,
    ) {
        self.connection.forward(kind, (source, header.ssrc), header, payload, now);
    }

    pub fn want_key_frame(&mut self) {
        // Before its first packet there is none to ask about, and its first frame is one.
        if self.remote_ssrc[MediaKind::Video.index()].is_some() {
            self.key_frames.want();
        }
    }

    /// Whatever is due by now; true if a key frame was asked for.
    pub fn work(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) -> bool {
        let lost = self.last_authentic.is_some_and(|last| now >= last + SILENCE);
        if (lost || self.connection.ended) && !self.silent && self.last_authentic.is_some() {
            self.silent = true;
            tracing::info!("leg is silent");
            let _ = events.send(EngineEvent::Disconnected { call: self.call, leg: self.id });
        }
        self.fill(now);
        self.quality.tick(now);
        let Some(ssrc) = self.remote_ssrc[MediaKind::Video.index()] else {
            return false;
        };
        let asks = self.connection.ice_connected && self.key_frames.take(now);
        if asks {
            self.connection.request_key_frame(ssrc, now);
        }
        asks
    }

    fn needs_filler(&self) -> bool {
        self.connection.secure && !self.both_ways
    }

    fn fill(&mut self, now: Instant) {
        let (count, due) = self.filler;
        if !self.needs_filler() || now < due {
            return;
        }
        self.filler = (count.wrapping_add(1), now + FILLER_INTERVAL);
        let last = self.connection.last_sent(MediaKind::Audio);
        if last.is_none_or(|last| now >= last + FILLER_INTERVAL) {
            let header = Header {
                version: 2,
                sequence_number: count,
                timestamp: u32::from(count) * 960,
                ..Header::default()
            };
            let payload = Bytes::from_static(FILLER);
            self.connection.forward(MediaKind::Audio, FILLER_SOURCE, &header, &payload, now);
        }
    }

    /// Puts what is to be sent into the queue, and says when the leg wants to be called again.
    pub fn flush(
        &mut self,
        now: Instant,
        local: impl Fn(std::net::SocketAddr) -> Option<Path>,
        queue: &mut Vec<Outgoing>,
    ) -> Instant {
        while let Some((peer, bytes)) = self.connection.next_datagram() {
            // Checks go where they are meant to; all else to where the browser last said.
            let path = if stun::is_stun(&bytes) { local(peer) } else { self.path.map(|(path, _)| path) };
            if let Some(path) = path {
                self.quality.count_sent(bytes.len());
                queue.push(Outgoing { path, bytes });
            }
        }
        let silence = self.last_authentic.filter(|_| !self.silent).map(|last| last + SILENCE);
        let key_frame = self.key_frames.deadline(now).filter(|_| self.connection.ice_connected);
        let filler = self.needs_filler().then_some(self.filler.1);
        let connection = self.connection.deadline(now);
        [silence, key_frame, filler, connection]
            .into_iter()
            .flatten()
            .chain([self.quality.tick(now)])
            .fold(now + SILENCE, Instant::min)
    }
}
