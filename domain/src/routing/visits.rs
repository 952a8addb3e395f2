//! A call enters a queue, leaves it, or overflows.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl, prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::{Offer, OverflowKind, Queue, Visit, VisitOutcome, queues::queue_of};
use crate::{
    Platform, Result,
    calls::{CallEventKind, CallResult, CallState, Change, IntervalKind, LegRole, MediaKind},
    db::{
        Unit,
        schema::{call, call_interval, queue, queue_visit},
        statement,
    },
    error::each,
    ids::{AgentId, CallId, QueueId, UserId, VisitId},
    limits,
    voicemail::Recipient,
};

/// A call that waits is passed on so often at most; two queues that overflow into each other do not keep it for ever.
const OVERFLOWS: i64 = 3;

/// How a call enters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Entry {
    /// A place that it has earned already; else that of its priority, from now.
    pub rank_at: Option<DateTime<Utc>>,
    /// When it began to wait, where an agent who accepted was lost again before the contact heard anybody.
    pub entered_at: Option<DateTime<Utc>>,
    /// Not offered before.
    pub not_before: Option<DateTime<Utc>>,
    /// The contact is called when its turn comes.
    pub callback: bool,
    /// It waits no longer than this, though the queue would let it.
    pub leave_by: Option<DateTime<Utc>>,
}

impl Change {
    /// The visit that is open.
    pub(crate) async fn visit(&mut self) -> Result<Option<Visit>> {
        let Some(id) = self.call.visit_id else { return Ok(None) };
        Ok(queue_visit::table
            .find(id)
            .select(Visit::as_select())
            .first(self.unit.connection())
            .await
            .optional()?)
    }

    /// The call waits in a queue from now on.
    pub(crate) async fn enter_queue(&mut self, queue: &Queue, entry: Entry) -> Result<()> {
        let now = self.now();
        let head_start = limits::PRIORITY_POINT * (self.call.priority + queue.priority);
        let prefer = self.last_agent(now).await?;
        // An agent is not asked to take a call in which nobody is; a call-back is made by the agent.
        let joined = self.legs.iter().any(|leg| !leg.is_staff() && leg.state.is_present());
        let ready_at = if entry.callback || joined { now } else { now + limits::UNJOINED };
        let ready_at = entry.not_before.unwrap_or(ready_at);
        let (not_before, leave_by) = match entry.callback {
            true => callback_times(queue, ready_at.max(now)),
            false => (ready_at, ready_at.max(now) + TimeDelta::seconds(queue.max_wait_seconds.into())),
        };
        let visit = Visit {
            id: VisitId::new(),
            call_id: self.call.id,
            queue_id: queue.id,
            callback: entry.callback,
            entered_at: entry.entered_at.unwrap_or(now),
            rank_at: entry.rank_at.unwrap_or(now - head_start),
            not_before,
            leave_by: Some(entry.leave_by.map_or(leave_by, |by| by.min(leave_by))),
            position: None,
            prefer_agent_id: prefer,
            prefer_until: prefer
                .filter(|_| queue.last_agent_seconds > 0)
                .map(|_| not_before.max(now) + TimeDelta::seconds(queue.last_agent_seconds.into())),
            left_at: None,
            outcome: None,
            agent_id: None,
            handled_seconds: None,
            routing: None,
        };
        diesel::insert_into(queue_visit::table).values(&visit).execute(self.unit.connection()).await?;
        self.call.queue_id = Some(queue.id);
        self.call.visit_id = Some(visit.id);
        self.call.agent_id = None;
        self.call.answer_by = None;
        if !queue.video {
            self.call.media = MediaKind::Audio;
        }
        // From one queue into another the waiting goes on.
        if self.call.state != CallState::Queued {
            self.become_state(CallState::Queued).await?;
        }
        self.event(CallEventKind::Queued, "system", None, Some(queue.id.to_string())).await?;
        // What colleagues were asked for went with the talk.
        self.cancel_offers(Offer::is_direct, "the call is back in a queue").await?;
        self.take_up(|leg| !leg.is_staff(), "system").await?;
        self.unit.route(queue.id);
        Ok(())
    }

    /// The contact has joined: from now on agents are asked, and it waits as long as the queue lets it.
    pub(crate) async fn contact_is_there(&mut self) -> Result<()> {
        let (Some(visit), Some(queue)) = (self.call.visit_id, self.call.queue_id) else { return Ok(()) };
        let now = self.now();
        let ready = statement(
            "UPDATE queue_visit AS v SET not_before = $2, prefer_until = v.prefer_until - (v.not_before - $2),
                leave_by = least(v.leave_by, $2 + make_interval(secs => q.max_wait_seconds))
             FROM queue q WHERE q.id = v.queue_id AND v.id = $1 AND NOT v.callback AND v.not_before > $2",
        )
        .bind::<sql_types::Uuid, _>(visit)
        .bind::<sql_types::Timestamptz, _>(now)
        .execute(self.unit.connection())
        .await?;
        if ready > 0 {
            self.unit.route(queue);
        }
        Ok(())
    }

