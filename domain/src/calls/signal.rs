//! Signalling between a browser and the worker that has its leg: mutation → api → the worker's command queue → reply.
//! The api keeps nothing of it.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tracing::Instrument;

use super::{
    CALL_OVER, Call, CallEventKind, CallState, Change, LEG_LEFT, LEG_TAKEN, Leg, LegState, MediaOffer,
    invite::PUT_OUT, join::TAKEN, monitor::TAKEN_OVER,
};
use crate::{
    Error, Platform, Result,
    bus::CommandError,
    error::{Refusal, RefusalCode, refuse},
    events::{Aggregate, Event},
    ids::{CallId, LegId, WorkerId},
    limits,
    people::Actor,
    telemetry,
    text_enum::text_enum,
};

text_enum! { /// Which half of an offer/answer exchange (RFC 3264) a description is.
SdpType { Offer = "OFFER", Answer = "ANSWER", } }

/// Browsers list every codec in each media section: some 6 kB for a voice and a picture, and there are sixteen pairs at most.
pub const LONGEST_SDP: usize = 250_000;
const CANDIDATES: usize = 50;

/// An ICE candidate as the browser's `RTCIceCandidate.toJSON()` gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Candidate {
    pub candidate: String,
    pub sdp_mid: Option<String>,
    pub sdp_m_line_index: Option<i32>,
}

/// What a page was told when it joined, and says whenever it negotiates.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    pub epoch: i32,
    /// None of a client that doesn't say.
    pub generation: Option<i32>,
}

/// What a worker is told.
#[derive(Debug, Serialize, Deserialize)]
pub enum Command {
    Negotiate {
        call: CallId,
        leg: LegId,
        epoch: i32,
        /// None of a client, or an api, that doesn't say.
        generation: Option<i32>,
        kind: SdpType,
        sdp: String,
        revision: i32,
        /// When the api was asked; none of an api that doesn't say.
        asked_at: Option<DateTime<Utc>>,
    },
    Trickle {
        call: CallId,
        leg: LegId,
        epoch: i32,
        generation: Option<i32>,
        candidates: Vec<Candidate>,
    },
    /// Read the call's plan anew; answered once it is carried out.
    Sync {
        call: CallId,
    },
}

/// A command on its way, with the id of the request that it comes from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub trace_id: Option<String>,
    pub command: Command,
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    Done,
    Answer { sdp: String, revision: i32 },
    Refused { code: RefusalCode, message: String },
}

/// What a leg's browser is told without having asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Make a new connection and negotiate with this epoch.
    Moved { epoch: i32, reason: String },
    /// The worker has more media for the leg: answer with this revision.
    Offered(MediaOffer),
    /// The leg is over.
    Ended { reason: String },
    /// Another page of the same party has the leg.
    Taken { reason: String },
}

/// Whether a party that was told this epoch speaks of the lease that holds. One that joined before any worker had the
/// call was told 0: the first lease is what it waits for.
#[must_use]
pub const fn epoch_fits(told: i32, leased: i32) -> bool {
    told == leased || (told == 0 && leased == 1)
}

/// What one is told whose epoch doesn't fit. For whoever writes a client: a page of ours joins again by itself.
pub const STALE: &str = "The call has moved to another media worker: join again (callJoin).";

/// Name of a worker's command queue.
#[must_use]
pub fn command_queue(worker: WorkerId) -> String {
    format!("worker.{}", worker.0.simple())
}

impl Platform {
    /// Offers a description to the worker, or answers its offer; gives the worker's answer and its revision.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, LEG_GONE, LEG_TAKEN for an older generation, STALE for an older epoch and for an offer that was
    /// overtaken by a later one of the leg, INVALID for a description that is none, MEDIA_UNAVAILABLE while no worker has the call.
    pub async fn negotiate(
        &self,
        actor: &Actor,
        id: LegId,
        told: Told,
        kind: SdpType,
        sdp: String,
        revision: i32,
    ) -> Result<Option<(String, i32)>> {
        if sdp.len() > LONGEST_SDP || !sdp.starts_with("v=0") {
            return Err(Refusal::invalid("sdp", "This is not a session description.").into());
        }
        let asked_at = Some(self.clock.now());
        let (call, worker) = self.leased_leg(actor, id, told).await?;
        let Told { epoch, generation } = told;
        let command = Command::Negotiate { call, leg: id, epoch, generation, kind, sdp, revision, asked_at };
        match self.command(worker, command).await? {
            Reply::Answer { sdp, revision } => Ok(Some((sdp, revision))),
            Reply::Done => Ok(None),
            Reply::Refused { code, message } => refuse(code, message),
        }
    }

