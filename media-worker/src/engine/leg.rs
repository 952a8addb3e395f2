//! One participant's leg: its connection, the addresses it was authenticated at, whether it lives,
//! and whose media it gets.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::sync::mpsc::UnboundedSender;
use tracing::Span;
use uuid::Uuid;

use super::assignment::{Assignment, SourceLeg};
use super::connection::{Connection, Media};
use super::downlink::MOST_KBPS;
use super::feedback::Feedback;
use super::filler::Filler;
use super::keyframes::KeyFrames;
use super::liveness::{Liveness, SILENCE};
use super::prompt::{Player, Prompt};
use super::quality::{Quality, percent_lost};
use super::renegotiation::Offers;
use super::rewrite::Source;
use super::socket::{Outgoing, Path};
use super::{EngineEvent, LegChange, MediaKind, filler, stun};

/// The shard's own name for a leg's connection; never used twice.
pub(super) type LegKey = u64;

/// No media and no check for so long: people speak, and checks come, more often.
const SILENT_PATH: Duration = Duration::from_secs(3);

/// What a leg brought, for others to use.
pub(super) enum Input {
    Media(Media),
    /// It wants a key frame of the video in a slot.
    KeyFrame {
        slot: usize,
    },
    /// It was reckoned anew how much of the video in a slot its way down carries.
    Limit {
        slot: usize,
    },
}

pub(super) struct Leg {
    pub call: Uuid,
    pub id: Uuid,
    pub span: Span,
    pub connection: Connection,
    /// Who gets this leg's media, and in which slot.
    pub listeners: Vec<(LegKey, usize)>,
    /// Whose media it gets.
    pub assignment: Assignment,
    pub offers: Offers,
    pub quality: Quality,
    /// Where to send, and when something last came from there.
    path: Option<(Path, Instant)>,
    key_frames: KeyFrames,
    remote_ssrc: [Option<u32>; 2],
    liveness: Liveness,
    /// It was told to send no more video than this.
    limited: Option<f32>,
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
            assignment: Assignment::default(),
            offers: Offers::default(),
            quality: Quality::default(),
            path: None,
            key_frames: KeyFrames::default(),
            remote_ssrc: [None; 2],
            liveness: Liveness::new(call, id, now),
            limited: None,
            secure: false,
            filler: Filler::new(now),
            player: None,
        }
    }

    /// Takes the place of the participant's earlier connection.
    pub fn succeed(&mut self, old: &Leg) {
        self.liveness.succeed(&old.liveness);
        self.offers.succeed(&old.offers);
        self.player.clone_from(&old.player);
        self.player.iter_mut().for_each(Player::pause);
    }

    /// Whose media it gets from now on, as far as it has slots. Returns those whose picture is new to it.
    pub fn hear(&mut self, sources: Vec<SourceLeg>) -> Vec<LegKey> {
        let changed = self.assignment.assign(&sources, &self.connection.open_slots());
        changed.iter().for_each(|slot| self.quality.forget(*slot));
        changed.into_iter().filter_map(|slot| self.assignment.source(slot)).collect()
    }

    /// Sources wait for slots, and it is time to offer some. Media has to be secure: then the browser has our first answer.
    pub fn wants_slots(&self, now: Instant) -> bool {
        self.offer_due().is_some_and(|due| due <= now)
    }

    fn offer_due(&self) -> Option<Instant> {
        let grows = self.secure && self.connection.can_grow(self.assignment.waiting());
        self.offers.due().filter(|_| grows)
    }

    /// As what its packets go to others.
    pub fn source_of(&self, key: LegKey, media: &Media) -> Source {
        Source { key, ssrc: media.packet.header.ssrc, contributor: Some(self.id.as_u128() as u32) }
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
            // What its sources sent so far has passed it by.
            self.assignment.sources().for_each(|(slot, _)| out(Input::KeyFrame { slot }));
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
            if let Some(input) = self.take_feedback(feedback, now) {
                out(input);
            }
        }
        self.liveness.tell_both_ways(events);
    }

    fn take_feedback(&mut self, feedback: Feedback, now: Instant) -> Option<Input> {
        match feedback {
            Feedback::KeyFrame { ssrc } => {
                let (slot, kind) = self.connection.own_track(ssrc)?;
                return (kind == MediaKind::Video).then_some(Input::KeyFrame { slot });
            }
            Feedback::Reception(report) => {
                let track = self.connection.own_track(report.ssrc)?;
                self.quality.reported(track, &report);
                if report.last_sequence_number != 0 {
                    self.liveness.reported();
                }
                if let (number, MediaKind::Video) = track {
                    let slot = self.connection.slots.get_mut(number)?;
                    let rate = slot.picture.kbps(now);
                    slot.downlink.report(percent_lost(&report), rate)?;
                    return Some(Input::Limit { slot: number });
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

    pub fn want_key_frame(&mut self) {
        // Before its first packet there is none to ask about, and its first frame is one.
        if self.remote_ssrc[MediaKind::Video as usize].is_some() {
            self.key_frames.want();
        }
    }

    /// How much of the video in a slot its way down carries; none if all there is.
    pub fn limit_of(&self, slot: usize) -> Option<f32> {
        self.connection.slots.get(slot)?.downlink.limit()
    }

    /// Tells the browser how much video its listeners can take; whether there was anything to tell.
    pub fn limit(&mut self, kbps: f32, now: Instant) -> bool {
        let Some(ssrc) = self.remote_ssrc[MediaKind::Video as usize] else { return false };
        let limited = (kbps < MOST_KBPS).then_some(kbps);
        if self.limited.is_none() && limited.is_none() {
            return false;
        }
        self.limited = limited;
        tracing::debug!(kbps, "video limited");
        self.connection.limit_video(ssrc, kbps, now);
        true
    }

    /// Whatever is due by now; true if a key frame was asked for.
    pub fn work(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) -> bool {
        self.liveness.tell_silence(self.connection.ended, now, events);
        self.prompt(now, events);
        self.fill(now);
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
        let heard = self.connection.secure && self.connection.ice_connected && self.assignment.is_empty();
        heard && self.player.as_ref().is_some_and(Player::goes_on)
    }

    fn prompt(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) {
        let prompted = self.is_prompted();
        let Some(player) = &mut self.player else { return };
        if !prompted {
            player.pause();
            return;
        }
        while let Some((source, header, frame)) = player.next(now) {
            self.connection.forward((0, MediaKind::Audio), source, &header, &frame, now);
        }
        if player.take_beep() {
            let _ = events.send(EngineEvent { call: self.call, leg: self.id, change: LegChange::Greeted });
        }
    }

    fn fill(&mut self, now: Instant) {
        if self.needs_filler()
            && let Some(header) = self.filler.next(self.connection.last_sent(MediaKind::Audio), now)
        {
            self.connection.forward((0, MediaKind::Audio), filler::SOURCE, &header, &filler::FRAME, now);
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
                queue.push(Outgoing { path, bytes });
            }
        }
        let silence = self.liveness.deadline();
        let key_frame = self.key_frames.deadline(now).filter(|_| self.connection.ice_connected);
        let filler = self.needs_filler().then(|| self.filler.due());
        let prompt = self.player.as_ref().filter(|_| self.is_prompted()).map(|player| player.due(now));
        let connection = self.connection.deadline(now);
        // What could not be offered at its time waits for the next occasion.
        let offer = self.offer_due().filter(|due| *due > now);
        [silence, key_frame, filler, prompt, offer, connection]
            .into_iter()
            .flatten()
            .fold(now + SILENCE, Instant::min)
    }
}