    /// A contact whose connection had broken off is back: the call may be offered again.
    pub(crate) fn contact_is_back(&mut self) {
        if let Some(queue) = self.call.queue_id.filter(|_| self.call.state == CallState::Queued) {
            self.unit.route(queue);
        }
    }

    /// Whom the contact talked with last: a queue that does not mind now may do so while the call waits. Not whoever had this very
    /// call, and has handed it over or was lost.
    async fn last_agent(&mut self, now: DateTime<Utc>) -> Result<Option<AgentId>> {
        let Some(contact) = self.call.contact_id else { return Ok(None) };
        let last: Option<Option<UserId>> = call::table
            .filter(call::contact_id.eq(contact).and(call::id.ne(self.call.id)))
            .filter(call::answered_at.gt(now - limits::LAST_AGENT).and(call::agent_id.is_not_null()))
            .order(call::id.desc())
            .select(call::agent_id)
            .first(self.unit.connection())
            .await
            .optional()?;
        let talked = self.call.answered_at.is_some();
        let has_had_it = |user: &UserId| {
            talked && self.legs.iter().any(|leg| leg.role == LegRole::Agent && leg.user_id == Some(*user))
        };
        Ok(last.flatten().filter(|user| !has_had_it(user)).map(AgentId::from))
    }

    /// The open visit is over. One whose contact never came counts for nothing: nobody waited, and nobody could be asked.
    pub(crate) async fn leave_queue(&mut self, outcome: VisitOutcome) -> Result<()> {
        let came = self.legs.iter().any(|leg| leg.is_outsider() && leg.joined_at.is_some());
        let outcome = match outcome {
            VisitOutcome::Abandoned if !came && self.call.callback_of.is_none() => VisitOutcome::Cancelled,
            outcome => outcome,
        };
        // One whose connection broke off has waited until then, however long the return was waited for.
        let lost = self.contact_lost_since().filter(|_| outcome == VisitOutcome::Abandoned);
        let left_at = match lost {
            Some(lost) => self.visit().await?.map(|visit| visit.entered_at.max(lost)),
            None => None,
        };
        let Some(visit) = self.call.visit_id.take() else { return Ok(()) };
        let agent = self.call.agent_id.filter(|_| outcome == VisitOutcome::Answered).map(AgentId::from);
        diesel::update(queue_visit::table.find(visit).filter(queue_visit::left_at.is_null()))
            .set((
                queue_visit::left_at.eq(left_at.unwrap_or(self.unit.now)),
                queue_visit::outcome.eq(outcome),
                queue_visit::agent_id.eq(agent),
            ))
            .execute(self.unit.connection())
            .await?;
        Ok(())
    }

    /// The call waits again where it was: the last agent was lost, or a call-back came to nothing.
    pub(crate) async fn enter_again(&mut self, entry: Entry) -> Result<()> {
        let Some(id) = self.call.queue_id else { return Ok(()) };
        let queue = queue_of(&mut self.unit, id).await?;
        self.leave_queue(VisitOutcome::Cancelled).await?;
        self.enter_queue(&queue, entry).await
    }

    /// Nobody took the call in time.
    pub(super) async fn overflow(&mut self, visit: &Visit) -> Result<()> {
        if self.transfer_overflows().await? {
            return Ok(());
        }
        let from = queue_of(&mut self.unit, visit.queue_id).await?;
        let to = match from.overflow {
            OverflowKind::Queue if !visit.callback => self.room_in(from.overflow_queue_id).await?,
            _ => None,
        };
        let kind = match from.overflow {
            _ if visit.callback => OverflowKind::End,
            OverflowKind::Queue if to.is_none() => OverflowKind::End,
            OverflowKind::Voicemail if !self.may_leave_message() => OverflowKind::End,
            kind => kind,
        };
        self.event(CallEventKind::Overflowed, "system", None, Some(kind.to_string())).await?;
        match kind {
            OverflowKind::Callback => return self.become_callback(visit, None, "system").await.map(|_| ()),
            OverflowKind::Voicemail => {
                return self.begin_voicemail(Recipient::Queue(from.id), false, "system").await;
            }
            OverflowKind::Queue | OverflowKind::End => {}
        }
        self.leave_queue(VisitOutcome::Overflowed).await?;
        if let Some(to) = to {
            let rank_at = Some(rank_elsewhere(visit, &from, &to));
            return self.enter_queue(&to, Entry { rank_at, ..Entry::default() }).await;
        }
        self.end(CallResult::Missed, "Nobody was free in time.", "system").await?;
        crate::tasks::follow_up(self).await
    }

