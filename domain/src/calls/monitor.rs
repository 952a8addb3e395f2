//! Supervisors in the calls of others: they listen, whisper to the agent, speak with all, or take the call over, and go
//! from one to the other while it runs. Who only listens in keeps no call alive, rings nobody and counts as on no call.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{Audience, CallEventKind, CallState, Change, Leg, LegRole, LegState, join::Joined, place::RINGS};
use crate::{
    Error, Platform, Result,
    audit::AuditAction,
    db::schema::{leg, offer},
    error::{RefusalCode, refuse},
    ids::{AgentId, CallId, NotificationId, UserId},
    people::Actor,
    routing::{Offer, OfferState},
    tasks::Notification,
    text_enum::text_enum,
    transfers::TransferState,
};

text_enum! { /// What a supervisor does in a call.
MonitorMode {
    /// Hears all and is heard by nobody.
    Listen = "LISTEN",
    /// Is heard by colleagues alone.
    Whisper = "WHISPER",
    /// Speaks with all.
    Barge = "BARGE",
    /// Becomes the call's agent; those before leave.
    TakeOver = "TAKE_OVER",
} }

text_enum! { /// How far a supervisor is with taking a call over.
TakeOver {
    /// As soon as there is media: until then the contact keeps its agent.
    Wanted = "WANTED",
    Done = "DONE",
} }

/// What the event of an agent says whose call a supervisor has taken.
pub(super) const TAKEN_OVER: &str = "taken over";

impl MonitorMode {
    const fn audience(self) -> Audience {
        match self {
            Self::Listen => Audience::Nobody,
            Self::Whisper => Audience::Agents,
            Self::Barge | Self::TakeOver => Audience::Everyone,
        }
    }
}

impl Platform {
    /// A supervisor comes into a call, or does something else in it than before. Gives what the browser needs to join, the
    /// first time.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, ILLEGAL_TRANSITION while nobody talks and for all but listening while a message is left,
    /// NOT_ALLOWED for the call's own agent, after a take-over by another one and for a take-over among colleagues, AGENT_BUSY
    /// for a take-over by one who is on a call, LIMIT_REACHED.
    pub async fn monitor(
        &self,
        actor: &Actor,
        id: CallId,
        mode: MonitorMode,
    ) -> Result<(Leg, Option<Joined>)> {
        let user = actor.user()?;
        if !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "Only supervisors come into the calls of others.");
        }
        let mut change = self.change(id).await?;
        change.still_on()?;
        let own = change.leg_of_user(user.id);
        if let Some(leg) = own.map(|place| &change.legs[place]).filter(|leg| leg.role == LegRole::Agent) {
            if leg.take_over == Some(TakeOver::Done) && mode == MonitorMode::TakeOver {
                return Ok((leg.clone(), None));
            }
            return refuse(RefusalCode::NotAllowed, "This is your own call. Hang up to leave it.");
        }
        if change.call.state != CallState::InProgress {
            return refuse(
                RefusalCode::IllegalTransition,
                "Nobody talks in this call just now. Come in once it is answered.",
            );
        }
        if change.voicemail.is_some() && mode != MonitorMode::Listen {
            let says = "A message is being left. You can listen in; nobody would hear you.";
            return refuse(RefusalCode::IllegalTransition, says);
        }
        if mode == MonitorMode::TakeOver {
            change.may_take_over(user.id).await?;
        }
        match own {
            Some(place) => {
                change.go_over(place, user.id, mode).await?;
                let (_, mut legs) = change.commit().await?;
                Ok((legs.swap_remove(place), None))
            }
            None => {
                change.room_for_more(1)?;
                let mut leg = Leg::of_user(&change.call, LegRole::Supervisor, user, change.now());
                leg.video_on = false;
                let place = change.add_leg(leg);
                change.set_mode(place, user.id, mode).await?;
                let joined = self.join(change, place, actor, None, None).await?;
                tracing::info!(call = %id, %mode, "a supervisor came in");
                Ok((joined.leg.clone(), Some(joined)))
            }
        }
    }
}

impl Change {
    /// A supervisor who is in the call does something else in it. The same again is no news.
    async fn go_over(&mut self, place: usize, user: UserId, mode: MonitorMode) -> Result<()> {
        let leg = &self.legs[place];
        if mode == MonitorMode::TakeOver && leg.state == LegState::Connected {
            return self.take_over(place, user).await;
        }
        let wanted = (mode == MonitorMode::TakeOver).then_some(TakeOver::Wanted);
        if (leg.audience, leg.take_over) == (mode.audience(), wanted) {
            return Ok(());
        }
        self.set_mode(place, user, mode).await
    }

    async fn set_mode(&mut self, place: usize, user: UserId, mode: MonitorMode) -> Result<()> {
        let leg = &mut self.legs[place];
        leg.audience = mode.audience();
        leg.take_over = (mode == MonitorMode::TakeOver).then_some(TakeOver::Wanted);
        let id = leg.id;
        let call = Some(self.call.id);
        self.unit.audit(user, AuditAction::CallMonitored, call, None, json!({ "mode": mode })).await?;
        // Until there is media, whoever takes over is one more who speaks.
        let seen = if mode == MonitorMode::TakeOver { MonitorMode::Barge } else { mode };
        self.event(CallEventKind::Monitored, &user.to_string(), Some(id), Some(seen.to_string())).await
    }

