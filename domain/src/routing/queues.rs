//! Queues and their members, as administrators and supervisors keep them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::{
    OverflowKind, Queue, QueueStats,
    references::{References, hold_overflows, refuse_while_used},
    rejudge::rejudge,
    settings::{QueueChange, plain, within},
};
use crate::{
    Error, Platform, Result,
    agents::Agent,
    config::ConsentPolicy,
    db::{
        Unit,
        schema::{agent, call, queue, queue_member, queue_visit},
    },
    error::{Refusal, RefusalCode, refuse},
    events::Aggregate,
    ids::{AgentId, CallId, QueueId, WorkerId},
    people::{Actor, Role, idempotency::Key},
    voicemail::{VoicemailBox, box_of_queue, set_queue_box},
};

/// What a stranger may know of a queue.
#[derive(Debug, Clone)]
pub struct QueueInfo {
    pub queue: Queue,
    pub open: bool,
    pub opens_at: Option<DateTime<Utc>>,
    pub full: bool,
    /// For one who asked now.
    pub estimated_wait_seconds: Option<f64>,
    /// What will be asked before a recording; none when nothing is.
    pub consent_wording: Option<String>,
    /// What those read who are about to leave a message; none where none are taken.
    pub voicemail_wording: Option<String>,
}

pub(super) async fn find(connection: &mut AsyncPgConnection, id: QueueId) -> Result<Option<Queue>> {
    Ok(queue::table.find(id).select(Queue::as_select()).first(connection).await.optional()?)
}

/// A queue to which something refers, so it is there.
pub(crate) async fn queue_of(unit: &mut Unit, id: QueueId) -> Result<Queue> {
    Ok(queue::table.find(id).select(Queue::as_select()).first(unit.connection()).await?)
}

fn administrator(actor: &Actor) -> Result<()> {
    if actor.user()?.role < Role::Admin {
        return refuse(RefusalCode::NotAllowed, "Only an administrator changes queues.");
    }
    Ok(())
}

fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, _) => {
            Refusal::new(RefusalCode::Taken, "Another queue has this key.").at("key").into()
        }
        other => other.into(),
    }
}

impl Platform {
    /// # Errors
    /// NOT_ALLOWED, INVALID with the field, TAKEN for the key, NOT_FOUND for what it refers to.
    pub async fn create_queue(&self, actor: &Actor, change: QueueChange, key: Option<Key>) -> Result<Queue> {
        administrator(actor)?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<QueueId>(key.as_ref()).await? {
            return find(unit.connection(), first).await?.ok_or_else(|| Refusal::not_found("queue").into());
        }
        hold_overflows(&mut unit).await?;
        let mut made = plain(unit.now);
        let required = QueueChange {
            key: Some(change.key.clone().unwrap_or_default()),
            name: Some(change.name.clone().unwrap_or_default()),
            ..change
        };
        let messages = (required.voicemail, required.voicemail_greeting);
        required.apply(&mut made)?;
        let named = References::of(&made, messages.1.flatten());
        named.check(References::default(), &mut unit).await?;
        diesel::insert_into(queue::table).values(&made).execute(unit.connection()).await.map_err(taken)?;
        set_box(&mut unit, &made, VoicemailBox::default().with(messages)).await?;
        changed(&mut unit, made.id, actor).await?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// Changes a queue while its calls go on: what waits is judged by the new rules at once. An archived queue takes no
    /// calls; those that wait in it are still served. What is set already is no change, whatever the version, so that an
    /// answer that was lost can be asked for again.
    ///
    /// # Errors
    /// As for [`Platform::create_queue`]; STALE when the queue moved on since `version`, where one is given.
    pub async fn update_queue(
        &self,
        actor: &Actor,
        id: QueueId,
        version: Option<i32>,
        change: QueueChange,
    ) -> Result<Queue> {
        administrator(actor)?;
        let mut unit = self.begin().await?;
        if change.overflow.is_some() || change.archived.is_some() {
            hold_overflows(&mut unit).await?;
        }
        let found: Option<Queue> = queue::table
            .find(id)
            .select(Queue::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let Some(before) = found else { return Err(Refusal::not_found("queue").at("queueId").into()) };
        let (archived, messages) = (change.archived, (change.voicemail, change.voicemail_greeting));
        let mut queue = before.clone();
        change.apply(&mut queue)?;
        let now = unit.now;
        if let Some(archived) = archived {
            queue.archived_at = archived.then(|| before.archived_at.unwrap_or(now));
        }
        let messages_before = box_of_queue(unit.connection(), id).await?;
        let messages = messages_before.with(messages);
        if queue == before && messages == messages_before {
            return Ok(queue);
        }
        if version.is_some_and(|version| version != before.version) {
            return refuse(
                RefusalCode::Stale,
                "The queue was changed elsewhere meanwhile. Look at it again, then decide what to save.",
            );
        }
        if queue.archived_at.is_some() && before.archived_at.is_none() {
            refuse_while_used(&mut unit, id.0).await?;
        }
        // What an archived queue names may have been archived after it.
        let back = queue.archived_at.is_none() && before.archived_at.is_some();
        let known =
            if back { References::default() } else { References::of(&before, messages_before.greeting) };
        References::of(&queue, messages.greeting).check(known, &mut unit).await?;
        queue.version += 1;
        queue.updated_at = now;
        // The calls first: a new key makes whoever enters wait for this row.
        rejudge(&mut unit, &queue, &before).await?;
        diesel::update(queue::table.find(id)).set(&queue).execute(unit.connection()).await.map_err(taken)?;
        set_box(&mut unit, &queue, messages).await?;
        changed(&mut unit, id, actor).await?;
        unit.route(id);
        unit.commit().await?;
        let heard = |queue: &Queue| (queue.music_id, queue.announcement_id, queue.announcement_seconds);
        if heard(&queue) != heard(&before) {
            self.nudge_waiting(id).await?;
        }
        Ok(queue)
    }

    /// Those who wait hear something else now: their workers are told to look.
    async fn nudge_waiting(&self, id: QueueId) -> Result<()> {
        let mut connection = self.db.get().await?;
        let waiting: Vec<(Option<WorkerId>, CallId)> = call::table
            .inner_join(queue_visit::table.on(call::visit_id.eq(queue_visit::id.nullable())))
            .filter(queue_visit::queue_id.eq(id).and(queue_visit::left_at.is_null()))
            .limit(1000)
            .select((call::worker_id, call::id))
            .load(&mut connection)
            .await?;
        for (worker, call) in waiting {
            if let Some(worker) = worker {
                self.nudge(worker, call);
            }
        }
        Ok(())
    }

    /// Makes somebody a member of a queue, moves the member to another tier, or takes the member out. Calls that the agent
    /// has or is offered go on.
    ///
    /// # Errors
    /// NOT_ALLOWED, NOT_FOUND, INVALID for the tier.
    pub async fn set_queue_member(
        &self,
        actor: &Actor,
        id: QueueId,
        member: AgentId,
        tier: Option<i32>,
        is_member: bool,
    ) -> Result<(Queue, Agent)> {
        if !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "Only a supervisor changes the members of a queue.");
        }
        let tier = tier.map(|tier| within("tier", tier, 1, 10)).transpose()?;
        let mut unit = self.begin().await?;
        let queue =
            find(unit.connection(), id).await?.ok_or_else(|| Refusal::not_found("queue").at("queueId"))?;
        let agent: Agent = agent::table
            .find(member)
            .select(Agent::as_select())
            .first(unit.connection())
            .await
            .optional()?
            .ok_or_else(|| Refusal::not_found("agent").at("agentId"))?;
        if is_member {
            diesel::insert_into(queue_member::table)
                .values((
                    queue_member::queue_id.eq(id),
                    queue_member::agent_id.eq(member),
                    queue_member::tier.eq(tier.unwrap_or(1)),
                ))
                .on_conflict_do_nothing()
                .execute(unit.connection())
                .await?;
            if let Some(tier) = tier {
                diesel::update(queue_member::table.find((id, member)))
                    .set(queue_member::tier.eq(tier))
                    .execute(unit.connection())
                    .await?;
            }
            unit.route(id);
        } else {
            diesel::delete(queue_member::table.find((id, member))).execute(unit.connection()).await?;
        }
        changed(&mut unit, id, actor).await?;
        let news = json!({ "agentId": member, "queueId": id, "actor": actor.key() });
        unit.event(Aggregate::Agent, member.0, 0, "MEMBER", news)?;
        unit.commit().await?;
        Ok((queue, agent))
    }