    /// The queue to overflow to, if it takes calls now and this one has not been passed on too often since anybody talked.
    async fn room_in(&mut self, id: Option<QueueId>) -> Result<Option<Queue>> {
        let Some(id) = id else { return Ok(None) };
        let talked: Option<DateTime<Utc>> = call_interval::table
            .filter(call_interval::call_id.eq(self.call.id).and(call_interval::kind.eq(IntervalKind::Talk)))
            .select(dsl::max(call_interval::ended_at))
            .first(self.unit.connection())
            .await?;
        let overflows: i64 = queue_visit::table
            .filter(queue_visit::call_id.eq(self.call.id))
            .filter(queue_visit::outcome.eq(VisitOutcome::Overflowed))
            .filter(queue_visit::left_at.gt(talked.unwrap_or(self.call.created_at)))
            .count()
            .get_result(self.unit.connection())
            .await?;
        if overflows >= OVERFLOWS {
            return Ok(None);
        }
        lock_with_room(&mut self.unit, id).await
    }
}

/// The place of a call in another queue than it waits in: all that it has waited counts there, too, and so does whatever put it
/// forward; what the queues add to it differs.
pub(super) fn rank_elsewhere(visit: &Visit, from: &Queue, to: &Queue) -> DateTime<Utc> {
    visit.rank_at + limits::PRIORITY_POINT * (from.priority - to.priority)
}

/// From when on a contact may be called back who is ready from then on, and when that is given up: the queue is open at
/// both, and a time that would run out on a weekend begins again after it.
pub(super) fn callback_times(queue: &Queue, ready_at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let opens = |at| queue.hours.opens_at(at).unwrap_or(at);
    let not_before = opens(ready_at);
    let by = not_before + limits::CALLBACK_KEPT;
    let leave_by = if queue.hours.open_at(by) { by } else { opens(by) + limits::CALLBACK_KEPT };
    (not_before, leave_by)
}

/// Calls that wait in a queue; those who are called back take nobody's place on the line.
pub(super) async fn length(connection: &mut diesel_async::AsyncPgConnection, id: QueueId) -> Result<i64> {
    Ok(queue_visit::table
        .filter(queue_visit::queue_id.eq(id).and(queue_visit::left_at.is_null()))
        .filter(queue_visit::callback.eq(false))
        .count()
        .get_result(connection)
        .await?)
}

/// A queue that takes a call now: it is open, and fewer wait in it than may. Locked until the commit, so that two that come at once do
/// not both find the last place free.
pub(super) async fn lock_with_room(unit: &mut Unit, id: QueueId) -> Result<Option<Queue>> {
    let queue: Queue =
        queue::table.find(id).select(Queue::as_select()).for_no_key_update().first(unit.connection()).await?;
    let open = queue.archived_at.is_none() && queue.hours.open_at(unit.now);
    let room = length(unit.connection(), id).await? < i64::from(queue.max_length);
    Ok((open && room).then_some(queue))
}

impl Platform {
    /// Calls that waited too long overflow; one that rings just now is left to its agent. Returns how many.
    pub async fn expire_visits(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<CallId> = queue_visit::table
            .inner_join(call::table.on(call::id.eq(queue_visit::call_id)))
            .filter(queue_visit::left_at.is_null().and(queue_visit::leave_by.le(now)))
            .filter(call::state.eq(CallState::Queued))
            .order(queue_visit::leave_by)
            .limit(100)
            .select(call::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        each(due, async |id| {
            let mut change = self.change(id).await?;
            if change.call.state != CallState::Queued {
                return Ok(false);
            }
            let Some(visit) = change.visit().await?.filter(|it| it.leave_by.is_some_and(|by| by <= now))
            else {
                return Ok(false);
            };
            change.overflow(&visit).await?;
            change.commit().await?;
            tracing::info!(call = %id, "waited too long");
            Ok(true)
        })
        .await
    }

    pub(crate) async fn next_visit_expiry(&self) -> Result<Option<DateTime<Utc>>> {
        let mut connection = self.db.get().await?;
        Ok(queue_visit::table
            .filter(queue_visit::left_at.is_null())
            .select(dsl::min(queue_visit::leave_by))
            .first(&mut connection)
            .await?)
    }
}
