//! The work after a call: outcome, tags, note, follow-up, and the time that it takes.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl, prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::WrapUp;
use crate::{
    Platform, Result,
    calls::{Call, CallEventKind, CallState, Change, LegRole, LegState},
    db::{
        schema::{queue, wrap_up},
        statement,
    },
    desk,
    error::{Refusal, each},
    ids::{AgentId, CallId, OutcomeId, QueueId, TaskId},
    people::{Actor, idempotency::Key},
    tasks::{NewTask, Task, add_task},
    validate,
};

/// What an agent says of a call; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct WrappedUp {
    pub outcome: Option<OutcomeId>,
    pub tags: Option<Vec<String>>,
    pub note: Option<String>,
    pub follow_up: Option<NewTask>,
    /// The wrap-up is over.
    pub done: bool,
    /// Note and task are made once, however often it is said.
    pub key: Option<Key>,
}

/// Once call and wrap-ups are over: how long the answered visit kept somebody busy.
const HANDLED: &str = "UPDATE queue_visit AS visit SET handled_seconds =
        coalesce((SELECT sum(extract(epoch FROM i.ended_at - i.started_at)) FROM call_interval i
            WHERE i.call_id = visit.call_id AND i.kind IN ('TALK', 'HOLD') AND i.started_at >= visit.left_at
                AND NOT EXISTS (SELECT FROM queue_visit later WHERE later.call_id = visit.call_id AND later.id <> visit.id AND later.outcome = 'ANSWERED'
                    AND later.entered_at >= visit.left_at AND later.entered_at <= i.started_at)), 0)
        + coalesce((SELECT sum(extract(epoch FROM w.ended_at - w.started_at)) FROM wrap_up w
            WHERE w.call_id = visit.call_id AND w.agent_id = visit.agent_id AND w.started_at >= visit.left_at
                AND NOT EXISTS (SELECT FROM queue_visit later WHERE later.call_id = visit.call_id AND later.agent_id = visit.agent_id
                    AND later.left_at > visit.left_at AND later.left_at <= w.started_at)), 0)
    WHERE visit.call_id = $1 AND visit.outcome = 'ANSWERED' AND visit.handled_seconds IS NULL
        AND NOT EXISTS (SELECT FROM wrap_up WHERE call_id = $1 AND ended_at IS NULL)";

const AUTOMATIC_OUTCOME: &str =
    "SELECT q.default_outcome_id AS outcome_id FROM wrap_up w JOIN queue q ON q.id = w.queue_id
    WHERE w.call_id = $1 AND w.ended_at >= w.ends_at AND q.default_outcome_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM wrap_up WHERE call_id = $1 AND ended_at IS NULL)
    ORDER BY w.ended_at DESC LIMIT 1";

#[derive(QueryableByName)]
struct AutomaticOutcome {
    #[diesel(sql_type = sql_types::Uuid)]
    outcome_id: OutcomeId,
}

impl Change {
    /// Agents who have just left a call that was answered out of a queue begin its wrap-up; called before the commit.
    pub(crate) async fn begin_wrap_ups(&mut self) -> Result<()> {
        let left: Vec<(AgentId, QueueId)> = self
            .legs_turned()
            .filter(|leg| {
                leg.role == LegRole::Agent && leg.state == LegState::Left && leg.connected_at.is_some()
            })
            .filter_map(|leg| leg.user_id.map(AgentId::from))
            .filter_map(|agent| self.wrap_up_queue(agent).map(|queue| (agent, queue)))
            .collect();
        let ended_now = self.ended_now();
        if left.is_empty() && !ended_now {
            return Ok(());
        }
        let (id, now) = (self.call.id, self.unit.now);
        if !left.is_empty() && self.call.answered_at.is_some() {
            let rules: Vec<(QueueId, i32, bool)> = queue::table
                .filter(queue::id.eq_any(left.iter().map(|(_, queue)| *queue)))
                .filter(queue::wrap_up_seconds.gt(0))
                .select((queue::id, queue::wrap_up_seconds, queue::wrap_up_required))
                .load(self.unit.connection())
                .await?;
            let rows: Vec<WrapUp> = left
                .iter()
                .filter_map(|&(agent, queue)| {
                    let &(_, seconds, required) = rules.iter().find(|(id, ..)| *id == queue)?;
                    Some(wrap_up_of(id, agent, queue, now, seconds, required))
                })
                .collect();
            // One who wraps up another call goes on with that.
            diesel::insert_into(wrap_up::table)
                .values(&rows)
                .on_conflict_do_nothing()
                .execute(self.unit.connection())
                .await?;
        }
        if ended_now {
            self.begin_wrap_up_interval().await?;
        }
        Ok(())
    }

