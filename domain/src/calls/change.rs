//! One change of a call: its row is locked first, then read, changed in memory and written back with its events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{
    CALL_OVER, Call, CallEventKind, CallResult, CallState, Direction, IntervalKind, Leg, LegRole, LegState,
    intervals, visibility,
};
use crate::{
    Error, Platform, Result,
    bus::Job,
    db::{
        Unit,
        schema::{call, leg},
    },
    error::{Refusal, RefusalCode, refuse},
    events::Aggregate,
    ids::{AgentId, CallId, LegId, QueueId, UserId},
    limits,
    routing::VisitOutcome,
    voicemail::{Voicemail, open_message},
};

/// A call that is locked for a change. Dropped without [`Change::commit`] nothing happened.
pub struct Change {
    pub unit: Unit,
    pub call: Call,
    pub legs: Vec<Leg>,
    /// As they stand in the database: only what differs is written.
    stored: (Call, Vec<Leg>),
    /// The interval that is open there.
    open: Option<IntervalKind>,
    /// The message that is being left.
    pub(crate) voicemail: Option<Voicemail>,
    /// It stood in no row before this change.
    created: bool,
    /// Agents who wrap up by the rules of another queue than the one that the call is in.
    wrap_ups: HashMap<AgentId, Option<QueueId>>,
}

impl Platform {
    /// Locks a call and reads it with its legs.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) async fn change(&self, id: CallId) -> Result<Change> {
        let mut unit = self.begin().await?;
        // Not FOR UPDATE: a row elsewhere that refers to the call need not wait.
        let call: Option<Call> = call::table
            .find(id)
            .select(Call::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let Some(call) = call else { return Err(Refusal::not_found("call").into()) };
        let legs: Vec<Leg> = leg::table
            .filter(leg::call_id.eq(id))
            .order(leg::id)
            .select(Leg::as_select())
            .load(unit.connection())
            .await?;
        let voicemail = match may_be_message(&call, &legs) {
            true => open_message(unit.connection(), id).await?,
            false => None,
        };
        let open = intervals::of(&call, &legs, voicemail.is_some());
        let (stored, wrap_ups) = ((call.clone(), legs.clone()), HashMap::new());
        Ok(Change { unit, stored, open, voicemail, created: false, wrap_ups, call, legs })
    }

    /// The same, by one of its legs; gives the leg's place in `legs` too.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) async fn change_by_leg(&self, id: LegId) -> Result<(Change, usize)> {
        let mut connection = self.db.get().await?;
        let call: Option<CallId> =
            leg::table.find(id).select(leg::call_id).first(&mut connection).await.optional()?;
        drop(connection);
        let Some(call) = call else { return Err(Refusal::not_found("leg").into()) };
        let change = self.change(call).await?;
        match change.legs.iter().position(|leg| leg.id == id) {
            Some(place) => Ok((change, place)),
            None => Err(Refusal::not_found("leg").into()),
        }
    }
}

impl Change {
    /// A call that is just being made.
    pub(crate) async fn create(mut unit: Unit, call: Call, legs: Vec<Leg>) -> Result<Self> {
        insert(&mut unit, &call, &legs).await?;
        let stored = (call.clone(), legs.clone());
        let wrap_ups = HashMap::new();
        let mut change =
            Self { unit, stored, open: None, voicemail: None, created: true, wrap_ups, call, legs };
        change.begin_interval().await?;
        Ok(change)
    }

    /// Makes another call in the same unit of work and changes it; then this one is at hand again.
    pub(crate) async fn beside(
        &mut self,
        call: Call,
        legs: Vec<Leg>,
        work: impl AsyncFnOnce(&mut Self) -> Result<()>,
    ) -> Result<Call> {
        insert(&mut self.unit, &call, &legs).await?;
        let stored = std::mem::replace(&mut self.stored, (call.clone(), legs.clone()));
        let (created, open) = (std::mem::replace(&mut self.created, true), self.open.take());
        let voicemail = self.voicemail.take();
        let mine = (std::mem::replace(&mut self.call, call), std::mem::replace(&mut self.legs, legs));
        self.begin_interval().await?;
        work(self).await?;
        self.write().await?;
        let made = std::mem::replace(&mut self.call, mine.0);
        (self.legs, self.stored, self.created, self.open) = (mine.1, stored, created, open);
        self.voicemail = voicemail;
        Ok(made)
    }

    /// Adds a party; gives its place.
    pub(crate) fn add_leg(&mut self, leg: Leg) -> usize {
        self.legs.push(leg);
        self.legs.len() - 1
    }

    /// The leg that a user has in this call now.
    pub(crate) fn leg_of_user(&self, user: UserId) -> Option<usize> {
        self.legs.iter().rposition(|leg| leg.user_id == Some(user) && leg.is_on())
    }

