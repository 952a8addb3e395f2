//! Taking calls out of queues, and the work after them.

use async_graphql::{Context, ID, InputObject, Object};
use domain::{agents::WrappedUp, calls::LegRole};

use super::{key, task::TaskCreateInput};
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::join_url,
    model::{Call, IceServer, JoinInfo, Offer, Task},
    payload::{payloads, settle},
    scalars::Url,
};

/// Which offer is accepted.
#[derive(InputObject)]
struct OfferAcceptInput {
    /// The viewer's own.
    offer_id: ID,
}

/// Which offer is declined.
#[derive(InputObject)]
struct OfferDeclineInput {
    /// The viewer's own.
    offer_id: ID,
    /// Why, in a few words.
    reason: Option<String>,
}

/// How a call turned out; what is left out stays.
#[derive(InputObject)]
struct CallWrapUpInput {
    /// The call, while it lasts or afterwards.
    call_id: ID,
    /// How it turned out.
    outcome_id: Option<ID>,
    /// All its labels.
    tags: Option<Vec<String>>,
    /// A note to be added.
    note: Option<String>,
    /// A task to be made; about this call and its contact. This input's key stands for its own.
    follow_up: Option<TaskCreateInput>,
    /// Ends the viewer's wrap-up.
    done: Option<bool>,
    /// Note and task are made once, however often the same input comes with this key.
    idempotency_key: Option<String>,
}

/// Whose wrap-up takes longer.
#[derive(InputObject)]
struct WrapUpExtendInput {
    /// The call that the viewer wraps up.
    call_id: ID,
}

payloads! {
    /// What `offerAccept` answers.
    OfferAcceptPayload {
        /// The offer, accepted.
        offer: Offer,
        /// What the browser needs next: media within 10 seconds, or the call goes back to its place.
        join: JoinInfo,
        /// Of a call-back: the contact's link.
        join_url: Url,
    }
    /// What `offerDecline` answers.
    OfferDeclinePayload {
        /// The offer, declined.
        offer: Offer,
    }
    /// What `callWrapUp` answers.
    CallWrapUpPayload {
        /// The call, changed.
        call: Call,
        /// The task that was made.
        task: Task,
    }
    /// What `wrapUpExtend` answers.
    WrapUpExtendPayload {
        /// The call; its `wrapUp` ends later.
        call: Call,
    }
}

#[derive(Default)]
pub struct OfferMutations;

#[Object]
impl OfferMutations {
    /// Takes a call that is offered, and joins it: take the microphone first. The first to accept has it. For the agent to
    /// whom it is offered.
    async fn offer_accept(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which offer.")] input: OfferAcceptInput,
    ) -> Answer<OfferAcceptPayload> {
        let (platform, offer) = (context.platform(), id::parse(&input.offer_id)?);
        let accepted = async {
            let (offer, joined) = platform.accept_offer(context.actor(), offer).await?;
            let link = match joined.call.callback_of {
                Some(_) => {
                    let legs = platform.legs_of_calls(&[joined.call.id]).await?;
                    let theirs = legs.iter().find(|leg| leg.role == LegRole::Contact);
                    theirs.map(|leg| join_url(&platform.config, &platform.join_token(leg.id)))
                }
                None => None,
            };
            let ice_servers = IceServer::all(&platform.config);
            Ok(OfferAcceptPayload {
                offer: Some(Offer(offer)),
                join: Some(JoinInfo { joined, ice_servers }),
                join_url: link,
                ..Default::default()
            })
        };
        settle(accepted.await)
    }

    /// Lets a call go to somebody else. Declined already is no error. For the agent to whom it is offered.
    async fn offer_decline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which offer, and why.")] input: OfferDeclineInput,
    ) -> Answer<OfferDeclinePayload> {
        let offer = id::parse(&input.offer_id)?;
        let declined = context.platform().decline_offer(context.actor(), offer, input.reason).await;
        settle(declined.map(|offer| OfferDeclinePayload { offer: Some(Offer(offer)), ..Default::default() }))
    }

    /// Says how a call turned out, and ends the viewer's work after it when told so. For users who are or were in it, and
    /// supervisors.
    async fn call_wrap_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How it turned out.")] input: CallWrapUpInput,
    ) -> Answer<CallWrapUpPayload> {
        let call = id::parse(&input.call_id)?;
        let key = match key(context.actor(), "callWrapUp", input.idempotency_key.as_ref(), &input) {
            Ok(key) => key,
            Err(error) => return settle(Err(error)),
        };
        let given = WrappedUp {
            key,
            outcome: id::parse_optional(input.outcome_id.as_ref())?,
            tags: input.tags,
            note: input.note,
            follow_up: input.follow_up.map(|task| task.read()).transpose()?,
            done: input.done.unwrap_or(false),
        };
        let wrapped_up = context.platform().wrap_up(context.actor(), call, given).await;
        settle(wrapped_up.map(|(call, task)| CallWrapUpPayload {
            call: Some(Call(call)),
            task: task.map(Task),
            ..Default::default()
        }))
    }

    /// Gives the viewer's wrap-up as much time again; once. Extended already is no error. For the agent who wraps up.
    async fn wrap_up_extend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call.")] input: WrapUpExtendInput,
    ) -> Answer<WrapUpExtendPayload> {
        let call = id::parse(&input.call_id)?;
        let extended = context.platform().extend_wrap_up(context.actor(), call).await;
        settle(extended.map(|call| WrapUpExtendPayload { call: Some(Call(call)), ..Default::default() }))
    }
}
