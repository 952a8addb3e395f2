//! Calls that wait, as a round reads and locks them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    Queue, ringing,
    rules::{Decision, Waiting},
};
use crate::{
    Result,
    db::{Unit, statement},
    ids::{AgentId, CallId, QueueId, VisitId},
    limits,
};

/// Waiting calls of one queue that a round locks beyond one for every free agent, …
const SPARE: i64 = 2;
/// … so many at most. One that has to look further back locks eight times as many, …
const MANY: i64 = 20;
/// … and then this.
const MOST: i64 = 800;

/// Which calls a round looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Those that nobody is asked for; so often it has looked further back.
    Waiting(u32),
    /// Those that ring, where everybody is asked.
    Ringing,
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
    since: DateTime<Utc>,
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

/// Not while a media worker is sought for the call, nor while the contact's connection is broken and nobody else of that side
/// is there: an agent would hear nobody. A call-back has neither contact nor worker before an agent takes it.
macro_rules! is_heard {
    () => {
        "c.dispatch_at IS NULL AND (SELECT bool_and(l.state = 'RECONNECTING') FROM leg l WHERE l.call_id = c.id AND l.role IN ('CONTACT', 'GUEST')
            AND l.state IN ('JOINING', 'CONNECTED', 'RECONNECTING')) IS NOT TRUE"
    };
}

/// Visits of the queue `wanted`. Nobody is called back while it is closed: `open` says whether it is.
macro_rules! waits {
    () => {
        "v.queue_id = wanted.queue_id AND v.left_at IS NULL AND v.not_before <= $3 AND (wanted.open OR NOT v.callback)"
    };
}

/// The call of the visit `v`, if it is in this state and may be offered.
macro_rules! offered {
    ($state:literal) => {
        concat!(
            "FROM call c WHERE c.id = v.call_id AND c.state || '' = '",
            $state,
            "' AND c.visit_id = v.id AND ",
            is_heard!()
        )
    };
}

