//! What agents did today.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{Platform, Result, db::statement, ids::AgentId, routing};

/// An agent's day: the intervals that began in it, of the agent and of the calls in which the agent was connected.
#[derive(Debug, Clone, Default, QueryableByName)]
pub struct AgentDay {
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: Uuid,
    /// Calls with somebody outside in which the agent first talked today, each once.
    #[diesel(sql_type = sql_types::BigInt)]
    pub handled: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    pub missed: i64,
    #[diesel(sql_type = sql_types::Double)]
    pub talk_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub hold_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub wrap_up_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub available_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub away_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub ringing_seconds: f64,
    /// By the clock on the wall: several calls at once count once, and so does one among colleagues.
    #[diesel(sql_type = sql_types::Double)]
    pub on_call_seconds: f64,
    #[diesel(sql_type = sql_types::Double)]
    pub offline_seconds: f64,
    #[diesel(sql_type = sql_types::Array<sql_types::Nullable<sql_types::Text>>)]
    away_reasons: Vec<Option<String>>,
    /// One for each of the reasons.
    #[diesel(sql_type = sql_types::Array<sql_types::Double>)]
    away_reason_seconds: Vec<f64>,
}

impl AgentDay {
    /// Seconds away by reason, the longest first.
    pub fn away_by_reason(&self) -> impl Iterator<Item = (Option<&str>, f64)> {
        self.away_reasons.iter().map(Option::as_deref).zip(self.away_reason_seconds.iter().copied())
    }

    /// Seconds with a call in hand, from its first ring to the end of the work after it.
    #[must_use]
    pub fn occupied_seconds(&self) -> f64 {
        self.ringing_seconds + self.on_call_seconds + self.wrap_up_seconds
    }
}

/// A call's talk and hold count for an agent while the agent has a leg in it. One to whom it is transferred has it from the
/// completion on: who was merely asked has handled nothing. Legs that are over are found by when that was, the others have an
/// index of their own.
const DAYS: &str = "SELECT of.agent_id, calls.handled, calls.talk_seconds, calls.hold_seconds,
        (SELECT count(*) FROM offer WHERE agent_id = of.agent_id AND created_at >= of.since AND state = 'TIMED_OUT') AS missed,
        spent.*
    FROM unnest($1::uuid[], $2::timestamptz[]) AS of (agent_id, since)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(seconds) FILTER (WHERE activity = 'WRAP_UP'), 0)::float8 AS wrap_up_seconds,
            coalesce(sum(seconds) FILTER (WHERE activity = 'AVAILABLE'), 0)::float8 AS available_seconds,
            coalesce(sum(seconds) FILTER (WHERE activity = 'AWAY'), 0)::float8 AS away_seconds,
            coalesce(sum(seconds) FILTER (WHERE activity = 'RINGING'), 0)::float8 AS ringing_seconds,
            coalesce(sum(seconds) FILTER (WHERE activity = 'ON_CALL'), 0)::float8 AS on_call_seconds,
            coalesce(sum(seconds) FILTER (WHERE activity = 'OFFLINE'), 0)::float8 AS offline_seconds,
            coalesce(array_agg(reason ORDER BY seconds DESC, reason) FILTER (WHERE activity = 'AWAY'), '{}') AS away_reasons,
            coalesce(array_agg(seconds::float8 ORDER BY seconds DESC, reason) FILTER (WHERE activity = 'AWAY'), '{}') AS away_reason_seconds
        FROM (SELECT activity, reason, sum(extract(epoch FROM coalesce(ended_at, $3) - started_at)) AS seconds
            FROM agent_interval i WHERE i.agent_id = of.agent_id AND i.started_at >= of.since GROUP BY activity, reason) AS stretch
    ) AS spent
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE talked_at >= of.since) AS handled,
            coalesce(sum(talk), 0)::float8 AS talk_seconds,
            coalesce(sum(hold) FILTER (WHERE talked_at IS NOT NULL), 0)::float8 AS hold_seconds
        FROM (
            SELECT min(began) FILTER (WHERE kind = 'TALK') AS talked_at,
                sum(extract(epoch FROM ended - began)) FILTER (WHERE kind = 'TALK' AND began >= of.since) AS talk,
                sum(extract(epoch FROM ended - began)) FILTER (WHERE kind = 'HOLD' AND began >= of.since) AS hold
            FROM (
                SELECT l.call_id, i.kind, greatest(i.started_at, l.connected_at, t.ended_at) AS began,
                    coalesce(least(i.ended_at, l.left_at), $3) AS ended
                FROM (
                    SELECT call_id, connected_at, left_at FROM leg
                    WHERE user_id = of.agent_id AND role = 'AGENT' AND state <> 'LEFT' AND connected_at IS NOT NULL
                    UNION ALL
                    SELECT call_id, connected_at, left_at FROM leg
                    WHERE user_id = of.agent_id AND role = 'AGENT' AND state = 'LEFT' AND left_at >= of.since AND connected_at IS NOT NULL
                ) AS l
                JOIN call c ON c.id = l.call_id AND c.direction <> 'INTERNAL'
                JOIN call_interval i ON i.call_id = l.call_id AND i.kind IN ('TALK', 'HOLD')
                LEFT JOIN transfer t ON t.call_id = l.call_id AND t.to_agent_id = of.agent_id AND t.connected_at = l.connected_at
                WHERE t.state IS NULL OR t.state = 'COMPLETED'
            ) AS piece
            WHERE ended > began
            GROUP BY call_id
        ) AS each
    ) AS calls";

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
