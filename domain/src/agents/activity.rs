//! What agents are doing, recorded: the one place that turns `agent_interval`, whose first row comes with the account.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::{AgentActivity, AgentStatus};
use crate::{
    Platform, Result,
    db::{Unit, schema::agent, statement},
    events::Aggregate,
    ids::AgentId,
};

#[derive(QueryableByName)]
struct Turned {
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
    #[diesel(sql_type = sql_types::Text)]
    activity: AgentActivity,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
}

/// What was chosen for afterwards takes effect, now that nothing engages the agent any more.
const APPLY_NEXT: &str = "UPDATE agent SET status = next_status, reason = next_reason, next_status = NULL, next_reason = NULL
    FROM agent_activity($2) AS now
    WHERE agent.user_id = ANY($1) AND agent.next_status IS NOT NULL AND now.agent_id = agent.user_id AND NOT now.engaged";

/// Closes the open interval of each agent who does something else now and opens the next one at the same instant.
const TURN: &str = "WITH now AS MATERIALIZED (
        SELECT agent_id, activity, reason FROM agent_activity($2) WHERE agent_id = ANY ((SELECT $1)::uuid[])
    ), closed AS (
        UPDATE agent_interval AS was SET ended_at = greatest($2, was.started_at) FROM now
        WHERE was.agent_id = now.agent_id AND was.ended_at IS NULL
            AND (was.activity, was.reason) IS DISTINCT FROM (now.activity, now.reason)
        RETURNING was.agent_id, was.activity AS before, was.ended_at AS at
    ), idle AS (
        UPDATE agent SET idle_since = closed.at FROM closed JOIN now USING (agent_id)
        WHERE agent.user_id = closed.agent_id AND now.activity = 'AVAILABLE' AND closed.before <> 'RINGING'
    )
    INSERT INTO agent_interval (agent_id, activity, reason, started_at)
    SELECT agent_id, now.activity, now.reason, closed.at FROM closed JOIN now USING (agent_id)
    RETURNING agent_id, activity";

/// Records what these agents are doing now, tells of those who changed, and has free ones routed to after the commit.
/// Their rows stay locked until then, so that two units cannot each miss what the other did.
pub(crate) async fn settle(unit: &mut Unit, agents: &[AgentId]) -> Result<()> {
    let ids: Vec<Uuid> = agents.iter().map(|agent| agent.0).collect();
    let now = unit.now;
    let next: Vec<Option<AgentStatus>> = agent::table
        .filter(agent::user_id.eq_any(&ids))
        .order(agent::user_id)
        .select(agent::next_status)
        .for_no_key_update()
        .load(unit.connection())
        .await?;
    if next.iter().any(Option::is_some) {
        statement(APPLY_NEXT)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
            .bind::<sql_types::Timestamptz, _>(now)
            .execute(unit.connection())
            .await?;
    }
    let turned: Vec<Turned> = statement(TURN)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
        .bind::<sql_types::Timestamptz, _>(now)
        .load(unit.connection())
        .await?;
    for turned in &turned {
        if turned.activity == AgentActivity::Available {
            unit.route_to(turned.agent_id);
        }
    }
    let news = turned
        .iter()
        .map(|it| (it.agent_id.0, 0, json!({ "agentId": it.agent_id, "activity": it.activity })))
        .collect();
    unit.events(Aggregate::Agent, "ACTIVITY", news);
    Ok(())
}

impl Platform {
    /// Agents whose presence has lapsed are OFFLINE from now on. Returns how many.
    pub async fn settle_absent(&self) -> Result<usize> {
        use crate::db::schema::{agent_interval, agent_presence};
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let lapsed: Vec<AgentId> = agent_presence::table
            .inner_join(agent_interval::table.on(agent_interval::agent_id.eq(agent_presence::agent_id)))
            .filter(agent_interval::ended_at.is_null().and(agent_presence::until.le(now)))
            .filter(agent_interval::activity.eq_any([AgentActivity::Available, AgentActivity::Away]))
            .select(agent_interval::agent_id)
            .limit(500)
            .load(&mut connection)
            .await?;
        drop(connection);
        self.settle_all(lapsed).await
    }

    async fn settle_all(&self, agents: Vec<AgentId>) -> Result<usize> {
        if agents.is_empty() {
            return Ok(0);
        }
        let mut unit = self.begin().await?;
        for &agent in &agents {
            unit.touch(agent);
        }
        unit.commit().await?;
        Ok(agents.len())
    }

    /// Settles those whose record differs from what is true, whatever fault left it so. Returns how many.
    pub async fn settle_agents(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let differ: Vec<Found> = statement(
            "SELECT now.agent_id FROM agent_activity($1) AS now JOIN agent_interval AS was USING (agent_id)
             WHERE was.ended_at IS NULL AND (was.activity, was.reason) IS DISTINCT FROM (now.activity, now.reason)
             ORDER BY now.agent_id LIMIT 500",
        )
        .bind::<sql_types::Timestamptz, _>(now)
        .load(&mut connection)
        .await?;
        drop(connection);
        self.settle_all(differ.into_iter().map(|found| found.agent_id).collect()).await
    }

    /// When the presence of somebody lapses next.
    pub(crate) async fn next_lapse(&self) -> Result<Option<DateTime<Utc>>> {
        use crate::db::schema::{agent_interval, agent_presence};
        let mut connection = self.db.get().await?;
        Ok(agent_presence::table
            .inner_join(agent_interval::table.on(agent_interval::agent_id.eq(agent_presence::agent_id)))
            .filter(agent_interval::ended_at.is_null())
            .filter(agent_interval::activity.eq_any([AgentActivity::Available, AgentActivity::Away]))
            .select(diesel::dsl::min(agent_presence::until))
            .first(&mut connection)
            .await?)
    }
}