/// The best of each queue. The lock comes first and the order of the log is that of transaction ids, so this one takes its
/// id before: `age` is negative for a row that a younger transaction wrote. Visits are gone through in their order until
/// enough of their calls are locked, each found by its id: the subqueries keep the planner from any other way, which by
/// the statistics of a quiet hour would look cheaper.
macro_rules! best {
    ($state:literal, $which:literal) => {
        concat!(
            "SELECT best.* FROM (SELECT pg_current_xact_id() AS id OFFSET 0) AS mine, unnest($1, $2, $4) AS wanted(queue_id, most, open), LATERAL (
                SELECT v.id, v.call_id, v.queue_id, greatest(v.entered_at, v.not_before) AS since, v.rank_at, v.prefer_agent_id, v.prefer_until, v.callback, c.younger
                FROM (SELECT * FROM queue_visit v WHERE mine.id IS NOT NULL AND ",
            waits!(),
            $which,
            " ORDER BY v.rank_at, v.id OFFSET 0) AS v,
                LATERAL (SELECT age(c.xmin) < 0 AS younger ",
            offered!($state),
            " FOR NO KEY UPDATE SKIP LOCKED) AS c
                LIMIT wanted.most) AS best"
        )
    };
}
const WAITING: &str = best!("QUEUED", "");
/// One that has waited for as long as it may is left to those who ring: newcomers would make it ring on for ever.
const RINGING: &str = best!(
    "RINGING",
    " AND v.leave_by > $3 AND EXISTS (SELECT FROM offer o WHERE o.visit_id = v.id AND o.ended_at IS NULL AND o.state = 'PENDING' OFFSET 0)"
);

fn is_open(rules: &HashMap<QueueId, Queue>, queue: QueueId, now: DateTime<Utc>) -> bool {
    rules.get(&queue).is_some_and(|queue| queue.hours.open_at(now))
}

/// How many calls a round locks for so many able members.
fn most(able: &[AgentId], look: Look) -> i64 {
    let first = i64::try_from(able.len()).map_or(MANY, |able| (able + SPARE).min(MANY));
    match look {
        Look::Waiting(0) => first,
        Look::Waiting(1) | Look::Ringing => 8 * first,
        Look::Waiting(_) => MOST,
    }
}

/// The queues with agents to spare: those of which all that could be locked was seen, and whether there are others, too.
/// None once the calls that ring have been looked at, which are the last to be.
pub(super) fn spare(
    able: &HashMap<QueueId, Vec<AgentId>>,
    seen: &[(Waiting, CallId)],
    chosen: &[(Waiting, Decision)],
    look: Look,
) -> (Vec<QueueId>, bool) {
    if look == Look::Ringing {
        return (Vec::new(), false);
    }
    let taken: HashSet<AgentId> =
        chosen.iter().flat_map(|(_, decision)| decision.chosen.iter().copied()).collect();
    let with_agents = able.iter().filter(|(_, able)| able.iter().any(|agent| !taken.contains(agent)));
    let (all, some): (Vec<_>, Vec<_>) = with_agents.partition(|(queue, able)| {
        let locked = seen.iter().filter(|(row, _)| row.queue == **queue).count();
        (locked as i64) < most(able, look)
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
        "SELECT left_over.id FROM unnest($1, $2) AS wanted(queue_id, open),
         LATERAL (SELECT v.id FROM queue_visit v WHERE ",
        waits!(),
        " AND v.id <> ALL($4) AND EXISTS (SELECT ",
        offered!("QUEUED"),
        " OFFSET 0) LIMIT 1) AS left_over LIMIT 1"
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

pub(super) async fn lock_waiting(
    unit: &mut Unit,
    rules: &HashMap<QueueId, Queue>,
    able: &HashMap<QueueId, Vec<AgentId>>,
    look: Look,
) -> Result<(Vec<(Waiting, CallId)>, bool)> {
    let now = unit.now;
    let (queues, most): (Vec<Uuid>, Vec<i64>) =
        able.iter().map(|(queue, able)| (queue.0, most(able, look))).unzip();
    let open: Vec<bool> = able.keys().map(|queue| is_open(rules, *queue, now)).collect();
    let query = if look == Look::Ringing { RINGING } else { WAITING };
    let mut rows: Vec<WaitingRow> = statement(query)
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
    let (mut refused, mut rings) = match look {
        Look::Waiting(_) => (refusals(unit, &ids).await?, HashMap::new()),
        Look::Ringing => (ringing::refusals(unit, &ids).await?, ringing::rings(unit, &ids).await?),
    };
    rows.retain(|row| look != Look::Ringing || rings.contains_key(&row.id));
    let waiting = rows
        .into_iter()
        .map(|row| {
            let waits = row.prefer_until.is_some_and(|until| until > now);
            let waiting = Waiting {
                visit: row.id,
                queue: row.queue_id,
                since: row.since,
                prefer: row.prefer_agent_id.filter(|_| waits),
                refused: refused.remove(&row.id).unwrap_or_default(),
                callback: row.callback,
                rings: rings.remove(&row.id),
            };
            (waiting, row.call_id)
        })
        .collect();
    Ok((waiting, again))
}

const REFUSED: &str = "SELECT visit_id, agent_id FROM offer
    WHERE visit_id = ANY($1) AND ended_at > $2 AND state IN ('DECLINED', 'TIMED_OUT', 'FAILED')";

/// Who did not take which of these visits a moment ago.
pub(super) async fn refusals(unit: &mut Unit, visits: &[Uuid]) -> Result<HashMap<VisitId, Vec<AgentId>>> {
    refused_by(unit, visits, REFUSED).await
}

/// By a statement that takes the visits, and since when it counts.
pub(super) async fn refused_by(
    unit: &mut Unit,
    visits: &[Uuid],
    query: &'static str,
) -> Result<HashMap<VisitId, Vec<AgentId>>> {
    if visits.is_empty() {
        return Ok(HashMap::new());
    }
    let since = unit.now - limits::OFFER_AGAIN;
    let pairs: Vec<Pair> = statement(query)
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
