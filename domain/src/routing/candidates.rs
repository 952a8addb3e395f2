//! What a round reads and locks: waiting calls, free members, and what it has to know of the others.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::rules::{Decision, Free, Waiting};
use crate::{
    Result,
    agents::Skills,
    db::{Unit, statement},
    ids::{AgentId, CallId, QueueId, VisitId},
    limits,
};

/// Waiting calls of one queue that a round locks at most, beyond one for every free agent.
const SPARE: i64 = 10;
const MANY: i64 = 100;
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

#[derive(QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: VisitId,
    #[diesel(sql_type = sql_types::Uuid)]
    call_id: CallId,
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Timestamptz)]
    entered_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    rank_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    prefer_agent_id: Option<AgentId>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    prefer_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Bool)]
    callback: bool,
    /// A transaction younger than this one changed the call: its events must not come before those.
    #[diesel(sql_type = sql_types::Bool)]
    younger: bool,
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = sql_types::Uuid)]
    visit_id: VisitId,
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
}

#[derive(QueryableByName)]
pub(super) struct Id {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
}

#[derive(QueryableByName)]
struct Busy {
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Text)]
    activity: String,
    #[diesel(sql_type = sql_types::BigInt)]
    members: i64,
}

/// Members who are free: by the record, which is as exact as its transactions, but for presence, which lapses before it
/// is told. What an agent is doing is derived anew once its row is locked.
macro_rules! free {
    () => {
        "SELECT m.queue_id, m.agent_id, m.tier, a.idle_since, m.offered_at, a.skills
    FROM unnest($1) AS wanted(queue_id) JOIN queue_member m USING (queue_id)
    JOIN agent_interval doing ON doing.agent_id = m.agent_id AND doing.ended_at IS NULL AND doing.activity = 'AVAILABLE'
    JOIN agent_presence p ON p.agent_id = m.agent_id AND p.until > $2
    JOIN agent a ON a.user_id = m.agent_id"
    };
}
const FREE: &str = free!();
/// The same, of queues in which somebody waits.
const FREE_WHERE_WANTED: &str = concat!(
    free!(),
    " WHERE EXISTS (SELECT FROM queue_visit v WHERE v.queue_id = wanted.queue_id AND v.left_at IS NULL OFFSET 0)"
);

/// Not where the contact's connection broke off and nobody else of that side is there: an agent would hear nobody. A call-back
/// has nobody yet.
macro_rules! is_heard {
    () => {
        "(SELECT bool_and(l.state = 'RECONNECTING') FROM leg l WHERE l.call_id = c.id AND l.role IN ('CONTACT', 'GUEST')
            AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING')) IS NOT TRUE"
    };
}

/// The best of each queue. The lock comes first and the order of the log is that of transaction ids, so this one has taken
/// its id before: `age` is negative for a row that a younger transaction wrote. The state is compared as an expression, so
/// that calls are found by id: by statistics of a quiet hour, going through all live calls each time looks cheaper.
const WAITING: &str = concat!(
    "SELECT best.* FROM unnest($1, $2) AS wanted(queue_id, most), LATERAL (
        SELECT v.id, v.call_id, v.queue_id, v.entered_at, v.rank_at, v.prefer_agent_id, v.prefer_until, v.callback, age(c.xmin) < 0 AS younger
        FROM queue_visit v JOIN call c ON c.id = v.call_id
        WHERE v.queue_id = wanted.queue_id AND v.left_at IS NULL AND v.not_before <= $3 AND c.state || '' = 'QUEUED' AND c.visit_id = v.id AND ",
    is_heard!(),
    "
        ORDER BY v.rank_at, v.id LIMIT wanted.most
        FOR NO KEY UPDATE OF c SKIP LOCKED) AS best"
);

/// How many calls a round locks for so many free members.
fn most(free: &[Free], depth: u32) -> i64 {
    i64::try_from(free.len()).map_or(MANY, |free| (free + SPARE).min(MANY)) << (3 * depth)
}

/// The queues with agents to spare: those of which all that could be locked was seen, and whether there are others, too.
pub(super) fn spare(
    by_queue: &HashMap<QueueId, Vec<Free>>,
    seen: &[(Waiting, CallId)],
    chosen: &[(Waiting, Decision)],
    depth: u32,
) -> (Vec<Uuid>, bool) {
    let taken: HashSet<AgentId> =
        chosen.iter().flat_map(|(_, decision)| decision.chosen.iter().copied()).collect();
    let with_agents =
        by_queue.iter().filter(|(_, free)| free.iter().any(|free| !taken.contains(&free.agent)));
    let (all, some): (Vec<_>, Vec<_>) = with_agents.partition(|(queue, free)| {
        let locked = seen.iter().filter(|(row, _)| row.queue == **queue).count();
        (locked as i64) < most(free, depth)
    });
    (all.into_iter().map(|(queue, _)| queue.0).collect(), !some.is_empty())
}

