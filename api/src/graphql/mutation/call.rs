//! Calls: placing, joining, ending, and what is said of them.

use async_graphql::{Context, ID, InputObject, Object};
use domain::{calls::Identity, crm::ContactChange, error::Refusal};

use super::{
    contact::{emails, phones},
    key,
};
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::join_url,
    model::{Call, IceServer, JoinInfo, MediaKind},
    payload::{payloads, settle},
    scalars::{EmailAddress, PhoneNumber, Url},
};

/// Who is called, and how: a contact or a colleague.
#[derive(InputObject)]
struct CallPlaceInput {
    /// The contact.
    contact_id: Option<ID>,
    /// The colleague, who has to be free.
    user_id: Option<ID>,
    /// Voice alone, or picture too.
    media: MediaKind,
    /// What it is about; the contact reads it too.
    subject: Option<String>,
    /// Whether to record it, once those who must have agreed; left out: as the installation says, and among colleagues not.
    record: Option<bool>,
    /// True: the colleague is not asked; a message is left at once. A greeting is heard, then a beep, and from then on it is
    /// recorded, to which whoever asks for it agrees.
    voicemail: Option<bool>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// Which call is joined, and by whom: one of the two ids.
#[derive(InputObject)]
struct CallJoinInput {
    /// For users: a call that they are a party of.
    call_id: Option<ID>,
    /// For contacts: the token of their link.
    join_token: Option<String>,
    /// The name of a guest whose name isn't known.
    name: Option<String>,
    /// For contacts: a random UUID that this browser alone knows. A repeat with the same key, because the answer was lost, comes
    /// in and gives the same guest token, while others get LINK_IN_USE.
    idempotency_key: Option<String>,
    /// Of a page that is in the call and makes its connection anew: that of JoinInfo, and LEG_TAKEN when another page of the
    /// party has the leg. Left out, the leg is taken from the page that had it, which hears LegTaken.
    generation: Option<i32>,
}

/// Which call ends.
#[derive(InputObject)]
struct CallEndInput {
    /// The call.
    call_id: ID,
}

/// What the contact thought of a call.
#[derive(InputObject)]
struct CallRateInput {
    /// The call.
    call_id: ID,
    /// 1 to 5.
    stars: i32,
    /// What is said with it, at most 1,000 characters.
    words: Option<String>,
}

/// Who a caller is: a contact that is there, or a new one.
#[derive(InputObject)]
struct CallContactSetInput {
    /// The call.
    call_id: ID,
    /// The contact; the one that the call has already is confirmed.
    contact_id: Option<ID>,
    /// The full name of a new one, whom the viewer looks after.
    name: Option<String>,
    /// The new one's, the preferred one first.
    emails: Option<Vec<EmailAddress>>,
    /// The new one's, the preferred one first.
    phones: Option<Vec<PhoneNumber>>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

payloads! {
    /// What `callPlace` answers.
    CallPlacePayload {
        /// The new call.
        call: Call,
        /// The contact's link; none to a colleague.
        join_url: Url,
        /// The token in it.
        join_token: String,
    }
    /// What `callJoin` answers.
    CallJoinPayload {
        /// What the browser needs next.
        join: JoinInfo,
    }
    /// What `callEnd` answers.
    CallEndPayload {
        /// The call, ended.
        call: Call,
    }
    /// What `callRate` answers.
    CallRatePayload {
        /// The call, rated.
        call: Call,
    }
    /// What `callContactSet` answers.
    CallContactSetPayload {
        /// The call, with its contact.
        call: Call,
    }
}

#[derive(Default)]
pub struct CallMutations;

#[Object]
impl CallMutations {
    /// Calls a contact, whose link is live at once, or a colleague, to whom it is offered for 30 seconds. The call waits for
    /// a media worker. For users.
    async fn call_place(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is called, and how.")] input: CallPlaceInput,
    ) -> Answer<CallPlacePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let contact = id::parse_optional(input.contact_id.as_ref())?;
        let colleague = id::parse_optional(input.user_id.as_ref())?;
        let placed = async {
            let key = key(actor, "callPlace", input.idempotency_key.as_ref(), &input)?;
            let (media, subject, record) = (input.media.into(), input.subject.clone(), input.record);
            let contact = match (contact, colleague) {
                (Some(contact), None) if input.voicemail != Some(true) => contact,
                (None, Some(colleague)) if input.voicemail == Some(true) => {
                    let call = platform.message_colleague(actor, colleague, subject, key).await?;
                    return Ok(CallPlacePayload { call: Some(Call(call)), ..Default::default() });
                }
                (None, Some(colleague)) => {
                    let call = platform.call_colleague(actor, colleague, media, subject, record, key).await?;
                    return Ok(CallPlacePayload { call: Some(Call(call)), ..Default::default() });
                }
                _ => {
                    let says = "Say whom to call: a contact or a colleague, one of the two; a message is for a colleague.";
                    return Err(Refusal::invalid("contactId", says).into());
                }
            };
            let placed = platform.place_call(actor, contact, media, subject, record, key).await?;
            Ok(CallPlacePayload {
                call: Some(Call(placed.call)),
                join_url: Some(join_url(&platform.config, &placed.join_token)),
                join_token: Some(placed.join_token),
                ..Default::default()
            })
        };
        settle(placed.await)
    }

