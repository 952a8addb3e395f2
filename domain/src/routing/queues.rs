//! Queues and their members, as administrators and supervisors keep them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::{Hours, OverflowKind, Queue, RoutingStrategy, estimate, visits::length};
use crate::{
    Error, Platform, Result,
    agents::{Agent, Skills},
    config::ConsentPolicy,
    db::{
        Unit,
        schema::{agent, audio_file, call, queue, queue_member, queue_visit},
    },
    desk,
    error::{Refusal, RefusalCode, refuse},
    events::Aggregate,
    ids::{AgentId, AudioFileId, CallId, OutcomeId, QueueId, WorkerId},
    people::{Actor, Role, idempotency::Key},
    validate,
};

/// What shall be set; what is none stays as it is. An inner none takes away.
#[derive(Debug, Clone, Default)]
pub struct QueueChange {
    pub key: Option<String>,
    pub name: Option<String>,
    pub strategy: Option<RoutingStrategy>,
    pub priority: Option<i32>,
    pub required_skills: Option<Vec<(String, i32)>>,
    pub relax_seconds: Option<Option<i32>>,
    pub last_agent_seconds: Option<i32>,
    pub offer_seconds: Option<i32>,
    pub missed_limit: Option<i32>,
    pub wrap_up_seconds: Option<i32>,
    pub wrap_up_required: Option<bool>,
    pub default_outcome: Option<Option<OutcomeId>>,
    pub max_wait_seconds: Option<i32>,
    pub max_length: Option<i32>,
    pub overflow: Option<(OverflowKind, Option<QueueId>)>,
    pub callback: Option<bool>,
    pub service_level: Option<(f64, i32)>,
    pub short_abandon_seconds: Option<i32>,
    pub hours: Option<Hours>,
    pub closed_message: Option<Option<String>>,
    pub script: Option<Option<String>>,
    pub video: Option<bool>,
    pub music: Option<Option<AudioFileId>>,
    pub announcement: Option<Option<AudioFileId>>,
    pub announcement_seconds: Option<i32>,
    pub archived: Option<bool>,
}

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
}

/// A queue with the defaults of the contract, before a change is applied.
pub(super) fn plain(now: DateTime<Utc>) -> Queue {
    Queue {
        id: QueueId::new(),
        key: String::new(),
        name: String::new(),
        strategy: RoutingStrategy::LongestIdle,
        priority: 0,
        required_skills: Skills::default(),
        relax_seconds: None,
        last_agent_seconds: 0,
        offer_seconds: 20,
        missed_limit: 1,
        wrap_up_seconds: 60,
        wrap_up_required: false,
        default_outcome_id: None,
        max_wait_seconds: 1800,
        max_length: 500,
        overflow: OverflowKind::End,
        overflow_queue_id: None,
        callback: true,
        service_level_percent: 80.0,
        service_level_seconds: 20,
        short_abandon_seconds: 5,
        hours: Hours::default(),
        closed_message: None,
        script: None,
        video: true,
        music_id: None,
        announcement_id: None,
        announcement_seconds: 60,
        created_at: now,
        updated_at: now,
        archived_at: None,
    }
}

/// A number within its range, or the field's name and what it should be.
fn within(field: &'static str, value: i32, least: i32, most: i32) -> Result<i32> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(Refusal::invalid(field, format!("{field} is {least} to {most}.")).into())
}

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn set_within(
    target: &mut i32,
    field: &'static str,
    value: Option<i32>,
    range: std::ops::RangeInclusive<i32>,
) -> Result<()> {
    set(target, value.map(|value| within(field, value, *range.start(), *range.end())).transpose()?);
    Ok(())
}

fn set_text(
    target: &mut Option<String>,
    field: &'static str,
    value: Option<Option<String>>,
    longest: usize,
) -> Result<()> {
    if let Some(text) = value {
        let text = text.filter(|text| !text.trim().is_empty());
        *target = text.map(|text| validate::lines_of(field, &text, longest)).transpose()?;
    }
    Ok(())
}

