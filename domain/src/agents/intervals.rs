//! What agents did, stretch by stretch: the record as it is read.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::AgentActivity;
use crate::{
    Platform, Result,
    db::{schema::agent_interval, statement},
    ids::{AgentId, CallId},
    page::{Key, Page, Slice},
};

/// A stretch of what an agent did.
#[derive(Debug, Clone, QueryableByName)]
pub struct AgentInterval {
    #[diesel(sql_type = sql_types::BigInt)]
    id: i64,
    #[diesel(sql_type = sql_types::Uuid)]
    pub agent_id: AgentId,
    #[diesel(sql_type = sql_types::Text)]
    pub activity: AgentActivity,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub reason: Option<String>,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub started_at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub ended_at: Option<DateTime<Utc>>,
    /// The call that rang, was talked in or wrapped up when it began.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    pub call_id: Option<CallId>,
}

/// Stretches that began from an instant on, and before another; none: without bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// A stretch is recorded without its call: that is found again by what began it, an offer, a leg or a wrap-up. Legs that are
/// over are found by when that was, the others have an index of their own.
const INTERVALS: &str = "SELECT i.id, i.agent_id, i.activity, i.reason, i.started_at, i.ended_at,
        CASE i.activity
            WHEN 'RINGING' THEN (SELECT o.call_id FROM offer o WHERE o.agent_id = i.agent_id AND o.created_at <= i.started_at
                ORDER BY o.created_at DESC LIMIT 1)
            WHEN 'ON_CALL' THEN coalesce(
                (SELECT l.call_id FROM leg l WHERE l.user_id = i.agent_id AND l.role = 'AGENT' AND l.state = 'LEFT'
                    AND l.left_at > i.started_at AND l.invited_at <= i.started_at ORDER BY l.left_at LIMIT 1),
                (SELECT l.call_id FROM leg l WHERE l.user_id = i.agent_id AND l.role = 'AGENT' AND l.state <> 'LEFT'
                    AND l.invited_at <= i.started_at ORDER BY l.id LIMIT 1))
            WHEN 'WRAP_UP' THEN (SELECT w.call_id FROM wrap_up w WHERE w.agent_id = i.agent_id AND w.started_at <= i.started_at
                ORDER BY w.started_at DESC LIMIT 1)
        END AS call_id
    FROM unnest($1::uuid[]) AS of (id) CROSS JOIN LATERAL (
        SELECT * FROM agent_interval WHERE agent_id = of.id
            AND started_at >= coalesce($2::timestamptz, '-infinity') AND started_at < coalesce($3::timestamptz, 'infinity')
            AND (started_at, id) < (coalesce($4::timestamptz, 'infinity'), $5)
        ORDER BY started_at DESC, id DESC LIMIT $6
    ) AS i ORDER BY i.started_at DESC, i.id DESC";

impl Platform {
    /// The same page of what several agents did, the newest first. Read forwards only.
    ///
    /// # Errors
    /// INVALID for a cursor of another list.
    pub async fn intervals_of_agents(
        &self,
        agents: &[AgentId],
        span: Span,
        slice: &Slice,
    ) -> Result<HashMap<AgentId, Page<AgentInterval>>> {
        let ids: Vec<Uuid> = agents.iter().map(|agent| agent.0).collect();
        let after = slice.after.as_ref();
        let mut connection = self.db.get().await?;
        let rows: Vec<AgentInterval> = statement(INTERVALS)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(span.from)
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(span.to)
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(after.map(Key::instant).transpose()?)
            .bind::<sql_types::BigInt, _>(after.map_or(0, |key| key.id.as_u64_pair().1.cast_signed()))
            .bind::<sql_types::BigInt, _>(slice.limit + 1)
            .load(&mut connection)
            .await?;
        let pages = agents.iter().map(|&agent| {
            let own = rows.iter().filter(|row| row.agent_id == agent).cloned().collect();
            // Numbered, and keys have room for a UUID.
            let number = |row: &AgentInterval| Uuid::from_u64_pair(0, row.id.cast_unsigned());
            (agent, slice.page(own, |row: &AgentInterval| Key::at(row.started_at, number(row))))
        });
        Ok(pages.collect())
    }

    pub async fn count_intervals(&self, agent: AgentId, span: Span) -> Result<i64> {
        let mut query = agent_interval::table.filter(agent_interval::agent_id.eq(agent)).into_boxed();
        if let Some(from) = span.from {
            query = query.filter(agent_interval::started_at.ge(from));
        }
        if let Some(to) = span.to {
            query = query.filter(agent_interval::started_at.lt(to));
        }
        let mut connection = self.db.get().await?;
        Ok(query.count().get_result(&mut connection).await?)
    }
}
