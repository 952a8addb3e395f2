//! How a worker leases a call and loses it, and what it reports. Every report carries the epoch of its lease; one of an
//! older epoch changes nothing.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{CallEventKind, CallPlan, CallState, Change, Direction, Leg, LegRole, LegState};
use crate::{
    Error, Platform, Result,
    bus::Job,
    db::schema::{call, media_worker},
    fleet::WorkerState,
    ids::{CallId, LegId, WorkerId},
    limits,
    routing::{OfferPurpose, VisitOutcome},
};

impl Change {
    fn is_connected(&self, is_it: impl Fn(&Leg) -> bool) -> bool {
        self.legs.iter().any(|leg| leg.state == LegState::Connected && is_it(leg))
    }

    /// The call's own agent: another one may be in it, too, who hands it over just now.
    fn agent_connected(&self) -> bool {
        let agent = self.call.agent_id;
        self.is_connected(|leg| leg.role == LegRole::Agent && leg.user_id == agent)
    }

    fn other_side_connected(&self) -> bool {
        let agent = self.call.agent_id;
        match self.call.direction {
            Direction::Internal => {
                self.is_connected(|leg| leg.role == LegRole::Agent && leg.user_id != agent)
            }
            _ => self.is_connected(|leg| leg.role == LegRole::Contact),
        }
    }

    /// One that has joined, while no worker has the call: nobody could hear it, so its time to have media has not begun.
    /// An agent with whom the contact does not talk yet is not waited for, since others could take the call.
    pub(super) fn waits_for_worker(&self, place: usize) -> bool {
        let leg = &self.legs[place];
        self.call.worker_id.is_none()
            && leg.joined_at.is_some()
            && (self.call.visit_id.is_none() || leg.is_outsider())
    }

    /// A call in which nobody could be heard yet because no worker has it. One that rings waits for its contact, who needs
    /// none to come.
    pub(super) fn is_unserved(&self) -> bool {
        self.call.worker_id.is_none() && matches!(self.call.state, CallState::Created | CallState::Connecting)
    }

    /// When media has to be there of one who joins now. Nobody has any before the other side has come: the wait for an
    /// answer does not count.
    pub(super) fn media_by(&self) -> DateTime<Utc> {
        let now = self.now();
        self.call.answer_by.map_or(now, |by| by.max(now)) + limits::JOIN_TO_MEDIA
    }

    /// A worker takes the call: whom nobody could hear without one has the full time from here, however long that was. Not
    /// for ever: it may be the call itself that its workers die of.
    async fn begin_time_anew(&mut self) -> Result<()> {
        if self.call.epoch >= limits::LEASES_IN_FULL {
            return Ok(());
        }
        let now = self.now();
        if self.is_unserved() {
            let full = match self.call.state {
                // It rings from here.
                CallState::Created => now + self.unit.platform().config.ring,
                _ => now + limits::JOIN_TO_MEDIA,
            };
            self.call.answer_by = self.call.answer_by.map(|by| by.max(full));
        }
        for place in 0..self.legs.len() {
            let by = match self.legs[place].state {
                LegState::Connected | LegState::Reconnecting => now + limits::RECONNECT,
                LegState::Joining if self.waits_for_worker(place) => {
                    self.media_of_leg_by(place, self.media_by()).await?
                }
                _ => continue,
            };
            let leg = &mut self.legs[place];
            leg.leave_by = leg.leave_by.map(|_| by);
        }
        Ok(())
    }
}

impl Platform {
    /// Leases a call for a worker. None when the call is over or somebody alive has it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for a worker that drains or was declared dead: another has to take it.
    pub async fn lease_call(&self, id: CallId, worker: WorkerId) -> Result<Option<CallPlan>> {
        let mut change = self.change(id).await?;
        if change.call.state == CallState::Ended
            || change.call.worker_id.is_some_and(|holder| holder != worker)
        {
            return Ok(None);
        }
        if change.call.worker_id.is_none() {
            // Locked until the commit: whoever declares the worker dead meanwhile finds this call among its calls.
            let active: Option<WorkerId> = media_worker::table
                .filter(media_worker::id.eq(worker).and(media_worker::state.eq(WorkerState::Active)))
                .select(media_worker::id)
                .for_share()
                .first(change.unit.connection())
                .await
                .optional()?;
            if active.is_none() {
                return Err(Error::Unavailable("this worker takes no calls any more".into()));
            }
            change.begin_time_anew().await?;
            change.call.worker_id = Some(worker);
            change.call.dispatch_at = None;
            change.call.epoch += 1;
            if let Some(queue) = change.call.queue_id.filter(|_| change.call.state == CallState::Queued) {
                change.unit.route(queue);
            }
            if change.call.epoch > 1 {
                let epoch = change.call.epoch.to_string();
                change.event(CallEventKind::MediaMoved, "system", None, Some(epoch)).await?;
            } else if change.call.state == CallState::Created {
                change.become_state(CallState::Ringing).await?;
                change.event(CallEventKind::Ringing, "system", None, None).await?;
            }
            change.commit().await?;
        }
        self.call_plan(id, worker).await
    }

    /// The live calls of a worker with their versions: what a command could not tell it.
    pub async fn calls_of_worker(&self, worker: WorkerId) -> Result<Vec<(CallId, i32)>> {
        let mut connection = self.db.get().await?;
        Ok(call::table
            .filter(call::worker_id.eq(worker).and(call::state.ne(CallState::Ended)))
            .select((call::id, call::version))
            .load(&mut connection)
            .await?)
    }

