//! Call-back: a contact leaves the queue and keeps the place. The waiting goes on in a call of its own, without media; when
//! its turn comes an agent is offered it, and the contact is rung by link as soon as the agent is there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Entry, Visit, VisitOutcome, queues::queue_of};
use crate::{
    Platform, Result,
    calls::{
        Call, CallEventKind, CallResult, CallState, Change, Direction, Leg, LegRole, LegState,
        join::{EXPIRED, expired},
    },
    db::schema::{call, leg, queue, queue_visit},
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, LegId, QueueId},
    limits,
    people::Actor,
    validate,
};

/// The call that ended, and the one that will be made.
#[derive(Debug)]
pub struct Callback {
    pub ended: Call,
    pub planned: Call,
    pub join_token: String,
}

/// How the contact says to be reachable beside the link. Anybody can say anything, so it stands in the call's subject and
/// not in the card of a contact.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reach {
    pub email: Option<String>,
    pub phone: Option<String>,
}

fn subject_with(subject: Option<&str>, reach: Reach) -> Option<String> {
    let reach: Vec<String> = [reach.phone, reach.email].into_iter().flatten().collect();
    let reach = (!reach.is_empty()).then(|| format!("call back: {}", reach.join(", ")));
    let parts: Vec<&str> = reach.as_deref().into_iter().chain(subject).collect();
    (!parts.is_empty()).then(|| parts.join(" · ").chars().take(500).collect())
}

impl Call {
    /// The one that will be made in the place of this one.
    fn called_back(&self, reach: Reach, now: DateTime<Utc>) -> Self {
        Self {
            id: CallId::new(),
            version: 0,
            direction: Direction::Outbound,
            state: CallState::Created,
            worker_id: None,
            epoch: 0,
            // It needs no worker before an agent has accepted.
            dispatch_at: None,
            answer_by: None,
            visit_id: None,
            agent_id: None,
            callback_of: Some(self.id),
            callback_tries: 0,
            created_at: now,
            // One that had lost its agent may have been answered before; this one was not.
            answered_at: None,
            outcome_id: None,
            tags: Vec::new(),
            recording_stopped: false,
            subject: subject_with(self.subject.as_deref(), reach),
            ..self.clone()
        }
    }
}

impl Change {
    /// Ends this call and puts one in its place that will be made. Gives the leg of its contact.
    pub(crate) async fn become_callback(
        &mut self,
        visit: &Visit,
        reach: Option<Reach>,
        actor: &str,
    ) -> Result<(Call, LegId)> {
        let name = self
            .legs
            .iter()
            .find(|leg| leg.role == LegRole::Contact)
            .map_or_else(|| "Contact".into(), |leg| leg.name.clone());
        let planned = self.call.called_back(reach.unwrap_or_default(), self.now());
        self.event(CallEventKind::CallbackRequested, actor, None, Some(planned.id.to_string())).await?;
        self.cancel_offers(|_| true, "the contact wants to be called back").await?;
        self.leave_queue(VisitOutcome::Callback).await?;
        self.end(CallResult::Callback, "The contact is called back.", actor).await?;
        // An end is never before what went before it, by whichever server's clock: it may be later than the change began.
        let planned = Call { created_at: self.now(), ..planned };
        let theirs = Leg::of_contact(&planned, planned.contact_id, name, self.now());
        let their_leg = theirs.id;
        let queue = queue_of(&mut self.unit, visit.queue_id).await?;
        // In the same transaction: there is no instant at which the place is nobody's.
        let planned = self
            .beside(planned, vec![theirs], async |change| {
                change.event(CallEventKind::Created, actor, None, None).await?;
                let entry = Entry { rank_at: Some(visit.rank_at), callback: true, ..Entry::default() };
                change.enter_queue(&queue, entry).await
            })
            .await?;
        Ok((planned, their_leg))
    }

    /// The agent is there: the contact is rung.
    pub(crate) async fn ring_contact(&mut self) -> Result<()> {
        let ring = self.unit.platform().config.ring;
        self.become_state(CallState::Ringing).await?;
        self.call.answer_by = Some(self.now() + ring);
        self.event(CallEventKind::Ringing, "system", None, None).await
    }

    /// Its contact is called when its turn comes, and has not answered yet.
    pub(crate) async fn is_callback(&mut self) -> Result<bool> {
        Ok(self.call.callback_of.is_some() && self.visit().await?.is_some_and(|visit| visit.callback))
    }

