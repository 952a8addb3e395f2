//! Members of queues who are free, as a round reads and locks them, and what it has to know of those who are not.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    Queue,
    rules::{Decision, Free, Waiting},
    waiting::Id,
};
use crate::{
    Result,
    agents::Skills,
    db::{Unit, statement},
    ids::{AgentId, CallId, QueueId},
};

#[derive(QueryableByName)]
struct FreeRow {
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
    #[diesel(sql_type = sql_types::Integer)]
    tier: i32,
    #[diesel(sql_type = sql_types::Timestamptz)]
    idle_since: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    offered_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Jsonb)]
    skills: Skills,
}

/// Members who are free: by the record, which is as exact as its transactions, but for presence, which lapses before it
/// is told. What an agent is doing is derived anew once its row is locked. Looks into indexes for each member: OFFSET 0.
macro_rules! free {
    () => {
        "SELECT m.queue_id, m.agent_id, m.tier, a.idle_since, m.offered_at, a.skills FROM unnest((SELECT $1)) AS wanted(queue_id),
        LATERAL (SELECT * FROM queue_member of WHERE of.queue_id = wanted.queue_id
            AND EXISTS (SELECT FROM agent_interval i WHERE i.agent_id = of.agent_id AND i.ended_at IS NULL AND i.activity = 'AVAILABLE' OFFSET 0)
            AND EXISTS (SELECT FROM agent_presence p WHERE p.agent_id = of.agent_id AND p.until > $2 OFFSET 0) OFFSET 0) AS m,
        LATERAL (SELECT idle_since, skills FROM agent WHERE user_id = m.agent_id OFFSET 0) AS a"
    };
}
const FREE: &str = free!();
/// The same, of queues in which somebody waits.
const FREE_WHERE_WANTED: &str = concat!(
    free!(),
    " WHERE EXISTS (SELECT FROM queue_visit v WHERE v.queue_id = wanted.queue_id AND v.left_at IS NULL OFFSET 0)"
);

/// The free members who could take a call of the queue at all: for the others nothing need be locked.
pub(super) fn able(
    rules: &HashMap<QueueId, Queue>,
    by_queue: &HashMap<QueueId, Vec<Free>>,
) -> HashMap<QueueId, Vec<AgentId>> {
    let of_queue = |(id, free): (&QueueId, &Vec<Free>)| {
        let required = rules.get(id)?.least_required();
        let able = free.iter().filter(|free| free.skills.meet(&required)).map(|free| free.agent);
        Some((*id, able.collect()))
    };
    by_queue.iter().filter_map(of_queue).filter(|(_, able): &(_, Vec<_>)| !able.is_empty()).collect()
}

/// Of queues in which somebody waits.
pub(super) async fn free_members(unit: &mut Unit, queues: &[Uuid]) -> Result<HashMap<QueueId, Vec<Free>>> {
    let mut by_queue: HashMap<QueueId, Vec<Free>> = HashMap::new();
    for free in free_by(unit, queues, FREE_WHERE_WANTED).await? {
        by_queue.entry(free.queue).or_default().push(free);
    }
    Ok(by_queue)
}

/// Of a queue, whether anybody waits there or not.
pub(super) async fn free_of(unit: &mut Unit, queue: QueueId) -> Result<Vec<Free>> {
    free_by(unit, &[queue.0], FREE).await
}

async fn free_by(unit: &mut Unit, queues: &[Uuid], query: &'static str) -> Result<Vec<Free>> {
    let now = unit.now;
    let rows: Vec<FreeRow> = statement(query)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(queues)
        .bind::<sql_types::Timestamptz, _>(now)
        .load(unit.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Free {
            queue: row.queue_id,
            agent: row.agent_id,
            tier: row.tier,
            idle_since: row.idle_since,
            offered_at: row.offered_at,
            skills: row.skills,
        })
        .collect())
}

/// Of the agents whom calls wait for, those who are signed in and available in general: queue by queue, the members, and
/// what they are good at.
pub(super) async fn around(
    unit: &mut Unit,
    waiting: &[(Waiting, CallId)],
    now: DateTime<Utc>,
) -> Result<HashMap<(QueueId, AgentId), Skills>> {
    let wanted: Vec<Uuid> = waiting.iter().filter_map(|(row, _)| row.prefer).map(|agent| agent.0).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    #[derive(QueryableByName)]
    struct Around {
        #[diesel(sql_type = sql_types::Uuid)]
        queue_id: QueueId,
        #[diesel(sql_type = sql_types::Uuid)]
        agent_id: AgentId,
        #[diesel(sql_type = sql_types::Jsonb)]
        skills: Skills,
    }
    let found: Vec<Around> = statement(
        "SELECT m.queue_id, m.agent_id, a.skills FROM queue_member m JOIN agent a ON a.user_id = m.agent_id
         JOIN agent_presence p ON p.agent_id = m.agent_id
         WHERE m.agent_id = ANY($1) AND p.until > $2 AND coalesce(a.next_status, a.status) = 'AVAILABLE'",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(wanted)
    .bind::<sql_types::Timestamptz, _>(now)
    .load(unit.connection())
    .await?;
    Ok(found.into_iter().map(|it| ((it.queue_id, it.agent_id), it.skills)).collect())
}

/// Locks those chosen and looks again.
pub(super) async fn lock_agents(unit: &mut Unit, chosen: &[(Waiting, Decision)]) -> Result<HashSet<AgentId>> {
    let mut ids: Vec<Uuid> =
        chosen.iter().flat_map(|(_, decision)| &decision.chosen).map(|agent| agent.0).collect();
    ids.sort_unstable();
    lock_still_free(unit, &ids).await
}

/// Locks an agent; false for one who is locked by somebody else, or no longer free.
pub(crate) async fn lock_free(unit: &mut Unit, agent: AgentId) -> Result<bool> {
    Ok(!lock_still_free(unit, &[agent.0]).await?.is_empty())
}

/// Between the look and the lock somebody may have gone away or got a call.
async fn lock_still_free(unit: &mut Unit, ids: &[Uuid]) -> Result<HashSet<AgentId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let now = unit.now;
    let locked: Vec<Id> = statement(
        "SELECT user_id AS id FROM agent WHERE user_id = ANY($1) ORDER BY user_id FOR NO KEY UPDATE SKIP LOCKED",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .load(unit.connection())
    .await?;
    let ids: Vec<Uuid> = locked.into_iter().map(|it| it.id).collect();
    let free: Vec<Id> = statement(
        "SELECT agent_id AS id FROM agent_activity($2) WHERE agent_id = ANY ((SELECT $1)::uuid[]) AND activity = 'AVAILABLE'",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
    .bind::<sql_types::Timestamptz, _>(now)
    .load(unit.connection())
    .await?;
    Ok(free.into_iter().map(|it| AgentId(it.id)).collect())
}
