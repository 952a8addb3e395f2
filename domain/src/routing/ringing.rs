//! Calls that ring where everybody is asked, as a round reads them to ask newcomers, too: whoever has become free, a member or
//! able since. A newcomer has the whole time of an offer; nobody is asked twice in the same ringing, so that it comes to an
//! end; and whoever could take a call that nobody is asked for is left to that one.

use std::collections::{HashMap, HashSet};

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    Explanation,
    rules::{Free, Rings},
    waiting::{Id, refused_by},
};
use crate::{
    Platform, Result,
    db::{Unit, schema::queue_visit, statement},
    ids::{AgentId, QueueId, VisitId},
};

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = sql_types::Uuid)]
    visit_id: VisitId,
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Integer>)]
    tier: Option<i32>,
}

impl Platform {
    /// Whether a call rings in one of these queues where everybody is asked: mostly none does, and a look costs a statement
    /// instead of a round's.
    pub(super) async fn rings_together(&self, queues: &[QueueId]) -> Result<bool> {
        let ids: Vec<Uuid> = queues.iter().map(|id| id.0).collect();
        let mut connection = self.db.get().await?;
        let found: Vec<Id> = statement(
            "SELECT q.id FROM unnest((SELECT $1)) AS asked(id) JOIN queue q USING (id) WHERE q.strategy = 'RING_ALL' AND EXISTS (
                SELECT FROM queue_visit v WHERE v.queue_id = q.id AND v.left_at IS NULL AND EXISTS (
                    SELECT FROM offer o WHERE o.visit_id = v.id AND o.ended_at IS NULL AND o.state = 'PENDING' OFFSET 0) OFFSET 0) LIMIT 1",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .load(&mut connection)
        .await?;
        Ok(!found.is_empty())
    }
}

/// Whom these visits, whose calls are locked, ring at.
pub(super) async fn rings(unit: &mut Unit, visits: &[Uuid]) -> Result<HashMap<VisitId, Rings>> {
    if visits.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<Asked> = statement(
        "SELECT v.id AS visit_id, o.agent_id, m.tier FROM queue_visit v JOIN offer o ON o.visit_id = v.id
         LEFT JOIN queue_member m ON m.queue_id = v.queue_id AND m.agent_id = o.agent_id
         WHERE v.id = ANY($1) AND o.ended_at IS NULL AND o.state = 'PENDING'",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(visits)
    .load(unit.connection())
    .await?;
    let mut explained: HashMap<VisitId, Option<Explanation>> = queue_visit::table
        .filter(queue_visit::id.eq_any(visits))
        .select((queue_visit::id, queue_visit::routing))
        .load::<(VisitId, Option<Explanation>)>(unit.connection())
        .await?
        .into_iter()
        .collect();
    let mut rings: HashMap<VisitId, Rings> = HashMap::new();
    for Asked { visit_id, agent_id, tier } in asked {
        let new = || Rings { agents: Vec::new(), explanation: explained.remove(&visit_id).flatten() };
        rings.entry(visit_id).or_insert_with(new).agents.push((agent_id, tier));
    }
    Ok(rings)
}

/// Who did not take which of these visits, since it began to ring or a moment ago.
pub(super) async fn refusals(unit: &mut Unit, visits: &[Uuid]) -> Result<HashMap<VisitId, Vec<AgentId>>> {
    let query = "SELECT o.visit_id, o.agent_id FROM queue_visit v
        JOIN call_interval i ON i.call_id = v.call_id AND i.ended_at IS NULL
        JOIN offer o ON o.visit_id = v.id AND o.ended_at > least($2, i.started_at)
        WHERE v.id = ANY($1) AND o.state IN ('DECLINED', 'TIMED_OUT', 'FAILED')";
    refused_by(unit, visits, query).await
}

/// Leaves out those for whom a call waits in a queue that this round does not look at: it goes before one that rings.
pub(super) async fn leave_to_others(
    unit: &mut Unit,
    queues: &[Uuid],
    by_queue: &mut HashMap<QueueId, Vec<Free>>,
) -> Result<()> {
    let agents: Vec<Uuid> = by_queue.values().flatten().map(|free| free.agent.0).collect();
    if agents.is_empty() {
        return Ok(());
    }
    let now = unit.now;
    let wanted: Vec<Id> = statement(
        "SELECT agent_id AS id FROM unnest((SELECT $1)) AS free(agent_id) WHERE EXISTS (
            SELECT FROM queue_member m WHERE m.agent_id = free.agent_id AND m.queue_id <> ALL($2) AND EXISTS (
                SELECT FROM queue_visit v JOIN call c ON c.id = v.call_id
                WHERE v.queue_id = m.queue_id AND v.left_at IS NULL AND v.not_before <= $3 AND c.state = 'QUEUED' OFFSET 0) OFFSET 0)",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(agents)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(queues)
    .bind::<sql_types::Timestamptz, _>(now)
    .load(unit.connection())
    .await?;
    let wanted: HashSet<Uuid> = wanted.into_iter().map(|it| it.id).collect();
    for free in by_queue.values_mut() {
        free.retain(|it| !wanted.contains(&it.agent.0));
    }
    Ok(())
}