    /// The contact did not come, or the agent left first: tried again later. Three times in all the contact may be missed;
    /// what an agent breaks off is none of them, and gives no more time than there was.
    pub(crate) async fn callback_in_vain(&mut self, reason: &str, contact_missed: bool) -> Result<()> {
        let rung = self.call.answer_by.is_some();
        self.call.callback_tries += i32::from(rung && contact_missed);
        for place in 0..self.legs.len() {
            let leg = &self.legs[place];
            let id = leg.id;
            if leg.is_agent_on() {
                self.leg_becomes(place, LegState::Left)?;
                self.event(CallEventKind::LegLeft, "system", Some(id), None).await?;
            } else if leg.role == LegRole::Contact && leg.state.is_present() {
                self.leg_becomes(place, LegState::Invited)?;
            }
        }
        if self.call.callback_tries >= limits::CALLBACK_TRIES {
            self.leave_queue(VisitOutcome::Abandoned).await?;
            self.end(CallResult::Missed, reason, "system").await?;
            return crate::tasks::follow_up(self).await;
        }
        // Nobody is there for whom a worker would have to be kept.
        (self.call.worker_id, self.call.dispatch_at) = (None, None);
        let visit = self.visit().await?;
        let rank_at = visit.as_ref().map(|visit| visit.rank_at);
        let leave_by = visit.filter(|_| !contact_missed).and_then(|visit| visit.leave_by);
        let not_before = rung.then(|| self.now() + limits::CALLBACK_AGAIN);
        self.enter_again(Entry { rank_at, not_before, leave_by, callback: true, ..Entry::default() }).await
    }
}

/// How many wait to be called back.
pub(super) async fn promised(connection: &mut AsyncPgConnection, id: QueueId) -> Result<i64> {
    Ok(queue_visit::table
        .filter(queue_visit::queue_id.eq(id).and(queue_visit::left_at.is_null()))
        .filter(queue_visit::callback)
        .count()
        .get_result(connection)
        .await?)
}

impl Platform {
    /// The contact leaves the queue and is called back when its turn comes.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, NOT_ALLOWED where the queue calls nobody back or the call does not wait, LIMIT_REACHED,
    /// INVALID for an address or number.
    pub async fn request_callback(
        &self,
        actor: &Actor,
        id: CallId,
        email: Option<String>,
        phone: Option<String>,
    ) -> Result<Callback> {
        let reach = Reach {
            email: email.map(|email| validate::email("email", &email)).transpose()?,
            phone: phone.map(|phone| validate::phone("phone", &phone)).transpose()?,
        };
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        if change.call.result == Some(CallResult::Callback) {
            let ended = change.call.clone();
            // Its connection goes back before another is asked for.
            drop(change);
            return self.planned_callback(ended).await;
        }
        change.still_on()?;
        let Some(visit) = change.visit().await?.filter(|visit| !visit.callback) else {
            return refuse(RefusalCode::NotAllowed, "This call does not wait in a queue.");
        };
        if !matches!(change.call.state, CallState::Queued | CallState::Ringing) {
            return refuse(RefusalCode::NotAllowed, "An agent is about to answer.");
        }
        let (allowed, most): (bool, i32) = queue::table
            .find(visit.queue_id)
            .select((queue::callback, queue::max_length))
            .first(change.unit.connection())
            .await?;
        if !allowed {
            return refuse(RefusalCode::NotAllowed, "This queue calls nobody back.");
        }
        if promised(change.unit.connection(), visit.queue_id).await? >= i64::from(most) {
            return refuse(
                RefusalCode::LimitReached,
                "Too many wait to be called back already. Stay on the line.",
            );
        }
        let (planned, leg) = change.become_callback(&visit, Some(reach), &actor.key()).await?;
        let (ended, _) = change.commit().await?;
        tracing::info!(call = %id, callback = %planned.id, "will be called back");
        Ok(Callback { ended, join_token: self.join_token(leg), planned })
    }

    /// The contact no longer wants to be called back: an agent who rings or waits for it is free again. Whoever has the
    /// link may say so, until somebody has joined by it; a repeat is no fault.
    ///
    /// # Errors
    /// LINK_EXPIRED for a link that is none, NOT_ALLOWED where nobody is called back by it any more.
    pub async fn cancel_callback(&self, token: &str) -> Result<Call> {
        let Some(leg) = self.leg_of_token(token) else { return refuse(RefusalCode::LinkExpired, EXPIRED) };
        let (mut change, place) = self.change_by_leg(leg).await.map_err(expired)?;
        if change.call.callback_of.is_some() && change.call.result == Some(CallResult::Abandoned) {
            return Ok(change.call);
        }
        let invited = change.legs[place].state == LegState::Invited && !change.legs[place].is_staff();
        if !invited || !change.is_callback().await? {
            return refuse(
                RefusalCode::NotAllowed,
                "This is no call-back that waits. In a call, hang up instead.",
            );
        }
        change
            .end(CallResult::Abandoned, "The contact no longer wants to be called back.", &leg.to_string())
            .await?;
        let (call, _) = change.commit().await?;
        tracing::info!(call = %call.id, "call-back cancelled");
        Ok(call)
    }

    async fn planned_callback(&self, ended: Call) -> Result<Callback> {
        match self.callback_of(ended.id).await? {
            Some((planned, leg)) => Ok(Callback { ended, join_token: self.join_token(leg), planned }),
            None => Err(Refusal::not_found("call").into()),
        }
    }

    /// The call that was promised to the contact of another one, and the leg of the contact in it.
    pub async fn callback_of(&self, ended: CallId) -> Result<Option<(Call, LegId)>> {
        let mut connection = self.db.get().await?;
        Ok(call::table
            .inner_join(leg::table)
            .filter(call::callback_of.eq(ended).and(leg::role.eq(LegRole::Contact)))
            .select((Call::as_select(), leg::id))
            .first(&mut connection)
            .await
            .optional()?)
    }
}
