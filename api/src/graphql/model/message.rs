//! The chat beside a call.

use async_graphql::{Context, ID, Object};
use domain::{chat, ids::CallId};

use super::{Call, Leg};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::{Answer, Fault},
    id::global,
    links::own_url,
    loaders::{FileOf, MessagesOf},
    scalars::{DateTime, Url},
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

    /// What was sent with it.
    async fn file(&self, context: &Context<'_>) -> Answer<Option<MessageFile>> {
        Ok(context.loaders().load_one(FileOf(self.0.id)).await?.map(MessageFile))
    }

    /// The text, as it was typed; empty where a file was sent alone.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// When it was sent.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// A file that a party of a call sends the others.
#[derive(Clone)]
pub struct MessageFile(pub chat::MessageFile);

/// A file that a party of a call sends the others.
#[Object]
impl MessageFile {
    /// `file_` and 32 hexadecimal digits: goes into `messageSend`.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// As it is called where it came from.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its media type: as announced, and once it was uploaded what its content says.
    async fn content_type(&self) -> &'static str {
        self.0.content_type.as_str()
    }

    /// Its size: as announced, and once it was uploaded as counted.
    async fn bytes(&self) -> i64 {
        self.0.bytes
    }

    /// Where it is read, for an hour; null until it was sent. Pictures are shown, everything else is offered for saving.
    async fn url(&self, context: &Context<'_>) -> Option<Url> {
        let platform = context.platform();
        let path = || format!("/file/{}", platform.file_token(self.0.id));
        self.0.message_id.map(|_| own_url(&platform.config, &path()))
    }
}