impl QueueChange {
    fn apply(self, queue: &mut Queue) -> Result<()> {
        if let Some(key) = self.key {
            queue.key = read_key(&key)?;
        }
        set(&mut queue.name, self.name.map(|name| validate::name("name", &name)).transpose()?);
        set(&mut queue.strategy, self.strategy);
        set_within(&mut queue.priority, "priority", self.priority, -100..=100)?;
        if let Some(skills) = self.required_skills {
            queue.required_skills = Skills::read("requiredSkills", skills)?;
        }
        if let Some(relax) = self.relax_seconds {
            queue.relax_seconds = relax.map(|it| within("relaxSeconds", it, 1, 3600)).transpose()?;
        }
        set_within(&mut queue.last_agent_seconds, "lastAgentSeconds", self.last_agent_seconds, 0..=3600)?;
        set_within(&mut queue.offer_seconds, "offerSeconds", self.offer_seconds, 5..=300)?;
        set_within(&mut queue.missed_limit, "missedLimit", self.missed_limit, 1..=20)?;
        set_within(&mut queue.wrap_up_seconds, "wrapUpSeconds", self.wrap_up_seconds, 0..=3600)?;
        set(&mut queue.wrap_up_required, self.wrap_up_required);
        set(&mut queue.default_outcome_id, self.default_outcome);
        set_within(&mut queue.max_wait_seconds, "maxWaitSeconds", self.max_wait_seconds, 5..=86_400)?;
        set_within(&mut queue.max_length, "maxLength", self.max_length, 1..=10_000)?;
        if let Some((kind, to)) = self.overflow {
            queue.overflow = kind;
            queue.overflow_queue_id = to.filter(|_| kind == OverflowKind::Queue);
            if kind == OverflowKind::Queue && to.is_none_or(|to| to == queue.id) {
                return Err(Refusal::invalid("overflow", "Name another queue to overflow to.").into());
            }
        }
        set(&mut queue.callback, self.callback);
        if let Some((percent, seconds)) = self.service_level {
            if !(1.0..=100.0).contains(&percent) {
                return Err(Refusal::invalid("serviceLevel", "A service level is 1 to 100 percent.").into());
            }
            queue.service_level_percent = percent;
            queue.service_level_seconds = within("serviceLevel", seconds, 1, 3600)?;
        }
        let short = self.short_abandon_seconds;
        set_within(&mut queue.short_abandon_seconds, "shortAbandonSeconds", short, 0..=60)?;
        set(&mut queue.hours, self.hours.map(Hours::checked).transpose()?);
        set_text(&mut queue.closed_message, "closedMessage", self.closed_message, 500)?;
        set_text(&mut queue.script, "script", self.script, 20_000)?;
        set(&mut queue.video, self.video);
        set(&mut queue.music_id, self.music);
        set(&mut queue.announcement_id, self.announcement);
        let seconds = self.announcement_seconds;
        set_within(&mut queue.announcement_seconds, "announcementSeconds", seconds, 10..=600)
    }
}

/// A key stands in addresses: lower-case letters, digits and hyphens.
fn read_key(text: &str) -> Result<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = text.starts_with('-') || text.ends_with('-');
    if text.is_empty() || text.len() > 50 || ends || !text.chars().all(fits) {
        let says = "A key has 1 to 50 lower-case letters, digits and hyphens, such as support-de.";
        return Err(Refusal::invalid("key", says).into());
    }
    Ok(text.to_owned())
}

/// What a queue refers to is there and may be used.
async fn check_references(unit: &mut Unit, change: &QueueChange) -> Result<()> {
    if let Some(Some(outcome)) = change.default_outcome {
        desk::usable_outcome(unit, outcome).await?;
    }
    if let Some((_, Some(to))) = change.overflow {
        find(unit.connection(), to)
            .await?
            .filter(|queue| queue.archived_at.is_none())
            .ok_or_else(|| Refusal::not_found("queue").at("overflow"))?;
    }
    for id in [change.music, change.announcement].into_iter().flatten().flatten() {
        let known: i64 =
            audio_file::table.filter(audio_file::id.eq(id)).count().get_result(unit.connection()).await?;
        if known == 0 {
            return Err(Refusal::not_found("audio file").at("audio").into());
        }
    }
    Ok(())
}

