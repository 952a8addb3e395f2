//! What agents did today.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{Platform, Result, db::statement, ids::AgentId, routing};

/// An agent's day, from the intervals that began in it.
#[derive(Debug, Clone, Default, QueryableByName)]
pub struct AgentDay {
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: Uuid,
    #[diesel(sql_type = sql_types::BigInt)]
    pub handled: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub missed: i64,
    #[diesel(sql_type = sql_types::Double)]
    pub call_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub wrap_up_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub available_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub away_seconds: f64,
}

const DAYS: &str = "SELECT of.agent_id,
        (SELECT count(*) FROM queue_visit WHERE agent_id = of.agent_id AND left_at >= of.since AND outcome = 'ANSWERED') AS handled,
        (SELECT count(*) FROM offer WHERE agent_id = of.agent_id AND created_at >= of.since AND state = 'TIMED_OUT') AS missed,
        coalesce(sum(seconds) FILTER (WHERE activity = 'ON_CALL'), 0)::float8 AS call_seconds,
        coalesce(sum(seconds) FILTER (WHERE activity = 'WRAP_UP'), 0)::float8 AS wrap_up_seconds,
        coalesce(sum(seconds) FILTER (WHERE activity = 'AVAILABLE'), 0)::float8 AS available_seconds,
        coalesce(sum(seconds) FILTER (WHERE activity = 'AWAY'), 0)::float8 AS away_seconds
    FROM unnest($1::uuid[], $2::timestamptz[]) AS of (agent_id, since)
    LEFT JOIN LATERAL (SELECT activity, extract(epoch FROM coalesce(ended_at, $3) - started_at) AS seconds
        FROM agent_interval i WHERE i.agent_id = of.agent_id AND i.started_at >= of.since) AS stretch ON true
    GROUP BY of.agent_id, of.since";

impl Platform {
    /// What agents did since midnight, each in a time zone; an unknown zone counts as UTC.
    pub async fn agents_today(&self, asked: &[(AgentId, &str)]) -> Result<HashMap<AgentId, AgentDay>> {
        let now = self.clock.now();
        let (ids, since): (Vec<Uuid>, Vec<DateTime<Utc>>) =
            asked.iter().map(|(agent, zone)| (agent.0, routing::midnight(now, zone))).unzip();
        let mut connection = self.db.get().await?;
        let days: Vec<AgentDay> = statement(DAYS)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Array<sql_types::Timestamptz>, _>(since)
            .bind::<sql_types::Timestamptz, _>(now)
            .load(&mut connection)
            .await?;
        Ok(days.into_iter().map(|day| (AgentId(day.agent_id), day)).collect())
    }

    /// The same of one agent.
    pub async fn agent_today(&self, id: AgentId, zone: &str) -> Result<AgentDay> {
        Ok(self.agents_today(&[(id, zone)]).await?.remove(&id).unwrap_or_default())
    }
}