    /// Has a media worker sought for a call that has none yet.
    pub(crate) async fn dispatch(&mut self) -> Result<()> {
        if self.call.worker_id.is_none() && self.call.dispatch_at.is_none() {
            self.call.dispatch_at = Some(self.now() + limits::DISPATCH_AGAIN);
            let job = if self.call.epoch == 0 { Job::Calls } else { Job::Moves };
            self.unit.job(job, json!({ "callId": self.call.id })).await?;
        }
        Ok(())
    }

    /// The legs whose state is another one than before this change.
    pub(crate) fn legs_turned(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|leg| {
            let before = self.stored.1.iter().find(|before| before.id == leg.id);
            before.is_none_or(|before| before.state != leg.state)
        })
    }

    /// Since when nothing came from a contact who is given up in this change for not having come back.
    pub(crate) fn contact_lost_since(&self) -> Option<DateTime<Utc>> {
        let has_left = |id| self.legs.iter().any(|leg| leg.id == id && leg.state == LegState::Left);
        let late = |leg: &&Leg| leg.leave_by.is_some_and(|by| by <= self.unit.now) && has_left(leg.id);
        let away = self.stored.1.iter().filter(|leg| leg.role == LegRole::Contact);
        away.filter(|leg| leg.state == LegState::Reconnecting)
            .filter(late)
            .filter_map(|leg| leg.away_since)
            .max()
    }

    /// Should this agent leave in this change: the queue whose rules hold for the work after it, if any.
    pub(crate) fn wraps_up_for(&mut self, agent: AgentId, queue: Option<QueueId>) {
        self.wrap_ups.insert(agent, queue);
    }

    /// The queue whose rules hold for an agent's work after this call.
    pub(crate) fn wrap_up_queue(&self, agent: AgentId) -> Option<QueueId> {
        self.wrap_ups.get(&agent).copied().unwrap_or(self.call.queue_id)
    }

    /// This change ended the call.
    pub(crate) fn ended_now(&self) -> bool {
        self.call.state == CallState::Ended && self.stored.0.state != CallState::Ended
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.unit.now
    }

    /// # Errors
    /// CALL_ENDED.
    pub fn still_on(&self) -> Result<()> {
        if self.call.state == CallState::Ended { refuse(RefusalCode::CallEnded, CALL_OVER) } else { Ok(()) }
    }

    /// Writes the next event of the call. `actor` is a typed id, or `system` or `worker`.
    pub async fn event(
        &mut self,
        kind: CallEventKind,
        actor: &str,
        leg: Option<LegId>,
        detail: Option<String>,
    ) -> Result<()> {
        self.call.version += 1;
        let mut payload = json!({
            "callId": self.call.id,
            "contactId": self.call.contact_id,
            "agentId": self.call.agent_id,
            "queueId": self.call.queue_id,
            "legId": leg,
            "actor": actor,
            "state": self.call.state,
            "detail": detail,
        });
        // Whoever looks at the card that the call is taken from has to hear of it.
        let former = self.stored.0.contact_id;
        if former.is_some() && former != self.call.contact_id {
            payload["formerContactId"] = json!(former);
        }
        if let Some(now) = leg.and_then(|id| self.legs.iter().find(|leg| leg.id == id)) {
            let before = self.stored.1.iter().find(|leg| leg.id == now.id).unwrap_or(now);
            visibility::mark(&mut payload, before.hiding(), now.hiding());
        }
        self.unit.event(Aggregate::Call, self.call.id.0, self.call.version, kind.as_str(), payload)
    }

    /// Moves the call to a state, and its life to the interval of that state.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION.
    pub async fn become_state(&mut self, next: CallState) -> Result<()> {
        if !self.call.state.may_become(next) {
            return refuse(
                RefusalCode::IllegalTransition,
                format!("A call that is {} cannot become {next}.", self.call.state),
            );
        }
        self.call.state = next;
        self.begin_interval().await
    }

    fn interval(&self) -> Option<IntervalKind> {
        intervals::of(&self.call, &self.legs, self.voicemail.is_some())
    }

    async fn begin_interval(&mut self) -> Result<()> {
        self.open = self.interval();
        intervals::turn(&mut self.unit, self.call.id, self.open).await
    }

    /// Moves a leg to a state.
    ///
    /// # Errors
    /// LEG_GONE when it has left.
    pub fn leg_becomes(&mut self, place: usize, next: LegState) -> Result<()> {
        let now = self.unit.now;
        let leg = self.legs.get_mut(place).ok_or_else(|| Error::Internal("no such leg".into()))?;
        if !leg.state.may_become(next) {
            let code = if leg.state == LegState::Left {
                RefusalCode::LegGone
            } else {
                RefusalCode::IllegalTransition
            };
            return refuse(code, format!("A party that is {} cannot become {next}.", leg.state));
        }
        leg.state = next;
        match next {
            LegState::Connected => {
                leg.connected_at.get_or_insert(now);
                (leg.away_since, leg.leave_by) = (None, None);
            }
            LegState::Left => {
                leg.left_at = Some(now);
                leg.parked = false;
                (leg.away_since, leg.leave_by) = (None, None);
            }
            LegState::Invited => {
                leg.away_since.get_or_insert(now);
                (leg.joined_at, leg.leave_by) = (None, None);
            }
            LegState::Joining | LegState::Reconnecting => {
                leg.away_since.get_or_insert(now);
            }
        }
        Ok(())
    }

    /// Ends the call for everybody; a second end is no fault and changes nothing.
    pub async fn end(&mut self, result: CallResult, reason: &str, actor: &str) -> Result<()> {
        if self.call.state == CallState::Ended {
            return Ok(());
        }
        let result = self.end_of_message(result);
        self.cancel_offers(|_| true, "the call is over").await?;
        self.end_transfer(reason, actor).await?;
        self.leave_queue(match result {
            CallResult::Callback => VisitOutcome::Callback,
            CallResult::Voicemail => VisitOutcome::Voicemail,
            // COMPLETED: it had lost its agent, and the contact did not wait for another one.
            CallResult::Abandoned | CallResult::Completed => VisitOutcome::Abandoned,
            _ => VisitOutcome::Cancelled,
        })
        .await?;
        self.become_state(CallState::Ended).await?;
        let now = self.unit.now;
        self.call.result = Some(result);
        self.call.ended_at = Some(now);
        self.call.end_reason = Some(reason.to_owned());
        self.call.answer_by = None;
        for place in 0..self.legs.len() {
            if self.legs[place].is_on() {
                self.leg_becomes(place, LegState::Left)?;
            }
            self.legs[place].guest_token_expires_at = Some(now + crate::limits::GUEST_AFTERWARDS);
        }
        let legs: Vec<LegId> = self.legs.iter().map(|leg| leg.id).collect();
        self.forget_media_offers(&legs).await?;
        self.close_voicemail(result).await?;
        crate::recordings::finalize(self).await?;
        self.event(CallEventKind::Ended, actor, None, Some(format!("{result}: {reason}"))).await
    }

    /// Writes what changed of call and legs and commits; the worker that has the call is told to look.
    pub async fn commit(mut self) -> Result<(Call, Vec<Leg>)> {
        let changed = self.stored.0 != self.call || self.stored.1 != self.legs;
        self.write().await?;
        let platform = self.unit.platform().clone();
        self.unit.commit().await?;
        if let Some(worker) = self.call.worker_id.filter(|_| changed) {
            platform.nudge(worker, self.call.id);
        }
        Ok((self.call, self.legs))
    }

    async fn write(&mut self) -> Result<()> {
        if self.open != self.interval() {
            self.begin_interval().await?;
        }
        self.begin_wrap_ups().await?;
        let (call, legs) = &self.stored;
        if *call != self.call {
            diesel::update(call::table.find(self.call.id))
                .set(&self.call)
                .execute(self.unit.connection())
                .await?;
        }
        for leg in self.legs.iter().filter(|leg| !legs.contains(leg)) {
            diesel::insert_into(leg::table)
                .values(leg)
                .on_conflict(leg::id)
                .do_update()
                .set(leg)
                .execute(self.unit.connection())
                .await?;
        }
        // An agent who came into a call or left it does something else now.
        let agents: Vec<AgentId> = self
            .legs
            .iter()
            .filter(|leg| leg.role == LegRole::Agent)
            .filter(|leg| {
                let before = legs.iter().find(|before| before.id == leg.id).filter(|_| !self.created);
                before.map(Leg::is_on) != Some(leg.is_on())
            })
            .filter_map(|leg| leg.user_id.map(AgentId::from))
            .collect();
        for agent in agents {
            self.unit.touch(agent);
        }
        Ok(())
    }
}

/// Whether somebody may be leaving a message: nobody of the house is in the call, or they are among themselves.
fn may_be_message(call: &Call, legs: &[Leg]) -> bool {
    call.state == CallState::InProgress
        && (call.direction == Direction::Internal || !legs.iter().any(Leg::is_agent_on))
}

async fn insert(unit: &mut Unit, call: &Call, legs: &[Leg]) -> Result<()> {
    diesel::insert_into(call::table).values(call).execute(unit.connection()).await?;
    diesel::insert_into(leg::table).values(legs).execute(unit.connection()).await?;
    Ok(())
}
