//! Leaving and ending.

use super::{
    Call, CallEventKind, CallResult, CallState, Change, Direction, Leg, LegRole, LegState,
    parties::{goes_on, stays},
};
use crate::{
    Platform, Result,
    audit::AuditAction,
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, LegId},
    limits,
    people::Actor,
    routing::{Entry, VisitOutcome},
};

impl Change {
    /// A party of this call, or one who sees all.
    ///
    /// # Errors
    /// NOT_FOUND: a call that is not yours looks like one that is not there.
    pub(crate) fn belongs_to(&self, actor: &Actor) -> Result<()> {
        let party = match actor {
            Actor::User(signed) => {
                self.call.agent_id == Some(signed.user.id)
                    || self.legs.iter().any(|leg| leg.user_id == Some(signed.user.id))
            }
            Actor::Guest(guest) => guest.call == self.call.id,
            Actor::Anonymous => false,
        };
        if party || actor.sees_all() { Ok(()) } else { Err(Refusal::not_found("call").into()) }
    }

    /// This very leg is the actor's.
    pub(crate) fn leg_belongs_to(&self, place: usize, actor: &Actor) -> Result<()> {
        if actor.owns(&self.legs[place]) { Ok(()) } else { Err(Refusal::not_found("leg").into()) }
    }

    /// A party goes.
    pub(super) async fn leg_leaves(&mut self, place: usize, actor: &str, lost: bool) -> Result<()> {
        let (id, came) = (self.legs[place].id, self.legs[place].joined_at.is_some());
        self.leg_becomes(place, LegState::Left)?;
        let why = lost.then_some(if came { "connection lost" } else { "did not come" });
        self.event(CallEventKind::LegLeft, actor, Some(id), why.map(Into::into)).await?;
        self.after_leaving(place, actor, lost).await
    }

    /// A party has gone: does the call go on?
    pub(super) async fn after_leaving(&mut self, place: usize, actor: &str, lost: bool) -> Result<()> {
        let gone = self.legs[place].clone();
        if gone.role == LegRole::Supervisor {
            return Ok(());
        }
        if self.voicemail.is_some() {
            return if gone.role == LegRole::Guest { Ok(()) } else { self.message_over(lost, actor).await };
        }
        if gone.role == LegRole::Agent && self.did_not_come(&gone, lost).await?
            || self.left_transfer(&gone, actor).await?
            || gone.role == LegRole::Agent && self.waits_on(lost).await?
        {
            return Ok(());
        }
        if goes_on(&self.call, &self.legs) {
            return self.go_on_without(&gone).await;
        }
        let answered = self.call.answered_at.is_some();
        let who = match gone.role {
            LegRole::Contact => "The contact",
            LegRole::Guest => "The guest",
            LegRole::Agent | LegRole::Supervisor => "The agent",
        };
        let (result, reason) = match (answered, lost, gone.role) {
            (true, false, _) => (CallResult::Completed, format!("{who} hung up.")),
            (true, true, LegRole::Contact | LegRole::Guest) => {
                (CallResult::Completed, format!("{who}'s connection was lost."))
            }
            (true, true, _) => (CallResult::Failed, "The agent's connection was lost.".into()),
            (false, _, LegRole::Contact) if self.call.direction == Direction::Inbound => {
                (CallResult::Abandoned, gone_while_waiting(&gone, lost).into())
            }
            (false, false, LegRole::Contact) => (CallResult::Declined, "The contact declined.".into()),
            (false, false, _) => (CallResult::Abandoned, format!("{who} hung up before it was answered.")),
            (false, true, _) => (CallResult::Failed, format!("{who} joined but no media came through.")),
        };
        self.end(result, &reason, actor).await
    }

    fn staying(&self, role: LegRole) -> usize {
        self.legs.iter().filter(|leg| leg.role == role && stays(&self.call, leg)).count()
    }

    /// Somebody has gone whom the call does not need: another agent is the call's agent, and nobody stays on hold whom
    /// no one would take up.
    async fn go_on_without(&mut self, gone: &Leg) -> Result<()> {
        let mut agents = self.legs.iter().filter(|leg| leg.is_agent_on());
        if gone.user_id.is_some()
            && self.call.agent_id == gone.user_id
            && let Some(next) = agents.clone().next()
        {
            self.call.agent_id = next.user_id;
        }
        if self.call.state == CallState::InProgress && agents.all(|leg| leg.parked) {
            self.take_up(|_| true, "system").await?;
        }
        // One whose consent was awaited may be gone.
        crate::recordings::follow_consent(self).await
    }

