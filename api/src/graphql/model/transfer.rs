//! Calls that are handed over.

use async_graphql::{Context, ID, Object};
use domain::transfers;

use super::{Agent, Call, Queue, TransferKind, TransferSide, TransferState};
use crate::graphql::{
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::global,
    scalars::DateTime,
};

/// An agent hands a call over, to a colleague or to a queue.
#[derive(Clone)]
pub struct Transfer(pub transfers::Transfer);

/// An agent hands a call over, to a colleague or to a queue.
#[Object]
impl Transfer {
    /// `transfer_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The call.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        let call = context.loaders().load_one(self.0.call_id).await?;
        call.map(Call).ok_or(Fault::Unavailable(std::time::Duration::from_secs(1)))
    }

    /// Whether the agent talks with the target first.
    async fn kind(&self) -> TransferKind {
        self.0.kind.into()
    }

    /// Where it is in its life.
    async fn state(&self) -> TransferState {
        self.0.state.into()
    }

    /// With whom the agent talks while both agents are there.
    async fn side(&self) -> TransferSide {
        self.0.side.into()
    }

    /// Who hands it over.
    async fn from(&self, context: &Context<'_>) -> Answer<Agent> {
        Agent::load(context, self.0.from_agent_id).await
    }

    /// The colleague who is asked, or who answered out of the queue.
    async fn to_agent(&self, context: &Context<'_>) -> Answer<Option<Agent>> {
        Ok(named(context, self.0.to_agent_id).await?.map(Agent))
    }

    /// The queue that it goes to, or whose members are asked.
    async fn to_queue(&self, context: &Context<'_>) -> Answer<Option<Queue>> {
        Ok(named(context, self.0.to_queue_id).await?.map(Queue))
    }

    /// Why it was cancelled or came to nothing, in plain words.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it was asked for.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When the colleague had media both ways.
    async fn connected_at(&self) -> Option<DateTime> {
        self.0.connected_at.map(DateTime)
    }

    /// When it was over.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }
}
