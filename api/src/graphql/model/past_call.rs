//! What came of calls that are over, for whoever sees the contact.

use std::sync::Arc;

use async_graphql::{Context, Object};
use domain::{crm, ids::ContactId};

use super::{CallResult, Direction};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::Answer,
    loaders::HistoryOf,
    scalars::DateTime,
};

/// What came of a call that is over. It leads to nothing that was said, written or recorded in it.
pub struct PastCall(crm::PastCall);

listed!(PastCall);

impl PastCall {
    /// A page of the calls with a contact that are over, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        contact: ContactId,
        others_only: bool,
    ) -> Answer<Connection<Self>> {
        let key = HistoryOf { contact, others_only, slice: window.slice()? };
        let page = context.loaders().load_one(key).await?.unwrap_or_default();
        let platform = context.platform().clone();
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self, move || {
            let (platform, actor) = (platform.clone(), Arc::clone(&actor));
            async move { platform.count_history_of_contact(&actor, contact, others_only).await }
        }))
    }
}

/// What came of a call that is over. It leads to nothing that was said, written or recorded in it.
#[Object]
impl PastCall {
    /// When it was placed.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Who began it.
    async fn direction(&self) -> Direction {
        self.0.direction.into()
    }

    /// How it ended.
    async fn result(&self) -> CallResult {
        self.0.result.into()
    }

    /// How it turned out, as the agent said, or the queue after a wrap-up that ran out.
    async fn outcome_name(&self) -> Option<&str> {
        self.0.outcome.as_deref()
    }

    /// What its last queue is called.
    async fn queue_name(&self) -> Option<&str> {
        self.0.queue.as_deref()
    }

    /// Who its last agent was.
    async fn agent_name(&self) -> Option<&str> {
        self.0.agent.as_deref()
    }

    /// Seconds of talk.
    async fn talk_seconds(&self) -> f64 {
        self.0.talk_seconds
    }
}