    /// The call's life goes on as long as somebody wraps it up.
    async fn begin_wrap_up_interval(&mut self) -> Result<()> {
        let (id, now) = (self.call.id, self.unit.now);
        statement(
            "INSERT INTO call_interval (call_id, ordinal, kind, started_at)
             SELECT $1, count(*), 'WRAP_UP', $2 FROM call_interval WHERE call_id = $1
             HAVING EXISTS (SELECT FROM wrap_up WHERE call_id = $1 AND ended_at IS NULL)
                 AND NOT EXISTS (SELECT FROM call_interval WHERE call_id = $1 AND ended_at IS NULL)",
        )
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Timestamptz, _>(now)
        .execute(self.unit.connection())
        .await?;
        self.what_came_of_it().await
    }

    /// It ends with the last wrap-up.
    async fn end_wrap_up_interval(&mut self) -> Result<()> {
        let (id, now) = (self.call.id, self.unit.now);
        statement(
            "UPDATE call_interval SET ended_at = greatest($2, started_at)
             WHERE call_id = $1 AND kind = 'WRAP_UP' AND ended_at IS NULL
                 AND NOT EXISTS (SELECT FROM wrap_up WHERE call_id = $1 AND ended_at IS NULL)",
        )
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Timestamptz, _>(now)
        .execute(self.unit.connection())
        .await?;
        self.what_came_of_it().await
    }

    /// What can be said once nobody wraps it up any more.
    async fn what_came_of_it(&mut self) -> Result<()> {
        let id = self.call.id;
        statement(HANDLED).bind::<sql_types::Uuid, _>(id).execute(self.unit.connection()).await?;
        self.automatic_outcome().await
    }

    /// Once the call is over and nobody wraps it up any more: where a wrap-up ran out and no outcome was given, that of
    /// its queue. While somebody talks or wraps up, nothing has come of the call yet.
    async fn automatic_outcome(&mut self) -> Result<()> {
        if self.call.outcome_id.is_some() || self.call.state != CallState::Ended {
            return Ok(());
        }
        let found: Option<AutomaticOutcome> = statement(AUTOMATIC_OUTCOME)
            .bind::<sql_types::Uuid, _>(self.call.id)
            .get_result(self.unit.connection())
            .await
            .optional()?;
        self.call.outcome_id = found.map(|it| it.outcome_id);
        Ok(())
    }

    /// Ends an agent's wrap-up of this call.
    async fn end_wrap_up(&mut self, agent: AgentId, actor: &str) -> Result<()> {
        let (id, now) = (self.call.id, self.unit.now);
        let open = wrap_up::table.filter(wrap_up::call_id.eq(id).and(wrap_up::agent_id.eq(agent)));
        diesel::update(open.filter(wrap_up::ended_at.is_null()))
            .set(wrap_up::ended_at.eq(now))
            .execute(self.unit.connection())
            .await?;
        self.unit.touch(agent);
        if self.call.state == CallState::Ended {
            self.end_wrap_up_interval().await?;
        }
        self.event(CallEventKind::WrappedUp, actor, None, None).await
    }

    /// The work after this call that goes on: of this agent, or of anybody.
    pub(crate) async fn open_wrap_up(&mut self, agent: Option<AgentId>) -> Result<Option<WrapUp>> {
        let mut query = wrap_up::table
            .filter(wrap_up::call_id.eq(self.call.id).and(wrap_up::ended_at.is_null()))
            .into_boxed();
        if let Some(agent) = agent {
            query = query.filter(wrap_up::agent_id.eq(agent));
        }
        Ok(query
            .order(wrap_up::ends_at)
            .select(WrapUp::as_select())
            .first(self.unit.connection())
            .await
            .optional()?)
    }
}

fn wrap_up_of(
    call: CallId,
    agent: AgentId,
    queue: QueueId,
    now: DateTime<Utc>,
    seconds: i32,
    required: bool,
) -> WrapUp {
    WrapUp {
        call_id: call,
        agent_id: agent,
        queue_id: queue,
        started_at: now,
        ends_at: now + TimeDelta::seconds(seconds.into()),
        ended_at: None,
        required,
        extended: false,
    }
}

