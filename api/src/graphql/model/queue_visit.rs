//! A call's time in a queue, and why it went where it went.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::routing;

use super::{Agent, AgentSkill, Queue, RoutingStrategy, VisitOutcome};
use crate::graphql::{
    context::{ContextExt, named},
    fault::Answer,
    id::global,
    loaders::{OutlookOf, RoutingOf},
    scalars::DateTime,
};

/// One entry of a call into a queue.
#[derive(Clone)]
pub struct QueueVisit(pub routing::Visit);

/// One entry of a call into a queue.
#[Object]
impl QueueVisit {
    /// `visit_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The queue.
    async fn queue(&self, context: &Context<'_>) -> Answer<Queue> {
        Queue::load(context, self.0.queue_id).await
    }

    /// When the call entered.
    async fn entered_at(&self) -> DateTime {
        self.0.entered_at.into()
    }

    /// When it left; null while it waits or rings.
    async fn left_at(&self) -> Option<DateTime> {
        self.0.left_at.map(DateTime)
    }

    /// How the visit ended.
    async fn outcome(&self) -> Option<VisitOutcome> {
        self.0.outcome.map(Into::into)
    }

    /// Its place, 1 for the next one; null once it has left.
    async fn position(&self, context: &Context<'_>) -> Answer<Option<i64>> {
        Ok(self.outlook(context).await?.map(|outlook| outlook.inputs.position))
    }

    /// How long it will still wait; null once it has left, and while nobody works.
    async fn estimated_wait_seconds(&self, context: &Context<'_>) -> Answer<Option<f64>> {
        Ok(self.outlook(context).await?.and_then(|outlook| outlook.seconds))
    }

    /// Why it goes where it goes: the last decision, or what one would say now of a call that waits.
    async fn routing(&self, context: &Context<'_>) -> Answer<Option<RoutingExplanation>> {
        Ok(context.loaders().load_one(RoutingOf(self.0.id)).await?.map(RoutingExplanation))
    }

    /// The contact will be called when the turn comes.
    async fn callback(&self) -> bool {
        self.0.callback
    }

    /// Who answered.
    async fn agent(&self, context: &Context<'_>) -> Answer<Option<Agent>> {
        Ok(named(context, self.0.agent_id).await?.map(Agent))
    }
}

impl QueueVisit {
    async fn outlook(&self, context: &Context<'_>) -> Answer<Option<routing::Estimate>> {
        if self.0.left_at.is_some() {
            return Ok(None);
        }
        context.loaders().load_one(OutlookOf(self.0.id)).await
    }
}

/// A decision of routing.
pub struct RoutingExplanation(routing::Explanation);

/// How many there were for a reason.
#[derive(SimpleObject)]
pub struct ReasonCount {
    /// The reason.
    reason: String,
    /// How many.
    count: i64,
}

/// How an estimate of the wait is made.
#[derive(SimpleObject)]
pub struct WaitEstimate {
    /// The estimate; null while nobody works.
    seconds: Option<f64>,
    /// The place, 1 for the next one.
    position: i64,
    /// Mean talk, hold and wrap-up of the queue's last calls.
    handling_seconds: f64,
    /// Members who are at work; who serves several queues counts in each by its share of those who wait in them.
    agents: f64,
    /// How it is made of these.
    formula: &'static str,
}

/// A decision of routing.
#[Object]
impl RoutingExplanation {
    /// When it was made.
    async fn decided_at(&self) -> DateTime {
        self.0.decided_at.into()
    }

    /// Which free agent was asked first.
    async fn strategy(&self) -> RoutingStrategy {
        self.0.strategy.into()
    }

    /// Members who were out of the question, and candidates beyond the first 20, by reason.
    async fn skipped_by_reason(&self) -> Vec<ReasonCount> {
        let skipped = self.0.skipped.iter();
        skipped.map(|(reason, count)| ReasonCount { reason: reason.clone(), count: *count }).collect()
    }

    /// Free members who could take the call, the best first, 20 at most.
    async fn candidates(&self) -> Vec<RoutingCandidate> {
        self.0.candidates.iter().cloned().map(RoutingCandidate).collect()
    }

    /// How often the levels asked for had been lowered.
    async fn relaxation_step(&self) -> i32 {
        self.0.step
    }

    /// What was asked for at that step.
    async fn required_skills(&self) -> Vec<AgentSkill> {
        AgentSkill::all(&self.0.required)
    }

    /// What the wait was estimated from.
    async fn estimate(&self) -> Option<WaitEstimate> {
        let inputs = self.0.estimate;
        Some(WaitEstimate {
            seconds: inputs.seconds(),
            position: inputs.position,
            handling_seconds: inputs.handling,
            agents: inputs.agents,
            formula: routing::FORMULA,
        })
    }
}

/// A free member who could take a call.
pub struct RoutingCandidate(routing::Considered);

/// A free member who could take a call.
#[Object]
impl RoutingCandidate {
    /// Who.
    async fn agent(&self, context: &Context<'_>) -> Answer<Agent> {
        Agent::load(context, self.0.agent).await
    }

    /// Whether the call was offered to this one.
    async fn chosen(&self) -> bool {
        self.0.chosen
    }

    /// Why, or why not.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Without a call for so long.
    async fn idle_seconds(&self) -> Option<f64> {
        Some(self.0.idle_seconds)
    }

    /// The sum of the levels in the skills asked for; null when none is.
    async fn skill_level(&self) -> Option<i32> {
        self.0.skill_level
    }

    /// The tier in the queue.
    async fn tier(&self) -> Option<i32> {
        Some(self.0.tier)
    }
}
