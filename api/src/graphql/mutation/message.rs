//! The chat beside a call.

use async_graphql::{Context, ID, InputObject, Object};
use domain::chat::{NewFile, NewMessage};

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::upload_url,
    model::{Message, MessageFile},
    payload::{payloads, settle},
    scalars::Url,
};

/// What is written beside which call.
#[derive(InputObject)]
struct MessageSendInput {
    /// The call.
    call_id: ID,
    /// The text, 1 to 4,000 characters; with a file it may be empty.
    body: String,
    /// A file of the caller's own that was uploaded: `messageFileCreate`.
    file_id: Option<ID>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// A file that will be uploaded.
#[derive(InputObject)]
struct MessageFileCreateInput {
    /// The call in whose chat it will be sent.
    call_id: ID,
    /// As it is called, at most 200 characters.
    name: String,
    /// PNG, JPEG, GIF or WebP picture, PDF or plain text. What is uploaded is judged by its content.
    content_type: String,
    /// Its size: 10 MB (10,485,760 bytes) at most.
    bytes: i64,
}

payloads! {
    /// What `messageSend` answers.
    MessageSendPayload {
        /// The message, as all parties read it.
        message: Message,
    }
    /// What `messageFileCreate` answers.
    MessageFileCreatePayload {
        /// The file; it is sent by `messageSend` once it was uploaded, within two hours.
        file: MessageFile,
        /// Where to PUT the file's bytes, once and within 15 minutes, without any header of ours. 204: it is there.
        upload_url: Url,
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
        let (call, file) = (id::parse(&input.call_id)?, id::parse_optional(input.file_id.as_ref())?);
        let sent = async {
            let key = key(actor, "messageSend", input.idempotency_key.as_ref(), &input)?;
            let message =
                platform.send_message(actor, call, NewMessage { body: input.body, file }, key).await?;
            Ok(MessageSendPayload { message: Some(Message(message)), ..Default::default() })
        };
        settle(sent.await)
    }

    /// Announces a file and makes a place to upload it to. For the parties of a call, as `messageSend`.
    async fn message_file_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A file that will be uploaded.")] input: MessageFileCreateInput,
    ) -> Answer<MessageFileCreatePayload> {
        let (platform, call) = (context.platform(), id::parse(&input.call_id)?);
        let new = NewFile { name: input.name, content_type: input.content_type, bytes: input.bytes };
        let created = platform.create_message_file(context.actor(), call, new).await;
        settle(created.map(|(file, token)| MessageFileCreatePayload {
            file: Some(MessageFile(file)),
            upload_url: Some(upload_url(&platform.config, &token)),
            ..Default::default()
        }))
    }
}
