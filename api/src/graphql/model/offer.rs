//! Calls that are held out to agents, out of queues or by colleagues, and the news of agents.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::routing;

use super::{Agent, Call, OfferPurpose, OfferState, QueueVisit, Transfer};
use crate::graphql::{
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::global,
    scalars::DateTime,
};

/// A call, held out to an agent out of a queue or by a colleague.
#[derive(Clone)]
pub struct Offer(pub routing::Offer);

/// A call, held out to an agent out of a queue or by a colleague.
#[Object]
impl Offer {
    /// `offer_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Where it is in its life.
    async fn state(&self) -> OfferState {
        self.0.state.into()
    }

    /// The call.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        let call = context.loaders().load_one(self.0.call_id).await?;
        call.map(Call).ok_or(Fault::Unavailable(std::time::Duration::from_secs(1)))
    }

    /// To whom.
    async fn agent(&self, context: &Context<'_>) -> Answer<Agent> {
        Agent::load(context, self.0.agent_id).await
    }

    /// What the agent is asked for.
    async fn purpose(&self) -> OfferPurpose {
        self.0.purpose.into()
    }

    /// The colleague who asks; null out of a queue.
    async fn asked_by(&self, context: &Context<'_>) -> Answer<Option<Agent>> {
        Ok(named(context, self.0.asked_by).await?.map(Agent))
    }

    /// The call's time in the queue that it came out of; null when a colleague asks.
    async fn visit(&self, context: &Context<'_>) -> Answer<Option<QueueVisit>> {
        Ok(named(context, self.0.visit_id).await?.map(QueueVisit))
    }

    /// The transfer that it is made for.
    async fn transfer(&self, context: &Context<'_>) -> Answer<Option<Transfer>> {
        Ok(named(context, self.0.transfer_id).await?.map(Transfer))
    }

    /// Until then it can be accepted.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Why it came to nothing.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Since when it rings.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Whether it is a call-back: who accepts it rings the contact.
    async fn callback(&self, context: &Context<'_>) -> Answer<bool> {
        let Some(id) = self.0.visit_id else { return Ok(false) };
        Ok(context.loaders().load_one(id).await?.is_some_and(|visit| visit.callback))
    }
}

/// An offer came, or moved on.
#[derive(SimpleObject)]
pub struct OfferEvent {
    /// Its place in the log: good as `after` of the subscription `offers`.
    pub cursor: String,
    /// The offer, in the state that this event made.
    pub offer: Offer,
    /// When it happened.
    pub at: DateTime,
}

/// Something about an agent has changed.
#[derive(SimpleObject)]
pub struct AgentEvent {
    /// Its place in the log: good as `after` of the subscription `agentActivity`.
    pub cursor: String,
    /// The agent as it is now, which may be later than the event.
    pub agent: Agent,
    /// When it happened.
    pub at: DateTime,
}