    /// Locks a call for a report; none when the lease is no longer the worker's.
    pub(crate) async fn report(&self, id: CallId, epoch: i32) -> Result<Option<Change>> {
        let change = self.change(id).await?;
        Ok((change.call.epoch == epoch
            && change.call.worker_id.is_some()
            && change.call.state != CallState::Ended)
            .then_some(change))
    }

    /// Media flows both ways on a leg. The call is IN_PROGRESS once that is so for its agent and a contact, or for two
    /// colleagues.
    pub async fn leg_connected(&self, id: CallId, epoch: i32, leg: LegId) -> Result<()> {
        let Some(mut change) = self.report(id, epoch).await? else { return Ok(()) };
        let Some(place) = change.legs.iter().position(|l| l.id == leg) else { return Ok(()) };
        let before = change.legs[place].state;
        let again = before == LegState::Connected && change.legs[place].epoch == epoch;
        if again || !before.is_present() {
            return Ok(());
        }
        if before != LegState::Connected {
            change.leg_becomes(place, LegState::Connected)?;
        }
        change.legs[place].epoch = epoch;
        if before == LegState::Reconnecting && change.legs[place].is_outsider() {
            change.contact_is_back();
        }
        change.event(CallEventKind::LegJoined, "worker", Some(leg), None).await?;
        if let (LegRole::Agent, Some(user)) = (change.legs[place].role, change.legs[place].user_id)
            && let Some(offer) = change.offer_connected(user.into()).await?
            && offer.purpose == OfferPurpose::Transfer
        {
            change.target_connected(&offer).await?;
        }
        change.take_over_if_wanted(place).await?;
        let agent = change.agent_connected();
        if change.call.state == CallState::Connecting && agent && change.other_side_connected() {
            change.become_state(CallState::InProgress).await?;
            // One that lost its agent and found another was answered before.
            let now = change.now();
            change.call.answered_at.get_or_insert(now);
            change.call.answer_by = None;
            change.leave_queue(VisitOutcome::Answered).await?;
            change.event(CallEventKind::Connected, "worker", None, None).await?;
            change.queue_answered().await?;
        } else if change.call.state == CallState::Connecting
            && agent
            && change.call.callback_of.is_some()
            && !change.legs.iter().any(|leg| leg.role == LegRole::Contact && leg.state.is_present())
        {
            change.ring_contact().await?;
        }
        crate::recordings::follow_consent(&mut change).await?;
        change.commit().await?;
        Ok(())
    }

    /// Nothing comes from a leg any more; it may be back within 30 s.
    pub async fn leg_disconnected(&self, id: CallId, epoch: i32, leg: LegId) -> Result<()> {
        let Some(mut change) = self.report(id, epoch).await? else { return Ok(()) };
        let Some(place) = change.legs.iter().position(|l| l.id == leg && l.state == LegState::Connected)
        else {
            return Ok(());
        };
        change.leg_becomes(place, LegState::Reconnecting)?;
        change.legs[place].leave_by = Some(change.now() + limits::RECONNECT);
        change.event(CallEventKind::LegReconnecting, "worker", Some(leg), None).await?;
        change.commit().await?;
        Ok(())
    }

    /// Takes a call away from a worker that is gone or drains, and has it dispatched anew. Its legs get their time to
    /// come over: who had media until now in any case, the others as a new lease would give it to them. An agent who has
    /// accepted and keeps others waiting has no more than any who accepts.
    pub async fn orphan_call(&self, id: CallId, worker: WorkerId) -> Result<bool> {
        let mut change = self.change(id).await?;
        if change.call.worker_id != Some(worker) || change.call.state == CallState::Ended {
            return Ok(false);
        }
        let leave_by = change.now() + limits::RECONNECT;
        let anew = change.call.epoch < limits::LEASES_IN_FULL;
        for place in 0..change.legs.len() {
            if change.legs[place].state == LegState::Connected {
                change.leg_becomes(place, LegState::Reconnecting)?;
                change.legs[place].leave_by = Some(leave_by);
                let leg = change.legs[place].id;
                change
                    .event(
                        CallEventKind::LegReconnecting,
                        "system",
                        Some(leg),
                        Some("the media worker is gone".into()),
                    )
                    .await?;
            } else if anew && change.legs[place].state.is_present() && change.legs[place].leave_by.is_some() {
                change.legs[place].leave_by = Some(change.media_of_leg_by(place, leave_by).await?);
            }
        }
        change.call.worker_id = None;
        change.dispatch().await?;
        change.commit().await?;
        Ok(true)
    }

    /// Calls that no worker has though they were placed or moved a while ago are dispatched again. Returns how many.
    pub async fn dispatch_again(&self) -> Result<usize> {
        let mut unit = self.begin().await?;
        let now = unit.now;
        let waiting: Vec<(CallId, i32)> = call::table
            .filter(
                call::dispatch_at
                    .le(now)
                    .and(call::worker_id.is_null())
                    .and(call::state.ne(CallState::Ended)),
            )
            .order(call::dispatch_at)
            .limit(100)
            .select((call::id, call::epoch))
            .for_no_key_update()
            .skip_locked()
            .load(unit.connection())
            .await?;
        let ids: Vec<CallId> = waiting.iter().map(|(id, _)| *id).collect();
        // Once in a while, not with every sweep: nobody may be there to take the jobs.
        diesel::update(call::table.filter(call::id.eq_any(ids)))
            .set(call::dispatch_at.eq(now + limits::DISPATCH_AGAIN))
            .execute(unit.connection())
            .await?;
        for (id, epoch) in &waiting {
            let job = if *epoch == 0 { Job::Calls } else { Job::Moves };
            unit.job(job, serde_json::json!({ "callId": id })).await?;
        }
        unit.commit().await?;
        Ok(waiting.len())
    }
}