    /// What the public page of a queue shows; none for a queue that is not there.
    pub async fn queue_info(&self, key: &str) -> Result<Option<QueueInfo>> {
        let now = self.clock.now();
        let found = self.queue_by_key(key).await?.filter(|queue| queue.archived_at.is_none());
        let Some(queue) = found else { return Ok(None) };
        let Some(stats) = self.queue_stats(std::slice::from_ref(&queue)).await?.pop() else {
            return Ok(None);
        };
        let mut connection = self.db.get().await?;
        let messages = box_of_queue(&mut connection, queue.id).await?.enabled;
        let asked = self.config.record_calls && self.config.consent_policy == ConsentPolicy::AllParties;
        Ok(Some(QueueInfo {
            open: queue.hours.open_at(now),
            opens_at: queue.hours.opens_at(now),
            full: turns_away(&queue, &stats),
            estimated_wait_seconds: stats.estimated_wait(),
            consent_wording: asked.then(|| self.config.consent_wording.clone()),
            voicemail_wording: messages.then(|| self.config.voicemail_wording.clone()),
            queue,
        }))
    }
}

/// Whether somebody who calls now is refused. Where a full queue hands on to is not looked at.
fn turns_away(queue: &Queue, stats: &QueueStats) -> bool {
    let most = i64::from(queue.max_length);
    stats.waiting >= most
        && match queue.overflow {
            OverflowKind::Queue | OverflowKind::Voicemail => false,
            OverflowKind::Callback => stats.callbacks >= most,
            OverflowKind::End => true,
        }
}

/// How it takes messages: an overflow that makes callers leave one needs somebody who takes it.
async fn set_box(unit: &mut Unit, queue: &Queue, messages: VoicemailBox) -> Result<()> {
    set_queue_box(unit, queue.id, messages).await?;
    if queue.overflow == OverflowKind::Voicemail && !messages.enabled {
        let says = "The queue takes no messages. Turn voicemail on, or choose another overflow.";
        return Err(Refusal::invalid("overflow", says).into());
    }
    Ok(())
}

async fn changed(unit: &mut Unit, id: QueueId, actor: &Actor) -> Result<()> {
    let news = json!({ "queueId": id, "actor": actor.key() });
    unit.event(Aggregate::Queue, id.0, 0, "CHANGED", news)
}
