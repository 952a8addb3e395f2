//! What a round reads and locks: waiting calls, free members, and what it has to know of the others.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    Queue,
    rules::{Decision, Free, Waiting},
};
use crate::{
    Result,
    agents::Skills,
    db::{Unit, statement},
    ids::{AgentId, CallId, QueueId, VisitId},
    limits,
};

/// Waiting calls of one queue that a round locks beyond one for every free agent, …
const SPARE: i64 = 2;
/// … so many at most. One that has to look further back locks eight times as many, and again …
const MANY: i64 = 100;
/// … up to this.
const MOST: i64 = 800;

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

/// Not where a media worker is sought just now, nor where the contact's connection broke off and nobody else of that side is there: an agent would hear nobody. A call-back
/// has nobody yet.
macro_rules! is_heard {
    () => {
        "c.dispatch_at IS NULL AND (SELECT bool_and(l.state = 'RECONNECTING') FROM leg l WHERE l.call_id = c.id AND l.role IN ('CONTACT', 'GUEST')
            AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING')) IS NOT TRUE"
    };
}

/// Nobody is called back while a queue is closed: `open` says whether it is.
macro_rules! waits {
    () => {
        "v.queue_id = wanted.queue_id AND v.left_at IS NULL AND v.not_before <= $3 AND (wanted.open OR NOT v.callback)
            AND c.state || '' = 'QUEUED' AND c.visit_id = v.id"
    };
}

/// The best of each queue. The lock comes first and the order of the log is that of transaction ids, so this one takes its
/// id before: `age` is negative for a row that a younger transaction wrote. The state is compared as an expression, so
/// that calls are found by id: by statistics of a quiet hour, going through all live calls each time looks cheaper.
const WAITING: &str = concat!(
    "SELECT best.* FROM (SELECT pg_current_xact_id() AS id OFFSET 0) AS mine, unnest((SELECT $1), (SELECT $2), (SELECT $4)) AS wanted(queue_id, most, open), LATERAL (
        SELECT v.id, v.call_id, v.queue_id, v.entered_at, v.rank_at, v.prefer_agent_id, v.prefer_until, v.callback, age(c.xmin) < 0 AS younger
        FROM queue_visit v JOIN call c ON c.id = v.call_id
        WHERE mine.id IS NOT NULL AND ",
    waits!(),
    " AND ",
    is_heard!(),
    "
        ORDER BY v.rank_at, v.id LIMIT wanted.most
        FOR NO KEY UPDATE OF c SKIP LOCKED) AS best"
);

fn is_open(rules: &HashMap<QueueId, Queue>, queue: QueueId, now: DateTime<Utc>) -> bool {
    rules.get(&queue).is_some_and(|queue| queue.hours.open_at(now))
}

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

/// How many calls a round locks for so many able members.
fn most(able: &[AgentId], depth: u32) -> i64 {
    let first = i64::try_from(able.len()).map_or(MANY, |able| (able + SPARE).min(MANY));
    (first << (3 * depth)).min(MOST)
}

/// The queues with agents to spare: those of which all that could be locked was seen, and whether there are others, too.
pub(super) fn spare(
    able: &HashMap<QueueId, Vec<AgentId>>,
    seen: &[(Waiting, CallId)],
    chosen: &[(Waiting, Decision)],
    depth: u32,
) -> (Vec<QueueId>, bool) {
    let taken: HashSet<AgentId> =
        chosen.iter().flat_map(|(_, decision)| decision.chosen.iter().copied()).collect();
    let with_agents = able.iter().filter(|(_, able)| able.iter().any(|agent| !taken.contains(agent)));
    let (all, some): (Vec<_>, Vec<_>) = with_agents.partition(|(queue, able)| {
        let locked = seen.iter().filter(|(row, _)| row.queue == **queue).count();
        (locked as i64) < most(able, depth)
    });
    (all.into_iter().map(|(queue, _)| *queue).collect(), !some.is_empty())
}

/// Whether calls wait in these queues that somebody else has locked.
pub(super) async fn is_left(
    unit: &mut Unit,
    rules: &HashMap<QueueId, Queue>,
    queues: &[QueueId],
    seen: &[(Waiting, CallId)],
) -> Result<bool> {
    if queues.is_empty() {
        return Ok(false);
    }
    let seen: Vec<Uuid> = seen.iter().map(|(row, _)| row.visit.0).collect();
    let now = unit.now;
    let (ids, open): (Vec<Uuid>, Vec<bool>) =
        queues.iter().map(|id| (id.0, is_open(rules, *id, now))).unzip();
    let found: Option<Id> = statement(concat!(
        "SELECT left_over.id FROM unnest((SELECT $1), (SELECT $2)) AS wanted(queue_id, open),
         LATERAL (SELECT v.id FROM queue_visit v JOIN call c ON c.id = v.call_id WHERE ",
        waits!(),
        " AND v.id <> ALL($4) AND ",
        is_heard!(),
        " LIMIT 1) AS left_over LIMIT 1"
    ))
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .bind::<sql_types::Array<sql_types::Bool>, _>(open)
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
    rules: &HashMap<QueueId, Queue>,
    able: &HashMap<QueueId, Vec<AgentId>>,
    depth: u32,
) -> Result<(Vec<(Waiting, CallId)>, bool)> {
    let now = unit.now;
    let (queues, most): (Vec<Uuid>, Vec<i64>) =
        able.iter().map(|(queue, able)| (queue.0, most(able, depth))).unzip();
    let open: Vec<bool> = able.keys().map(|queue| is_open(rules, *queue, now)).collect();
    let mut rows: Vec<WaitingRow> = statement(WAITING)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&queues)
        .bind::<sql_types::Array<sql_types::BigInt>, _>(&most)
        .bind::<sql_types::Timestamptz, _>(now)
        .bind::<sql_types::Array<sql_types::Bool>, _>(&open)
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

/// Those of these visits that no agent would hear now, and why.
pub(super) async fn unheard(unit: &mut Unit, visits: &[Uuid]) -> Result<HashMap<VisitId, &'static str>> {
    #[derive(QueryableByName)]
    struct Unheard {
        #[diesel(sql_type = sql_types::Uuid)]
        id: VisitId,
        #[diesel(sql_type = sql_types::Bool)]
        unserved: bool,
    }
    let found: Vec<Unheard> = statement(concat!(
        "SELECT v.id, c.dispatch_at IS NOT NULL AS unserved FROM queue_visit v JOIN call c ON c.id = v.call_id
         WHERE v.id = ANY($1) AND NOT (",
        is_heard!(),
        ")"
    ))
    .bind::<sql_types::Array<sql_types::Uuid>, _>(visits)
    .load(unit.connection())
    .await?;
    let why = |unserved| match unserved {
        true => "a media worker is sought for the call",
        false => "the contact's connection is being restored",
    };
    Ok(found.into_iter().map(|it| (it.id, why(it.unserved))).collect())
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
        "SELECT agent_id AS id FROM agent_activity($2) WHERE agent_id = ANY ((SELECT $1)::uuid[]) AND activity = 'AVAILABLE'",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
    .bind::<sql_types::Timestamptz, _>(now)
    .load(unit.connection())
    .await?;
    Ok(free.into_iter().map(|it| AgentId(it.id)).collect())
}
