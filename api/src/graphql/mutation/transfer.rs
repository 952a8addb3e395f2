//! Handing calls over.

use async_graphql::{Context, ID, InputObject, Object};
use domain::{error::Refusal, transfers::Target};

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{Transfer, TransferKind, TransferSide},
    payload::{payloads, settle},
};

/// To whom a call is handed over: one of the two ids.
#[derive(InputObject)]
struct CallTransferInput {
    /// The call, in which the viewer talks.
    call_id: ID,
    /// Whether the viewer talks with the target first.
    kind: TransferKind,
    /// A colleague, who has to be free.
    to_agent_id: Option<ID>,
    /// A queue. BLIND: the call waits there. WARM: a member who is free is asked.
    to_queue_id: Option<ID>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// With whom the viewer talks.
#[derive(InputObject)]
struct TransferSwapInput {
    /// The viewer's own.
    transfer_id: ID,
    /// Left out: the one of the two who hears music now.
    with: Option<TransferSide>,
}

/// Which transfer is completed.
#[derive(InputObject)]
struct TransferCompleteInput {
    /// The viewer's own.
    transfer_id: ID,
}

/// Which transfer is taken back.
#[derive(InputObject)]
struct TransferCancelInput {
    /// The viewer's own.
    transfer_id: ID,
}

payloads! {
    /// What `callTransfer` answers.
    CallTransferPayload {
        /// The transfer, under way.
        transfer: Transfer,
    }
    /// What `transferSwap` answers.
    TransferSwapPayload {
        /// The transfer, turned to the side that was asked for.
        transfer: Transfer,
    }
    /// What `transferComplete` answers.
    TransferCompletePayload {
        /// The transfer, completed.
        transfer: Transfer,
    }
    /// What `transferCancel` answers.
    TransferCancelPayload {
        /// The transfer, taken back.
        transfer: Transfer,
    }
}

#[derive(Default)]
pub struct TransferMutations;

#[Object]
impl TransferMutations {
    /// Hands a call over; the contact hears music meanwhile. Blind, it is the target's as soon as that has media, and to a
    /// queue it waits there, back with the viewer after 45 seconds. Warm, the two agents talk first. Whoever does not come,
    /// the contact is with the viewer again. For agents who are connected to the call.
    async fn call_transfer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "To whom, and how.")] input: CallTransferInput,
    ) -> Answer<CallTransferPayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let call = id::parse(&input.call_id)?;
        let agent = id::parse_optional(input.to_agent_id.as_ref())?;
        let queue = id::parse_optional(input.to_queue_id.as_ref())?;
        let begun = async {
            let key = key(actor, "callTransfer", input.idempotency_key.as_ref(), &input)?;
            let to = match (agent, queue) {
                (Some(agent), None) => Target::Agent(agent),
                (None, Some(queue)) => Target::Queue(queue),
                _ => {
                    let says = "Say to whom: a colleague or a queue, one of the two.";
                    return Err(Refusal::invalid("toAgentId", says).into());
                }
            };
            platform.transfer_call(actor, call, input.kind.into(), to, key).await
        };
        let begun = begun.await;
        settle(begun.map(|it| CallTransferPayload { transfer: Some(Transfer(it)), ..Default::default() }))
    }

    /// Talks with the other one of colleague and contact, or with both. For the agent who transfers, while both are there.
    async fn transfer_swap(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "With whom.")] input: TransferSwapInput,
    ) -> Answer<TransferSwapPayload> {
        let transfer = id::parse(&input.transfer_id)?;
        let side = input.with.map(Into::into);
        let swapped = context.platform().swap_transfer(context.actor(), transfer, side).await;
        settle(swapped.map(|it| TransferSwapPayload { transfer: Some(Transfer(it)), ..Default::default() }))
    }

    /// Leaves the call to the colleague and the contact. Completed already is no error. For the agent who transfers, while
    /// both are there.
    async fn transfer_complete(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which transfer.")] input: TransferCompleteInput,
    ) -> Answer<TransferCompletePayload> {
        let transfer = id::parse(&input.transfer_id)?;
        let completed = context.platform().complete_transfer(context.actor(), transfer).await;
        settle(
            completed
                .map(|it| TransferCompletePayload { transfer: Some(Transfer(it)), ..Default::default() }),
        )
    }

    /// Takes the call back: an offer is withdrawn, a colleague who is there leaves, and the contact is with the viewer again.
    /// Taken back already is no error. For the agent who transfers, until the target has the call.
    async fn transfer_cancel(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which transfer.")] input: TransferCancelInput,
    ) -> Answer<TransferCancelPayload> {
        let transfer = id::parse(&input.transfer_id)?;
        let cancelled = context.platform().cancel_transfer(context.actor(), transfer).await;
        settle(
            cancelled.map(|it| TransferCancelPayload { transfer: Some(Transfer(it)), ..Default::default() }),
        )
    }
}