    /// Hands candidates that the browser found later to the worker.
    pub async fn trickle(
        &self,
        actor: &Actor,
        id: LegId,
        told: Told,
        candidates: Vec<Candidate>,
    ) -> Result<()> {
        if candidates.len() > CANDIDATES || candidates.iter().any(|c| c.candidate.len() > 1000) {
            return Err(Refusal::invalid(
                "candidates",
                format!("At most {CANDIDATES} candidates of 1000 characters at once."),
            )
            .into());
        }
        let (call, worker) = self.leased_leg(actor, id, told).await?;
        let Told { epoch, generation } = told;
        let command = Command::Trickle { call, leg: id, epoch, generation, candidates };
        match self.command(worker, command).await? {
            Reply::Refused { code, message } => refuse(code, message),
            Reply::Done | Reply::Answer { .. } => Ok(()),
        }
    }

    /// The leg's call and the worker that has it in this epoch; waits a little for a call that was just placed or moved.
    async fn leased_leg(&self, actor: &Actor, id: LegId, told: Told) -> Result<(CallId, WorkerId)> {
        let deadline = Instant::now() + limits::LEASE_WAIT;
        let mut pause = Duration::from_millis(25);
        loop {
            let (leg, call) = self.own_leg(actor, id).await?;
            if call.state == CallState::Ended {
                return refuse(RefusalCode::CallEnded, CALL_OVER);
            }
            match leg.state {
                LegState::Left => return refuse(RefusalCode::LegGone, LEG_LEFT),
                LegState::Invited => {
                    return refuse(RefusalCode::IllegalTransition, "Join the call first (callJoin).");
                }
                LegState::Joining | LegState::Connected | LegState::Reconnecting => {}
            }
            if leg.is_taken_from(told.generation) {
                return refuse(RefusalCode::LegTaken, LEG_TAKEN);
            }
            if let Some(worker) = call.worker_id {
                if epoch_fits(told.epoch, call.epoch) {
                    return Ok((call.id, worker));
                }
                return refuse(RefusalCode::Stale, STALE);
            }
            if Instant::now() >= deadline {
                return refuse(
                    RefusalCode::MediaUnavailable,
                    "No media worker has taken the call yet. Try again in a moment.",
                );
            }
            tokio::time::sleep(pause).await;
            // Soon at first; many who wait for a fleet that is away shall not ask the database all the time.
            pause = (pause * 2).min(Duration::from_millis(400));
        }
    }