    /// Joins a call, or takes it up again after a reload. The first join by a link binds the link to the guest token that
    /// comes back. For users by `callId`, for everybody by `joinToken`.
    async fn call_join(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call, and by whom.")] input: CallJoinInput,
    ) -> Answer<CallJoinPayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let call = id::parse_optional(input.call_id.as_ref())?;
        let joined = async {
            let joined = match (call, input.join_token) {
                (Some(call), None) => platform.join_as_user(actor, call, input.generation).await?,
                (None, Some(token)) => {
                    let (key, told) = (input.idempotency_key.as_deref(), input.generation);
                    platform.join_by_link(actor, &token, input.name, key, told).await?
                }
                _ => {
                    return Err(
                        Refusal::invalid("callId", "Give a call or a join token: one of the two.").into()
                    );
                }
            };
            let ice_servers = IceServer::all(&platform.config);
            Ok(CallJoinPayload { join: Some(JoinInfo { joined, ice_servers }), ..Default::default() })
        };
        settle(joined.await)
    }

    /// Ends a call for all. A second end is no error. For users who are in it, and supervisors.
    async fn call_end(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call.")] input: CallEndInput,
    ) -> Answer<CallEndPayload> {
        let call = id::parse(&input.call_id)?;
        let ended = context.platform().end_call(context.actor(), call).await;
        settle(ended.map(|call| CallEndPayload { call: Some(Call(call)), ..Default::default() }))
    }

    /// Rates a call that is over; again replaces. For its contact, by the guest token, until 24 h after the end.
    async fn call_rate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the contact thought of which call.")] input: CallRateInput,
    ) -> Answer<CallRatePayload> {
        let call = id::parse(&input.call_id)?;
        let (platform, actor) = (context.platform(), context.actor());
        let rated = platform.rate_call(actor, call, input.stars, input.words.as_deref()).await;
        settle(rated.map(|call| CallRatePayload { call: Some(Call(call)), ..Default::default() }))
    }

    /// Says or confirms who a caller is: the call, its notes and its tasks are that contact's then. Said already is no error.
    /// For agents while they are in the call or wrap it up, and for supervisors and administrators as long as anybody does.
    async fn call_contact_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who it is.")] input: CallContactSetInput,
    ) -> Answer<CallContactSetPayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let (call, known) = (id::parse(&input.call_id)?, id::parse_optional(input.contact_id.as_ref())?);
        let set = async {
            let key = key(actor, "callContactSet", input.idempotency_key.as_ref(), &input)?;
            let nothing_else = input.name.is_none() && input.emails.is_none() && input.phones.is_none();
            let who = match (known, input.name) {
                (Some(contact), None) if nothing_else => Identity::Known(contact),
                (None, Some(name)) => Identity::New(ContactChange {
                    name: Some(name),
                    emails: input.emails.map(emails),
                    phones: input.phones.map(phones),
                    ..ContactChange::default()
                }),
                _ => {
                    let says = "Say who it is: a contact, or the name of a new one and how to reach them; one of the two.";
                    return Err(Refusal::invalid("contactId", says).into());
                }
            };
            let call = platform.set_call_contact(actor, call, who, key).await?;
            Ok(CallContactSetPayload { call: Some(Call(call)), ..Default::default() })
        };
        settle(set.await)
    }
}