pub(super) async fn find(connection: &mut AsyncPgConnection, id: QueueId) -> Result<Option<Queue>> {
    Ok(queue::table.find(id).select(Queue::as_select()).first(connection).await.optional()?)
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
        check_references(&mut unit, &change).await?;
        let mut made = plain(unit.now);
        let required = QueueChange {
            key: Some(change.key.clone().unwrap_or_default()),
            name: Some(change.name.clone().unwrap_or_default()),
            ..change
        };
        required.apply(&mut made)?;
        diesel::insert_into(queue::table).values(&made).execute(unit.connection()).await.map_err(taken)?;
        changed(&mut unit, made.id, actor).await?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// Changes a queue while its calls go on: what waits is judged by the new rules at once. An archived queue takes no
    /// calls; those that wait in it are still served.
    ///
    /// # Errors
    /// As for [`Platform::create_queue`].
    pub async fn update_queue(&self, actor: &Actor, id: QueueId, change: QueueChange) -> Result<Queue> {
        administrator(actor)?;
        let mut unit = self.begin().await?;
        let found: Option<Queue> = queue::table
            .find(id)
            .select(Queue::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let Some(before) = found else { return Err(Refusal::not_found("queue").at("queueId").into()) };
        check_references(&mut unit, &change).await?;
        let archived = change.archived;
        let mut queue = before.clone();
        change.apply(&mut queue)?;
        let now = unit.now;
        if let Some(archived) = archived {
            queue.archived_at = archived.then(|| before.archived_at.unwrap_or(now));
        }
        queue.updated_at = now;
        // The calls first: a new key makes whoever enters wait for this row.
        if (queue.max_wait_seconds, queue.priority) != (before.max_wait_seconds, before.priority) {
            rejudge(&mut unit, &queue, before.priority).await?;
        }
        diesel::update(queue::table.find(id)).set(&queue).execute(unit.connection()).await.map_err(taken)?;
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
        unit.event(Aggregate::Agent, member.0, 0, "MEMBER", news).await?;
        unit.commit().await?;
        Ok((queue, agent))
    }

    /// What the public page of a queue shows; none for a queue that is not there.
    pub async fn queue_info(&self, key: &str) -> Result<Option<QueueInfo>> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let found: Option<Queue> = queue::table
            .filter(queue::key.eq(key).and(queue::archived_at.is_null()))
            .select(Queue::as_select())
            .first(&mut connection)
            .await
            .optional()?;
        let Some(queue) = found else { return Ok(None) };
        let waiting = length(&mut connection, queue.id).await?;
        let pace = estimate::paces(&mut connection, &[queue.id]).await?.remove(&queue.id);
        let inputs = pace.map(|pace| estimate::Inputs { position: waiting + 1, ..pace });
        let free = waiting == 0 && has_free(&mut connection, queue.id).await?;
        let asked = self.config.record_calls && self.config.consent_policy == ConsentPolicy::AllParties;
        Ok(Some(QueueInfo {
            open: queue.hours.open_at(now),
            opens_at: queue.hours.opens_at(now),
            full: waiting >= i64::from(queue.max_length) && queue.overflow != OverflowKind::Queue,
            estimated_wait_seconds: if free { Some(0.0) } else { inputs.and_then(estimate::Inputs::seconds) },
            consent_wording: asked.then(|| self.config.consent_wording.clone()),
            queue,
        }))
    }
}

async fn has_free(connection: &mut AsyncPgConnection, id: QueueId) -> Result<bool> {
    use crate::{agents::AgentActivity, db::schema::agent_interval};
    let free = queue_member::table
        .inner_join(agent_interval::table.on(agent_interval::agent_id.eq(queue_member::agent_id)))
        .filter(queue_member::queue_id.eq(id).and(agent_interval::ended_at.is_null()))
        .filter(agent_interval::activity.eq(AgentActivity::Available));
    Ok(diesel::select(diesel::dsl::exists(free)).get_result(connection).await?)
}

async fn changed(unit: &mut Unit, id: QueueId, actor: &Actor) -> Result<()> {
    let news = json!({ "queueId": id, "actor": actor.key() });
    unit.event(Aggregate::Queue, id.0, 0, "CHANGED", news).await
}

/// Those who wait get the limit and the head start that the queue has now.
async fn rejudge(unit: &mut Unit, queue: &Queue, priority_before: i32) -> Result<()> {
    use diesel::{sql_query, sql_types};
    sql_query(
        "SELECT c.id FROM call c JOIN queue_visit v ON v.call_id = c.id WHERE v.queue_id = $1 AND v.left_at IS NULL
         ORDER BY c.id FOR NO KEY UPDATE OF c",
    )
    .bind::<sql_types::Uuid, _>(queue.id)
    .execute(unit.connection())
    .await?;
    sql_query(
        "UPDATE queue_visit SET rank_at = rank_at - make_interval(secs => $2),
            leave_by = CASE WHEN callback THEN leave_by ELSE entered_at + make_interval(secs => $3) END
         WHERE queue_id = $1 AND left_at IS NULL",
    )
    .bind::<sql_types::Uuid, _>(queue.id)
    .bind::<sql_types::Double, _>(
        crate::limits::PRIORITY_POINT.as_seconds_f64() * f64::from(queue.priority - priority_before),
    )
    .bind::<sql_types::Double, _>(f64::from(queue.max_wait_seconds))
    .execute(unit.connection())
    .await?;
    Ok(())
}
