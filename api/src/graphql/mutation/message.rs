//! The chat beside a call.

use async_graphql::{Context, ID, InputObject, Object};

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::Message,
    payload::{payloads, settle},
};

/// What is written beside which call.
#[derive(InputObject)]
struct MessageSendInput {
    /// The call.
    call_id: ID,
    /// The text, 1 to 4,000 characters.
    body: String,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

payloads! {
    /// What `messageSend` answers.
    MessageSendPayload {
        /// The message, as all parties read it.
        message: Message,
    }
}

#[derive(Default)]
pub struct MessageMutations;

#[Object]
impl MessageMutations {
    /// Writes to all others in a call. For its parties while they are in it; not for supervisors of whom the contact does not
    /// know.
    async fn message_send(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is written beside which call.")] input: MessageSendInput,
    ) -> Answer<MessageSendPayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let call = id::parse(&input.call_id)?;
        let sent = async {
            let key = key(actor, "messageSend", input.idempotency_key.as_ref(), &input)?;
            let message = platform.send_message(actor, call, &input.body, key).await?;
            Ok(MessageSendPayload { message: Some(Message(message)), ..Default::default() })
        };
        settle(sent.await)
    }
}
