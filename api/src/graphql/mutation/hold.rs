//! Hold, and taking up again.

use async_graphql::{Context, ID, InputObject, Object};

use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::Call,
    payload::{payloads, settle},
};

/// Who is put on hold.
#[derive(InputObject)]
struct CallHoldInput {
    /// The call, in which the viewer talks.
    call_id: ID,
    /// That party alone; left out: all others.
    leg_id: Option<ID>,
}

/// Who is taken up again.
#[derive(InputObject)]
struct CallResumeInput {
    /// The call, in which the viewer talks.
    call_id: ID,
    /// That party alone; left out: all others.
    leg_id: Option<ID>,
}

payloads! {
    /// What `callHold` answers.
    CallHoldPayload {
        /// The call, on hold.
        call: Call,
    }
    /// What `callResume` answers.
    CallResumePayload {
        /// The call, taken up again.
        call: Call,
    }
}

#[derive(Default)]
pub struct HoldMutations;

#[Object]
impl HoldMutations {
    /// Lets the other side hear music, and nobody: all outsiders, between colleagues all others, or one party. On hold
    /// already is no error. For agents who are connected to the call.
    async fn call_hold(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who.")] input: CallHoldInput,
    ) -> Answer<CallHoldPayload> {
        let (call, leg) = (id::parse(&input.call_id)?, id::parse_optional(input.leg_id.as_ref())?);
        let held = context.platform().hold_call(context.actor(), call, leg).await;
        settle(held.map(|call| CallHoldPayload { call: Some(Call(call)), ..Default::default() }))
    }

    /// Ends the hold of all, or of one party. For agents who are connected to the call.
    async fn call_resume(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who.")] input: CallResumeInput,
    ) -> Answer<CallResumePayload> {
        let (call, leg) = (id::parse(&input.call_id)?, id::parse_optional(input.leg_id.as_ref())?);
        let resumed = context.platform().resume_call(context.actor(), call, leg).await;
        settle(resumed.map(|call| CallResumePayload { call: Some(Call(call)), ..Default::default() }))
    }
}