impl Platform {
    /// Says how a call turned out, while it lasts or afterwards. `done` ends the caller's wrap-up of it.
    ///
    /// # Errors
    /// NOT_FOUND for the call or the outcome, INVALID for tags, note, task, or a wrap-up that wants an outcome first.
    pub async fn wrap_up(&self, actor: &Actor, id: CallId, given: WrappedUp) -> Result<(Call, Option<Task>)> {
        let user = actor.user()?.id;
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        if let Some(first) = change.unit.first_result::<Option<TaskId>>(given.key.as_ref()).await? {
            let call = change.call.clone();
            // Its connection goes back before another is asked for.
            drop(change);
            let task = match first {
                Some(task) => self.tasks(actor, &[task]).await?.pop(),
                None => None,
            };
            return Ok((call, task));
        }
        if let Some(outcome) = given.outcome {
            desk::usable_outcome(&mut change.unit, outcome, "outcomeId").await?;
            change.call.outcome_id = Some(outcome);
        }
        if let Some(tags) = given.tags {
            change.call.tags = validate::tags("tags", tags)?;
        }
        let (contact, call) = (change.call.contact_id, change.call.id);
        if let Some(note) = given.note.as_deref().map(str::trim).filter(|note| !note.is_empty()) {
            crate::crm::add_note(&mut change.unit, user, Some(call), contact, note).await?;
            change.event(CallEventKind::NoteSaved, &actor.key(), None, None).await?;
        }
        let task = match given.follow_up {
            Some(new) => {
                let new = NewTask { call: Some(call), contact: new.contact.or(contact), ..new };
                Some(add_task(&mut change.unit, user, new).await?)
            }
            None => None,
        };
        if given.done
            && let Some(open) = change.open_wrap_up(Some(user.into())).await?
        {
            if open.required && change.call.outcome_id.is_none() {
                return Err(Refusal::invalid("outcomeId", "This queue wants an outcome: choose one.").into());
            }
            change.end_wrap_up(open.agent_id, &actor.key()).await?;
        }
        change.unit.keep_result(given.key.as_ref(), &task.as_ref().map(|task| task.id)).await?;
        Ok((change.commit().await?.0, task))
    }

    /// Gives the caller's wrap-up as much time again; once. A repeat is no fault, and gives no more.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub async fn extend_wrap_up(&self, actor: &Actor, id: CallId) -> Result<Call> {
        let user = actor.user()?.id;
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        let Some(open) = change.open_wrap_up(Some(user.into())).await? else {
            return Err(Refusal::not_found("wrap-up").at("callId").into());
        };
        if open.extended {
            return Ok(change.call);
        }
        let ends_at = open.ends_at + (open.ends_at - open.started_at);
        diesel::update(wrap_up::table.find((id, open.agent_id, open.started_at)))
            .set((wrap_up::ends_at.eq(ends_at), wrap_up::extended.eq(true)))
            .execute(change.unit.connection())
            .await?;
        let agent = open.agent_id;
        let news = serde_json::json!({ "agentId": agent, "callId": id });
        change.unit.event(crate::events::Aggregate::Agent, agent.0, 0, "WRAP_UP", news)?;
        Ok(change.commit().await?.0)
    }

    /// Wrap-ups whose time is up end; a call without an outcome gets that of its queue. Returns how many.
    pub async fn expire_wrap_ups(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<CallId> = wrap_up::table
            .filter(wrap_up::ended_at.is_null().and(wrap_up::ends_at.le(now)))
            .order(wrap_up::ends_at)
            .limit(200)
            .select(wrap_up::call_id)
            .load(&mut connection)
            .await?;
        drop(connection);
        each(due, async |id| {
            let mut change = self.change(id).await?;
            let Some(open) = change.open_wrap_up(None).await?.filter(|open| open.ends_at <= now) else {
                return Ok(false);
            };
            change.end_wrap_up(open.agent_id, "system").await?;
            change.commit().await?;
            Ok(true)
        })
        .await
    }

    pub(crate) async fn next_wrap_up_end(&self) -> Result<Option<DateTime<Utc>>> {
        let mut connection = self.db.get().await?;
        Ok(wrap_up::table
            .filter(wrap_up::ended_at.is_null())
            .select(dsl::min(wrap_up::ends_at))
            .first(&mut connection)
            .await?)
    }
}
