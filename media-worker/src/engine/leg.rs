//! One participant's leg: its connection, the addresses it was authenticated at, whether it lives,
//! and whose media it gets.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::rtp::header::Header;
use tokio::sync::mpsc::UnboundedSender;
use tracing::Span;
use uuid::Uuid;

use super::connection::{Connection, Media};
use super::downlink::Downlink;
use super::feedback::Feedback;
use super::filler::Filler;
use super::keyframes::KeyFrames;
use super::liveness::{Liveness, SILENCE};
use super::prompt::{Player, Prompt};
use super::quality::{Quality, percent_lost};
use super::socket::{Outgoing, Path};
use super::{EngineEvent, MediaKind, filler, stun};

/// The shard's own name for a leg's connection; never used twice.
pub(super) type LegKey = u64;

/// No media and no check for so long: people speak, and checks come, more often.
const SILENT_PATH: Duration = Duration::from_secs(3);

/// What a leg brought, for others to use.
pub(super) enum Input {
    Media(Media),
    /// It wants a key frame of the video it gets.
    KeyFrame,
    /// Its way down carries so much of the video it gets.
    Limit {
        kbps: f32,
    },
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
    liveness: Liveness,
    downlink: Downlink,
    secure: bool,
    filler: Filler,
    player: Option<Player>,
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
            liveness: Liveness::new(call, id, now),
            downlink: Downlink::default(),
            secure: false,
            filler: Filler::new(now),
            player: None,
        }
    }

    /// Takes the place of the participant's earlier connection.
    pub fn succeed(&mut self, old: &Leg) {
        self.liveness.succeed(&old.liveness);
        self.player.clone_from(&old.player);
        self.player.iter_mut().for_each(Player::pause);
    }

    /// What it hears from us while it has no source. The same again goes on where it is.
    pub fn play(&mut self, prompt: Option<Prompt>) {
        let same =
            prompt.as_ref().is_some_and(|new| self.player.as_ref().is_some_and(|old| old.prompt().is(new)));
        if !same {
            self.player = prompt.and_then(Player::new);
        }
    }

    /// A genuine check came.
    pub fn checked(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) {
        self.liveness.authentic(now, events);
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
            self.liveness.authentic(now, events);
            self.liveness.heard();
            self.remote_ssrc[media.kind as usize] = Some(media.packet.header.ssrc);
            out(Input::Media(media));
        }
        while let Some(feedback) = self.connection.next_feedback() {
            if !matches!(feedback, Feedback::OwnReception(_)) {
                self.liveness.authentic(now, events);
                if !self.connection.offer.sends {
                    // Who sends nothing can only be heard by RTCP.
                    self.liveness.heard();
                }
            }
            if let Some(input) = self.take_feedback(feedback) {
                out(input);
            }
        }
        self.liveness.tell_both_ways(events);
    }

    fn take_feedback(&mut self, feedback: Feedback) -> Option<Input> {
        match feedback {
            Feedback::KeyFrame { ssrc } => {
                let video = self.connection.own_track(ssrc) == Some(MediaKind::Video);
                return video.then_some(Input::KeyFrame);
            }
            Feedback::Reception(report) => {
                let kind = self.connection.own_track(report.ssrc)?;
                self.quality.reported(kind, &report);
                if report.last_sequence_number != 0 {
                    self.liveness.reported();
                }
                if kind == MediaKind::Video {
                    let (lost, rate) = (percent_lost(&report), self.quality.send_kbps());
                    let kbps = self.downlink.report(lost, rate)?;
                    return Some(Input::Limit { kbps });
                }
            }
            Feedback::Arrivals { ssrc } => {
                self.connection.own_track(ssrc)?;
                self.liveness.reported();
            }
            Feedback::OwnReception(report) => {
                if let Some(kind) = self.remote_track(report.ssrc) {
                    self.quality.measured(kind, &report);
                }
            }
            Feedback::Other => {}
        }
        None
    }

    fn remote_track(&self, ssrc: u32) -> Option<MediaKind> {
        MediaKind::ALL.iter().copied().find(|kind| self.remote_ssrc[*kind as usize] == Some(ssrc))
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
        if self.remote_ssrc[MediaKind::Video as usize].is_some() {
            self.key_frames.want();
        }
    }

    /// Tells the browser how much video its listeners can take.
    pub fn limit(&mut self, kbps: f32, now: Instant) {
        if let Some(ssrc) = self.remote_ssrc[MediaKind::Video as usize] {
            tracing::debug!(kbps, "video limited");
            self.connection.limit_video(ssrc, kbps, now);
        }
    }

    /// Whatever is due by now; true if a key frame was asked for.
    pub fn work(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) -> bool {
        self.liveness.tell_silence(self.connection.ended, now, events);
        self.prompt(now);
        self.fill(now);
        self.quality.tick(now);
        let Some(ssrc) = self.remote_ssrc[MediaKind::Video as usize] else {
            return false;
        };
        let asks = self.connection.ice_connected && self.key_frames.take(now);
        if asks {
            self.connection.request_key_frame(ssrc, now);
        }
        asks
    }

    fn needs_filler(&self) -> bool {
        self.connection.secure && !self.liveness.is_both_ways() && !self.is_prompted()
    }

    /// Whether it hears its prompt just now.
    fn is_prompted(&self) -> bool {
        let heard = self.connection.secure && self.connection.ice_connected && self.source.is_none();
        heard && self.player.is_some()
    }

    fn prompt(&mut self, now: Instant) {
        let prompted = self.is_prompted();
        let Some(player) = &mut self.player else { return };
        if !prompted {
            player.pause();
            return;
        }
        while let Some((source, header, frame)) = player.next(now) {
            self.connection.forward(MediaKind::Audio, source, &header, &frame, now);
        }
    }

    fn fill(&mut self, now: Instant) {
        if self.needs_filler()
            && let Some(header) = self.filler.next(self.connection.last_sent(MediaKind::Audio), now)
        {
            self.connection.forward(MediaKind::Audio, filler::SOURCE, &header, &filler::FRAME, now);
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
        let silence = self.liveness.deadline();
        let key_frame = self.key_frames.deadline(now).filter(|_| self.connection.ice_connected);
        let filler = self.needs_filler().then(|| self.filler.due());
        let prompt = self.player.as_ref().filter(|_| self.is_prompted()).map(|player| player.due(now));
        let connection = self.connection.deadline(now);
        [silence, key_frame, filler, prompt, connection]
            .into_iter()
            .flatten()
            .chain([self.quality.tick(now)])
            .fold(now + SILENCE, Instant::min)
    }
}