    /// A leg that is the actor's own.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub async fn own_leg(&self, actor: &Actor, id: LegId) -> Result<(Leg, Call)> {
        let found = self.leg_with_call(id).await?;
        found.filter(|(leg, _)| actor.owns(leg)).ok_or_else(|| Refusal::not_found("leg").into())
    }

    /// Sends a command to a worker and waits for its reply.
    async fn command(&self, worker: WorkerId, command: Command) -> Result<Reply> {
        let body = serde_json::to_vec(&Envelope { trace_id: telemetry::trace_id(), command })?;
        let reply = self.bus.command(&command_queue(worker), &body, limits::COMMAND).await;
        match reply {
            Ok(reply) => Ok(serde_json::from_slice(&reply)?),
            Err(CommandError::NoWorker | CommandError::Timeout) => refuse(
                RefusalCode::MediaUnavailable,
                "The media worker of this call does not answer. It is being replaced; try again in a moment.",
            ),
            Err(error) => Err(Error::Unavailable(error.to_string())),
        }
    }

    /// Tells a worker that a call of its has changed, without waiting. Lost, it finds out by itself within two seconds.
    pub(crate) fn nudge(&self, worker: WorkerId, call: CallId) {
        let platform = self.clone();
        let told = async move {
            if let Err(error) = platform.command(worker, Command::Sync { call }).await {
                tracing::debug!(%call, %error, "the worker was not told");
            }
        };
        match telemetry::trace_id() {
            Some(id) => tokio::spawn(telemetry::traced(id, told).in_current_span()),
            None => tokio::spawn(told.in_current_span()),
        };
    }

    /// Waits until the call's worker has carried out what the database says.
    ///
    /// # Errors
    /// MEDIA_UNAVAILABLE when it did not.
    pub(crate) async fn sync(&self, call: &Call) -> Result<()> {
        let Some(worker) = call.worker_id else { return Ok(()) };
        match self.command(worker, Command::Sync { call: call.id }).await? {
            Reply::Refused { code, message } => refuse(code, message),
            Reply::Done | Reply::Answer { .. } => Ok(()),
        }
    }

    /// A party says what its browser does: microphone, camera, screen.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, LEG_GONE.
    pub async fn update_leg(
        &self,
        actor: &Actor,
        id: LegId,
        muted: Option<bool>,
        video_on: Option<bool>,
        screen_on: Option<bool>,
    ) -> Result<Leg> {
        use CallEventKind::{CameraOff, CameraOn, Muted, ScreenStarted, ScreenStopped, Unmuted};
        let (mut change, place) = self.change_by_leg(id).await?;
        change.leg_belongs_to(place, actor)?;
        change.still_on()?;
        if change.legs[place].state == LegState::Left {
            return refuse(RefusalCode::LegGone, LEG_LEFT);
        }
        let set = async |change: &mut Change,
                         wanted: Option<bool>,
                         field: fn(&mut Leg) -> &mut bool,
                         on,
                         off|
               -> Result<()> {
            let value = field(&mut change.legs[place]);
            if let Some(wanted) = wanted.filter(|wanted| wanted != value) {
                *value = wanted;
                change.event(if wanted { on } else { off }, &actor.key(), Some(id), None).await?;
            }
            Ok(())
        };
        set(&mut change, muted, |leg| &mut leg.muted, Muted, Unmuted).await?;
        set(&mut change, video_on, |leg| &mut leg.video_on, CameraOn, CameraOff).await?;
        set(&mut change, screen_on, |leg| &mut leg.screen_on, ScreenStarted, ScreenStopped).await?;
        let (_, mut legs) = change.commit().await?;
        Ok(legs.swap_remove(place))
    }

    /// What a leg's browser has to be told at once when it (re)subscribes with the epoch and the generation that it knows.
    pub async fn signals_now(&self, actor: &Actor, id: LegId, told: Option<i32>) -> Result<Vec<Signal>> {
        let (leg, call) = self.own_leg(actor, id).await?;
        if call.state == CallState::Ended || leg.state == LegState::Left {
            let reason = call.end_reason.unwrap_or_else(|| LEG_LEFT.into());
            return Ok(vec![Signal::Ended { reason }]);
        }
        if leg.is_taken_from(told) {
            return Ok(vec![Signal::Taken { reason: LEG_TAKEN.into() }]);
        }
        // It may have come over already, though that is not known yet: then there may be an offer of the new worker's, too.
        let behind = leg.state.is_present() && !epoch_fits(leg.epoch, call.epoch);
        let moved = behind.then(|| Signal::Moved { epoch: call.epoch, reason: MOVED.into() });
        let offered = self.media_offer(id).await?.map(Signal::Offered);
        Ok(moved.into_iter().chain(offered).collect())
    }
}

const MOVED: &str = "The media worker of this call was replaced.";

/// What an event of a call, or of the leg itself, means for the page that was `told` this generation of the leg.
#[must_use]
pub fn signal_of(event: &Event, leg: LegId, told: Option<i32>) -> Option<Signal> {
    if event.aggregate == Aggregate::Leg && event.kind == TAKEN {
        let newest = event.payload.get("generation")?.as_i64()?;
        return (i64::from(told?) < newest).then(|| Signal::Taken { reason: LEG_TAKEN.into() });
    }
    if event.aggregate != Aggregate::Call {
        return None;
    }
    match event.kind.parse().ok()? {
        CallEventKind::MediaMoved => {
            let epoch = event.payload.get("detail")?.as_str()?.parse().ok()?;
            Some(Signal::Moved { epoch, reason: MOVED.into() })
        }
        CallEventKind::Ended => Some(Signal::Ended { reason: CALL_OVER.into() }),
        CallEventKind::LegLeft if event.id::<LegId>("legId") == Some(leg) => {
            let reason = match event.payload.get("detail").and_then(|it| it.as_str()) {
                Some(TAKEN_OVER) => "A supervisor has taken this call over.",
                Some(PUT_OUT) => "You were taken out of this call.",
                _ => LEG_LEFT,
            };
            Some(Signal::Ended { reason: reason.into() })
        }
        _ => None,
    }
}
