//! Presence: somebody follows an agent's offers just now.

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{AgentActivity, AgentStatus};
use crate::{
    Platform, Result,
    db::{
        schema::{agent, agent_interval, agent_presence},
        statement,
    },
    ids::AgentId,
    limits,
};

impl Platform {
    /// Renews the presence of agents whose offers this process serves. One that had lapsed, or is new, takes effect at
    /// once.
    pub async fn be_present(&self, agents: &[AgentId]) -> Result<()> {
        if agents.is_empty() {
            return Ok(());
        }
        let mut ids: Vec<Uuid> = agents.iter().map(|agent| agent.0).collect();
        // One order, so that two processes with tabs of the same agents do not wait for each other.
        ids.sort_unstable();
        ids.dedup();
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        statement(
            "INSERT INTO agent_presence (agent_id, until) SELECT user_id, $2 FROM agent WHERE user_id = ANY($1) ORDER BY user_id
             ON CONFLICT (agent_id) DO UPDATE SET until = greatest(agent_presence.until, excluded.until)",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
        .bind::<sql_types::Timestamptz, _>(now + limits::PRESENCE)
        .execute(&mut connection)
        .await?;
        let back: Vec<AgentId> = agent_interval::table
            .inner_join(agent::table.on(agent::user_id.eq(agent_interval::agent_id)))
            .filter(agent_interval::agent_id.eq_any(&ids))
            .filter(agent_interval::ended_at.is_null())
            .filter(agent_interval::activity.eq(AgentActivity::Offline))
            .filter(agent::status.ne(AgentStatus::Offline))
            .select(agent_interval::agent_id)
            .load(&mut connection)
            .await?;
        drop(connection);
        if back.is_empty() {
            return Ok(());
        }
        let mut unit = self.begin().await?;
        for agent in back {
            unit.touch(agent);
        }
        unit.commit().await
    }

    /// Presence that lapsed long ago is no longer of use.
    pub async fn forget_absent(&self) -> Result<usize> {
        let before = self.clock.now() - limits::PRESENCE_KEPT;
        let mut connection = self.db.get().await?;
        Ok(diesel::delete(agent_presence::table.filter(agent_presence::until.lt(before)))
            .execute(&mut connection)
            .await?)
    }
}