/// Whether calls wait in these queues that somebody else has locked.
pub(super) async fn is_left(unit: &mut Unit, queues: Vec<Uuid>, seen: &[(Waiting, CallId)]) -> Result<bool> {
    if queues.is_empty() {
        return Ok(false);
    }
    let seen: Vec<Uuid> = seen.iter().map(|(row, _)| row.visit.0).collect();
    let now = unit.now;
    let found: Option<Id> = statement(concat!(
        "SELECT v.id FROM queue_visit v JOIN call c ON c.id = v.call_id
         WHERE v.queue_id = ANY($1) AND v.left_at IS NULL AND v.not_before <= $2 AND c.state || '' = 'QUEUED' AND c.visit_id = v.id AND v.id <> ALL($3) AND ",
        is_heard!(),
        " LIMIT 1"
    ))
    .bind::<sql_types::Array<sql_types::Uuid>, _>(queues)
    .bind::<sql_types::Timestamptz, _>(now)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(seen)
    .get_result(unit.connection())
    .await
    .optional()?;
    Ok(found.is_some())
}

/// Of queues in which somebody waits.
pub(super) async fn free_members(unit: &mut Unit, queues: &[Uuid]) -> Result<Vec<Free>> {
    free_by(unit, queues, FREE_WHERE_WANTED).await
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

pub(super) async fn lock_waiting(
    unit: &mut Unit,
    by_queue: &HashMap<QueueId, Vec<Free>>,
    depth: u32,
) -> Result<(Vec<(Waiting, CallId)>, bool)> {
    let now = unit.now;
    let (queues, most): (Vec<Uuid>, Vec<i64>) =
        by_queue.iter().map(|(queue, free)| (queue.0, most(free, depth))).unzip();
    statement("SELECT pg_current_xact_id()").execute(unit.connection()).await?;
    let mut rows: Vec<WaitingRow> = statement(WAITING)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&queues)
        .bind::<sql_types::Array<sql_types::BigInt>, _>(&most)
        .bind::<sql_types::Timestamptz, _>(now)
        .load(unit.connection())
        .await?;
    let before = rows.len();
    rows.retain(|row| !row.younger);
    let again = rows.len() < before;
    rows.sort_by_key(|row| (row.rank_at, row.id));
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let mut refused = refusals(unit, &ids).await?;
    let waiting = rows
        .into_iter()
        .map(|row| {
            let waits = row.prefer_until.is_some_and(|until| until > now);
            let waiting = Waiting {
                visit: row.id,
                queue: row.queue_id,
                entered_at: row.entered_at,
                prefer: row.prefer_agent_id.filter(|_| waits),
                refused: refused.remove(&row.id).unwrap_or_default(),
                callback: row.callback,
            };
            (waiting, row.call_id)
        })
        .collect();
    Ok((waiting, again))
}

/// Who did not take which of these visits a moment ago.
pub(super) async fn refusals(unit: &mut Unit, visits: &[Uuid]) -> Result<HashMap<VisitId, Vec<AgentId>>> {
    if visits.is_empty() {
        return Ok(HashMap::new());
    }
    let since = unit.now - limits::OFFER_AGAIN;
    let pairs: Vec<Pair> = statement(
        "SELECT visit_id, agent_id FROM offer
         WHERE visit_id = ANY($1) AND ended_at > $2 AND state IN ('DECLINED', 'TIMED_OUT', 'FAILED')",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(visits)
    .bind::<sql_types::Timestamptz, _>(since)
    .load(unit.connection())
    .await?;
    let mut refused: HashMap<VisitId, Vec<AgentId>> = HashMap::new();
    for pair in pairs {
        refused.entry(pair.visit_id).or_default().push(pair.agent_id);
    }
    Ok(refused)
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
    let now = unit.now;
    let locked: Vec<Id> = statement(
        "SELECT user_id AS id FROM agent WHERE user_id = ANY($1) ORDER BY user_id FOR NO KEY UPDATE SKIP LOCKED",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .load(unit.connection())
    .await?;
    let ids: Vec<Uuid> = locked.into_iter().map(|it| it.id).collect();
    let free: Vec<Id> = statement(
        "SELECT agent_id AS id FROM agent_activity($2) WHERE agent_id = ANY($1) AND activity = 'AVAILABLE'",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
    .bind::<sql_types::Timestamptz, _>(now)
    .load(unit.connection())
    .await?;
    Ok(free.into_iter().map(|it| AgentId(it.id)).collect())
}

/// Members who are not free, by what they are doing.
pub(super) async fn busy_members(
    unit: &mut Unit,
    queues: &[QueueId],
) -> Result<HashMap<QueueId, Vec<(String, i64)>>> {
    let ids: Vec<Uuid> = queues.iter().map(|id| id.0).collect();
    let found: Vec<Busy> = statement(
        "SELECT m.queue_id, i.activity, count(*) AS members FROM queue_member m
         JOIN agent_interval i ON i.agent_id = m.agent_id AND i.ended_at IS NULL
         WHERE m.queue_id = ANY($1) AND i.activity <> 'AVAILABLE' GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .load(unit.connection())
    .await?;
    let mut busy: HashMap<QueueId, Vec<(String, i64)>> = HashMap::new();
    for it in found {
        let reason = match it.activity.as_str() {
            "OFFLINE" => "offline",
            "AWAY" => "away",
            "RINGING" => "has another offer",
            "ON_CALL" => "on a call",
            _ => "wrapping up",
        };
        busy.entry(it.queue_id).or_default().push((reason.into(), it.members));
    }
    Ok(busy)
}
