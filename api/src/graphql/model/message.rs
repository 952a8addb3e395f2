//! The chat beside a call.

use async_graphql::{Context, ID, Object};
use domain::{chat, ids::CallId};

use super::{Call, Leg};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::{Answer, Fault},
    id::global,
    loaders::MessagesOf,
    scalars::DateTime,
};

/// Something written in the chat beside a call, by one of its parties to all of them.
#[derive(Clone)]
pub struct Message(pub chat::Message);

listed!(Message);

impl Message {
    /// A page of the chat beside a call, the oldest first.
    pub async fn page(context: &Context<'_>, call: CallId, window: &Window) -> Answer<Connection<Self>> {
        let key = MessagesOf { call, slice: window.slice()? };
        let page = context.loaders().load_one(key).await?.unwrap_or_default();
        let platform = context.platform().clone();
        Ok(Connection::new(window, page, Self, move || {
            let platform = platform.clone();
            async move { platform.count_messages(call).await }
        }))
    }
}

/// Something written in the chat beside a call, by one of its parties to all of them.
#[Object]
impl Message {
    /// `message_` and 32 hexadecimal digits. Of two of one call the later one's is greater.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The call.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        // Whoever may read a message may see its call.
        context.loaders().load_one(self.0.call_id).await?.map(Call).ok_or(Fault::Forbidden)
    }

    /// The party that wrote it.
    async fn from(&self, context: &Context<'_>) -> Answer<Leg> {
        let leg = context.loaders().load_one(self.0.leg_id).await?;
        leg.map(Leg).ok_or_else(|| Fault::internal("a message without its party"))
    }

    /// The text, as it was typed.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// When it was sent.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}
