//! Why a call went where it went.

use chrono::{DateTime, Utc};

use super::{Inputs, RoutingStrategy, rules::Decision};
use crate::{agents::Skills, db::json_column, ids::AgentId};

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
    /// `busy` counts the members who were not free, by what they were doing.
    pub(super) fn of(
        strategy: RoutingStrategy,
        decision: &Decision,
        busy: &[(String, i64)],
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
            skipped: skipped.chain(busy.iter().cloned()).collect(),
            estimate,
        }
    }
}