    /// An agent has gone who had accepted and got no media: true when that is dealt with by what was offered.
    async fn did_not_come(&mut self, gone: &Leg, lost: bool) -> Result<bool> {
        let Some(agent) = gone.user_id.filter(|_| gone.connected_at.is_none()) else { return Ok(false) };
        let reason = if lost { "no media came through" } else { "the agent left again" };
        self.offer_failed(agent.into(), reason).await
    }

    /// An agent has gone from a call of a queue: true when the contact waits on. One who left before the contact was there
    /// leaves it at its old place; one who was lost, at the front.
    async fn waits_on(&mut self, lost: bool) -> Result<bool> {
        if self.staying(LegRole::Contact) == 0 || self.call.queue_id.is_none() {
            return Ok(false);
        }
        if self.call.visit_id.is_some() {
            if self.is_callback().await? && !self.legs.iter().any(Leg::is_contact_connected) {
                self.callback_in_vain("The agent left before the contact was there.", false).await?;
            } else {
                let visit = self.visit().await?;
                // It has waited all the time: for an agent, or for one who hands it over to take it back.
                let as_before = visit.map(|visit| Entry {
                    rank_at: Some(visit.rank_at),
                    entered_at: Some(visit.entered_at),
                    not_before: Some(visit.not_before),
                    leave_by: visit.leave_by,
                    ..Entry::default()
                });
                self.enter_again(as_before.unwrap_or_default()).await?;
            }
            return Ok(true);
        }
        if !lost || self.staying(LegRole::Agent) > 0 {
            return Ok(false);
        }
        let rank_at = Some(self.now() - limits::FRONT_OF_QUEUE);
        self.enter_again(Entry { rank_at, ..Entry::default() }).await?;
        Ok(true)
    }
}

/// Why a contact whom nobody had answered waits no longer.
fn gone_while_waiting(gone: &Leg, lost: bool) -> &'static str {
    match (lost, gone.joined_at, gone.connected_at) {
        (false, ..) => "The contact hung up while waiting.",
        (true, None, _) => "The contact did not come.",
        (true, _, None) => "The contact joined but no media came through.",
        (true, ..) => "The contact's connection was lost while waiting.",
    }
}

impl Platform {
    /// Ends the call for all. For agents who hand it over just now, or to whom it is handed, it goes on without them. A
    /// second end is no fault.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for an agent who is no longer in it.
    pub async fn end_call(&self, actor: &Actor, id: CallId) -> Result<Call> {
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        if change.call.state == CallState::Ended {
            return Ok(change.call);
        }
        // Whoever only listens in steers from outside.
        let is_own = |leg: &Leg| leg.role != LegRole::Supervisor && actor.owns(leg);
        let mine = change.legs.iter().position(|leg| leg.is_on() && is_own(leg));
        if actor.user_id().is_some() && mine.is_none() && !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "You are no longer in this call.");
        }
        // An agent who took it out of a queue and thought better of it puts nobody out, nor does one who hands it over or
        // is to get it.
        if let Some(place) = mine.filter(|&place| change.legs[place].is_staff())
            && (change.call.visit_id.is_some() || change.live_transfer().await?.is_some())
        {
            change.leg_leaves(place, &actor.key(), false).await?;
            return Ok(change.commit().await?.0);
        }
        let contact = actor.guest().is_some();
        if !contact {
            // Only a contact abandons a queue.
            change.leave_queue(VisitOutcome::Cancelled).await?;
        }
        let result = match (change.call.answered_at, contact) {
            (Some(_), _) => CallResult::Completed,
            (None, true) if change.call.direction == Direction::Inbound => CallResult::Abandoned,
            (None, false) if change.call.direction == Direction::Inbound => CallResult::Missed,
            (None, true) => CallResult::Declined,
            (None, false) => CallResult::Abandoned,
        };
        let party = change.legs.iter().any(is_own);
        let who = match (contact, party) {
            (true, _) => "The contact",
            (false, true) => "The agent",
            (false, false) => "A supervisor",
        };
        let reason = if result == CallResult::Declined {
            "The contact declined.".into()
        } else {
            format!("{who} hung up.")
        };
        if let Some(user) = actor.user_id().filter(|_| mine.is_none()) {
            let ended = serde_json::json!({ "result": result });
            change.unit.audit(user, AuditAction::CallEnded, Some(id), None, ended).await?;
        }
        change.end(result, &reason, &actor.key()).await?;
        Ok(change.commit().await?.0)
    }

    /// One party goes. Gone already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub async fn leave(&self, actor: &Actor, id: LegId) -> Result<Leg> {
        let (mut change, place) = self.change_by_leg(id).await?;
        change.leg_belongs_to(place, actor)?;
        if change.legs[place].is_on() {
            change.leg_leaves(place, &actor.key(), false).await?;
        }
        let (_, mut legs) = change.commit().await?;
        Ok(legs.swap_remove(place))
    }
}
