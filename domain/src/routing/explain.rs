//! Why a call went where it went.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::{
    Inputs, Members, RoutingStrategy, Visit,
    rules::{Decision, NAMED, Rings},
};
use crate::{
    Platform, Result,
    agents::Skills,
    db::{json_column, schema::queue_visit, statement},
    ids::AgentId,
};

/// What nobody was asked for is explained anew every so long, …
const EXPLAINED: TimeDelta = TimeDelta::seconds(30);
/// … so many at once.
const AT_ONCE: i64 = 50;

/// Visits that nobody was ever asked for, and that were not explained lately: those who wait longest first.
const UNEXPLAINED: &str = "SELECT v.id FROM queue_visit v
    WHERE v.left_at IS NULL AND (v.routing IS NULL OR (v.routing->>'decided_at')::timestamptz < $1) AND v.entered_at < $1
        AND NOT EXISTS (SELECT FROM offer o WHERE o.visit_id = v.id)
    ORDER BY v.entered_at LIMIT $2";

/// A round that decided meanwhile knows better, and one that decides just now is not waited for.
const KEEP: &str = "WITH free AS MATERIALIZED (
        SELECT v.id, given.routing FROM unnest($1, $2) AS given(id, routing) JOIN queue_visit v USING (id)
        WHERE v.left_at IS NULL AND (v.routing IS NULL OR (v.routing->>'decided_at')::timestamptz < $3)
        FOR NO KEY UPDATE OF v SKIP LOCKED
    )
    UPDATE queue_visit v SET routing = free.routing FROM free WHERE v.id = free.id";

/// A decision of routing, as it is kept with the visit.
#[derive(
    Debug,
    Clone,
    PartialEq,
    serde::Serialize,
    serde::Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Jsonb)]
pub struct Explanation {
    pub decided_at: DateTime<Utc>,
    pub strategy: RoutingStrategy,
    /// How often the levels asked for had been lowered.
    pub step: i32,
    /// What was asked for at that step.
    pub required: Skills,
    /// The first candidates by rank.
    pub candidates: Vec<Considered>,
    /// The other members, as counts by reason.
    pub skipped: Vec<(String, i64)>,
    pub estimate: Inputs,
}
json_column!(Explanation);

/// A free member who could have taken the call.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Considered {
    pub agent: AgentId,
    pub chosen: bool,
    pub reason: String,
    pub idle_seconds: f64,
    /// The sum of the levels in the skills asked for; none when none is.
    pub skill_level: Option<i32>,
    pub tier: i32,
}

impl Explanation {
    pub(super) fn of(
        strategy: RoutingStrategy,
        decision: &Decision,
        members: &Members,
        estimate: Inputs,
        now: DateTime<Utc>,
    ) -> Self {
        let skipped = decision.skipped.iter().map(|(reason, count)| ((*reason).to_owned(), *count));
        Self {
            decided_at: now,
            strategy,
            step: decision.step,
            required: decision.required.clone(),
            candidates: decision.considered.clone(),
            skipped: skipped.chain(members.busy()).collect(),
            estimate,
        }
    }

    /// Of newcomers to a call that rings: those at whom it rings already stand before them, as it was said when they were
    /// asked, and it has the place that it had then.
    pub(super) fn beside(mut self, rings: Rings) -> Self {
        let Some(mut before) = rings.explanation else { return self };
        before.candidates.retain(|it| it.chosen && rings.agents.iter().any(|(agent, _)| *agent == it.agent));
        before.candidates.append(&mut self.candidates);
        for cut in before.candidates.drain(before.candidates.len().min(NAMED)..) {
            match self.skipped.iter_mut().find(|(reason, _)| *reason == cut.reason) {
                Some((_, count)) => *count += 1,
                None => self.skipped.push((cut.reason, 1)),
            }
        }
        self.candidates = before.candidates;
        self.estimate.position = before.estimate.position;
        self
    }
}

impl Platform {
    /// Keeps with those who wait in vain why nobody is asked: else it would be forgotten when they give up. Returns how many.
    pub async fn explain_waiting(&self) -> Result<usize> {
        let before = self.clock.now() - EXPLAINED;
        let mut connection = self.db.get().await?;
        let ids: Vec<super::waiting::Id> = statement(UNEXPLAINED)
            .bind::<sql_types::Timestamptz, _>(before)
            .bind::<sql_types::BigInt, _>(AT_ONCE)
            .load(&mut connection)
            .await?;
        let ids: Vec<uuid::Uuid> = ids.into_iter().map(|it| it.id).collect();
        let visits: Vec<Visit> = queue_visit::table
            .filter(queue_visit::id.eq_any(&ids))
            .select(Visit::as_select())
            .load(&mut connection)
            .await?;
        drop(connection);
        let explained = self.explain(&visits).await?;
        let (visits, routing): (Vec<uuid::Uuid>, Vec<serde_json::Value>) = visits
            .iter()
            .zip(explained)
            .filter_map(|(visit, said)| Some((visit.id.0, serde_json::to_value(said?).ok()?)))
            .unzip();
        let mut connection = self.db.get().await?;
        Ok(statement(KEEP)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(&visits)
            .bind::<sql_types::Array<sql_types::Jsonb>, _>(&routing)
            .bind::<sql_types::Timestamptz, _>(before)
            .execute(&mut connection)
            .await?)
    }
}
