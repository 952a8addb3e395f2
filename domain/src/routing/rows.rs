//! Rows of queues, visits and offers.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::{Explanation, Hours, OfferPurpose, OfferState, OverflowKind, RoutingStrategy, VisitOutcome};
use crate::{
    agents::Skills,
    db::schema::{offer, queue, queue_visit},
    ids::{AgentId, AudioFileId, CallId, OfferId, OutcomeId, QueueId, TransferId, VisitId},
};

/// What contacts call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = queue, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Queue {
    pub id: QueueId,
    pub key: String,
    pub name: String,
    pub strategy: RoutingStrategy,
    pub priority: i32,
    pub required_skills: Skills,
    pub relax_seconds: Option<i32>,
    pub last_agent_seconds: i32,
    pub offer_seconds: i32,
    pub missed_limit: i32,
    pub wrap_up_seconds: i32,
    pub wrap_up_required: bool,
    pub default_outcome_id: Option<OutcomeId>,
    pub max_wait_seconds: i32,
    pub max_length: i32,
    pub overflow: OverflowKind,
    pub overflow_queue_id: Option<QueueId>,
    pub callback: bool,
    pub service_level_percent: f64,
    pub service_level_seconds: i32,
    pub short_abandon_seconds: i32,
    pub hours: Hours,
    pub closed_message: Option<String>,
    pub script: Option<String>,
    pub video: bool,
    pub music_id: Option<AudioFileId>,
    pub announcement_id: Option<AudioFileId>,
    pub announcement_seconds: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
    pub version: i32,
}

impl Queue {
    /// What is asked for at the least, however long somebody has waited.
    #[must_use]
    pub fn least_required(&self) -> Skills {
        self.required_skills.relaxed(self.relaxation_step(TimeDelta::MAX))
    }

    /// How often the levels asked for have been lowered for one who waited so long.
    #[must_use]
    pub fn relaxation_step(&self, waited: TimeDelta) -> i32 {
        let step = self.relax_seconds.map_or(0, |every| waited.num_seconds().max(0) / i64::from(every));
        // No level is lower than 1 or higher than 5.
        i32::try_from(step.min(4)).unwrap_or(4)
    }
}

/// One entry of a call into a queue.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = queue_visit, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Visit {
    pub id: VisitId,
    pub call_id: CallId,
    pub queue_id: QueueId,
    pub callback: bool,
    pub entered_at: DateTime<Utc>,
    pub rank_at: DateTime<Utc>,
    /// Until then agents are not asked: the contact has yet to join, or is called back later.
    pub not_before: DateTime<Utc>,
    pub leave_by: Option<DateTime<Utc>>,
    pub position: Option<i32>,
    pub prefer_agent_id: Option<AgentId>,
    pub prefer_until: Option<DateTime<Utc>>,
    pub left_at: Option<DateTime<Utc>>,
    pub outcome: Option<VisitOutcome>,
    pub agent_id: Option<AgentId>,
    pub handled_seconds: Option<f64>,
    pub routing: Option<Explanation>,
}

/// A call, held out to an agent out of a queue or by a colleague.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = offer, check_for_backend(diesel::pg::Pg))]
pub struct Offer {
    pub id: OfferId,
    pub call_id: CallId,
    pub visit_id: Option<VisitId>,
    pub agent_id: AgentId,
    pub state: OfferState,
    pub alone: bool,
    pub reason: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub purpose: OfferPurpose,
    /// The colleague who asks.
    pub asked_by: Option<AgentId>,
    pub transfer_id: Option<TransferId>,
}

impl Offer {
    /// Out of no queue: a colleague asks.
    pub(crate) fn is_direct(&self) -> bool {
        self.visit_id.is_none()
    }
}
