//! What contacts ask for: a call through a queue, or to be called back.

use async_graphql::{Context, ID, InputObject, Object};
use domain::routing::CallRequest;

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::join_url,
    model::{Call, MediaKind},
    payload::{payloads, settle},
    scalars::{EmailAddress, PhoneNumber, Url},
};

/// Who wants to talk with a queue's agents, and how.
#[derive(InputObject)]
struct CallRequestInput {
    /// The queue's name in addresses.
    queue_key: String,
    /// Who is calling. Not verified, as nothing here is.
    name: String,
    /// Finds the contact, or becomes the new one's.
    email: Option<EmailAddress>,
    /// Finds the contact, or becomes the new one's.
    phone: Option<PhoneNumber>,
    /// Voice alone, or picture too.
    media: MediaKind,
    /// What it is about.
    subject: Option<String>,
    /// A head start, in minutes of waiting, -100 to 100. For supervisors and administrators.
    priority: Option<i32>,
    /// True: to leave a message rather than to wait, also while the queue is closed. Whoever asks for it has read
    /// `voicemailWording` and agrees.
    voicemail: Option<bool>,
    /// A repeat with the same key within 24 h gives the first result. Without signing in a UUID.
    idempotency_key: Option<String>,
}

/// Who wants to be called back.
#[derive(InputObject)]
struct CallbackRequestInput {
    /// The call that waits in a queue.
    call_id: ID,
    /// Where the agent may reach the contact besides; stands in the new call's subject.
    email: Option<EmailAddress>,
    /// Where the agent may reach the contact besides; stands in the new call's subject.
    phone: Option<PhoneNumber>,
}

/// Which call-back is no longer wanted.
#[derive(InputObject)]
struct CallbackCancelInput {
    /// The contact's token, from `callbackRequest`.
    join_token: String,
}

payloads! {
    /// What `callRequest` answers.
    CallRequestPayload {
        /// The new call, which waits from now on.
        call: Call,
        /// The contact's token: goes into `callJoin` within a minute, or the call counts as abandoned.
        join_token: String,
        /// A page that does so.
        join_url: Url,
    }
    /// What `callbackRequest` answers.
    CallbackRequestPayload {
        /// The call that waited, ended with CALLBACK.
        call: Call,
        /// The call that will be made; it has the other's place in the queue.
        callback: Call,
        /// The contact's token for that call.
        join_token: String,
        /// The page that rings when the turn has come.
        join_url: Url,
    }
    /// What `callbackCancel` answers.
    CallbackCancelPayload {
        /// The call that will not be made.
        call: Call,
    }
}

#[derive(Default)]
pub struct RequestMutations;

#[Object]
impl RequestMutations {
    /// Calls a queue. Open to everybody; without signing in at most 60 times a minute from one address.
    async fn call_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who calls which queue, and how.")] input: CallRequestInput,
    ) -> Answer<CallRequestPayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let origin = context.origin().address.to_string();
        let requested = async {
            let key = key(actor, "callRequest", input.idempotency_key.as_ref(), &input)?;
            let request = CallRequest {
                queue_key: input.queue_key,
                name: input.name,
                email: input.email.map(|email| email.0),
                phone: input.phone.map(|phone| phone.0),
                media: input.media.into(),
                subject: input.subject,
                priority: input.priority,
                voicemail: input.voicemail.unwrap_or(false),
            };
            let placed = platform.request_call(actor, request, &origin, key).await?;
            Ok(CallRequestPayload {
                call: Some(Call(placed.call)),
                join_url: Some(join_url(&platform.config, &placed.join_token)),
                join_token: Some(placed.join_token),
                ..Default::default()
            })
        };
        settle(requested.await)
    }

    /// Leaves the queue and keeps the place: the contact is called when the turn comes. A repeat gives the same call. For the
    /// contact.
    async fn callback_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call, and how to reach the contact.")] input: CallbackRequestInput,
    ) -> Answer<CallbackRequestPayload> {
        let (platform, call) = (context.platform(), id::parse(&input.call_id)?);
        let (email, phone) = (input.email.map(|email| email.0), input.phone.map(|phone| phone.0));
        let promised = platform.request_callback(context.actor(), call, email, phone).await;
        settle(promised.map(|promised| CallbackRequestPayload {
            call: Some(Call(promised.ended)),
            callback: Some(Call(promised.planned)),
            join_url: Some(join_url(&platform.config, &promised.join_token)),
            join_token: Some(promised.join_token),
            ..Default::default()
        }))
    }

    /// Gives up a call-back that waits, or that rings and nobody has joined. A repeat is no fault. For whoever has the link.
    async fn callback_cancel(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: CallbackCancelInput,
    ) -> Answer<CallbackCancelPayload> {
        let cancelled = context.platform().cancel_callback(&input.join_token).await;
        settle(cancelled.map(|call| CallbackCancelPayload { call: Some(Call(call)), ..Default::default() }))
    }
}