    /// Whoever speaks in a call hears on, where a message is left in it.
    pub(crate) fn silence_supervisors(&mut self) {
        for leg in self.legs.iter_mut().filter(|leg| leg.role == LegRole::Supervisor) {
            (leg.audience, leg.take_over) = (Audience::Nobody, None);
        }
    }

    /// # Errors
    /// NOT_ALLOWED when another supervisor has the call or colleagues are among themselves, AGENT_BUSY.
    async fn may_take_over(&mut self, user: UserId) -> Result<()> {
        let is_outsider = |leg: &Leg| leg.is_outsider() && leg.state.is_present();
        if !self.legs.iter().any(is_outsider) {
            let says = "There is nobody to take over: colleagues talk among themselves. Barge in instead.";
            return refuse(RefusalCode::NotAllowed, says);
        }
        let taken = |leg: &&Leg| leg.take_over == Some(TakeOver::Done) && leg.is_on();
        if let Some(other) = self.legs.iter().find(taken).filter(|leg| leg.user_id != Some(user)) {
            let says = format!("{} has taken this call over. You can still listen in.", other.name);
            return refuse(RefusalCode::NotAllowed, says);
        }
        // No offer can come between the look and the commit.
        crate::agents::lock(&mut self.unit, user.into()).await?;
        let rings = offer::table
            .filter(offer::agent_id.eq(AgentId::from(user)))
            .filter(offer::state.eq_any(OfferState::LIVE));
        let talks = leg::table
            .filter(leg::user_id.eq(user).and(leg::role.eq(LegRole::Agent)))
            .filter(leg::state.ne(LegState::Left));
        let (rings, talks): (bool, bool) =
            diesel::select((diesel::dsl::exists(rings), diesel::dsl::exists(talks)))
                .get_result(self.unit.connection())
                .await?;
        match (rings, talks) {
            (true, _) => refuse(RefusalCode::AgentBusy, RINGS),
            (_, true) => refuse(RefusalCode::AgentBusy, "You are on another call. End it first."),
            (false, false) => Ok(()),
        }
    }

    /// The supervisor is the call's agent from now on: those before leave and wrap up, whoever was held is taken up.
    async fn take_over(&mut self, place: usize, user: UserId) -> Result<()> {
        let actor = user.to_string();
        let before = self.call.agent_id.map(|agent| AgentId::from(agent).to_string());
        let leg = &mut self.legs[place];
        (leg.role, leg.audience, leg.parked) = (LegRole::Agent, Audience::Everyone, false);
        leg.take_over = Some(TakeOver::Done);
        let id = leg.id;
        if let Some(mut live) = self.live_transfer().await? {
            let why = "a supervisor took the call over";
            self.give_back(&mut live, TransferState::Cancelled, why, &actor).await?;
        }
        self.cancel_offers(Offer::is_direct, "a supervisor took the call over").await?;
        self.call.agent_id = Some(user);
        self.unit.touch(user.into());
        let call = Some(self.call.id);
        self.unit.audit(user, AuditAction::CallTakenOver, call, before, json!({})).await?;
        let mode = MonitorMode::TakeOver.to_string();
        self.event(CallEventKind::Monitored, &actor, Some(id), Some(mode)).await?;
        for other in 0..self.legs.len() {
            let leg = &self.legs[other];
            if other != place && leg.is_agent_on() {
                let id = leg.id;
                self.leg_becomes(other, LegState::Left)?;
                let why = Some(TAKEN_OVER.into());
                self.event(CallEventKind::LegLeft, &actor, Some(id), why).await?;
            }
        }
        self.take_up(|_| true, &actor).await?;
        crate::recordings::follow_consent(self).await
    }

    /// A supervisor who wanted the call has media now.
    pub(super) async fn take_over_if_wanted(&mut self, place: usize) -> Result<()> {
        let leg = &mut self.legs[place];
        let id = leg.id;
        let (Some(TakeOver::Wanted), Some(user)) = (leg.take_over, leg.user_id) else { return Ok(()) };
        // Whatever stands against it, he stays as one who speaks with all.
        leg.take_over = None;
        if self.call.state != CallState::InProgress {
            return Ok(());
        }
        match self.may_take_over(user).await {
            Ok(()) => self.take_over(place, user).await,
            Err(Error::Refused(refusal)) => {
                tracing::info!(call = %self.call.id, %refusal, "not taken over");
                let told = Notification {
                    id: NotificationId::new(),
                    user_id: user,
                    kind: "call.not_taken_over".into(),
                    title: "You did not take the call over".into(),
                    body: Some(format!("{refusal} You speak with all of them meanwhile.")),
                    subject: Some(self.call.id.to_string()),
                    dedupe: format!("{id}/{}", self.call.version),
                    at: self.now(),
                    read_at: None,
                };
                self.unit.notify(told).await?;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
