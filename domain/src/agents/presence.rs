//! Presence: somebody follows an agent's offers just now.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
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
    /// These agents are heard from just now.
    pub async fn be_present(&self, agents: &[AgentId]) -> Result<()> {
        let now = self.clock.now();
        let heard: Vec<_> = agents.iter().map(|&agent| (agent, now)).collect();
        self.heard_from(&heard).await
    }

    /// Renews the presence of agents whose offers this process serves: it lasts so long after the last sign of life, and not
    /// after the renewal. One that had lapsed, or is new, takes effect at once.
    pub async fn heard_from(&self, clients: &[(AgentId, DateTime<Utc>)]) -> Result<()> {
        let now = self.clock.now();
        // One order, so that two processes with tabs of the same agents do not wait for each other.
        let mut lapses: BTreeMap<Uuid, DateTime<Utc>> = BTreeMap::new();
        for &(agent, heard) in clients {
            let at = heard + limits::PRESENCE;
            // Whoever has been silent for longer is absent already.
            if at > now {
                let latest = lapses.entry(agent.0).or_insert(at);
                *latest = at.max(*latest);
            }
        }
        if lapses.is_empty() {
            return Ok(());
        }
        let (ids, until): (Vec<Uuid>, Vec<DateTime<Utc>>) = lapses.into_iter().unzip();
        let mut connection = self.db.get().await?;
        statement(
            "INSERT INTO agent_presence (agent_id, until) SELECT user_id, heard.until
                FROM unnest($1::uuid[], $2::timestamptz[]) AS heard (agent_id, until) JOIN agent ON user_id = heard.agent_id ORDER BY user_id
             ON CONFLICT (agent_id) DO UPDATE SET until = greatest(agent_presence.until, excluded.until),
                presumed = agent_presence.presumed AND excluded.until <= agent_presence.until",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&ids)
        .bind::<sql_types::Array<sql_types::Timestamptz>, _>(&until)
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
