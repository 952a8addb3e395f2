//! What administrators set up for the desk: outcomes and reasons.

use async_graphql::{Context, ID, InputObject, Object};
use domain::desk::{AwayReasonChange, OutcomeChange};

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{AwayReason, Outcome},
    payload::{payloads, settle},
};

/// A new outcome.
#[derive(InputObject)]
struct OutcomeCreateInput {
    /// What it is called; nothing else has this name.
    name: String,
    /// Whether it counts as a success.
    success: bool,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct OutcomeUpdateInput {
    /// The outcome.
    outcome_id: ID,
    /// What it is called. Calls that have it show the new name.
    name: Option<String>,
    /// Whether it counts as a success, of calls in the past, too.
    success: Option<bool>,
    /// True takes it out of the choice, which is INVALID while queues give it by themselves; false brings it back.
    archived: Option<bool>,
}

/// A new reason.
#[derive(InputObject)]
struct AwayReasonCreateInput {
    /// What it is called; nothing else has this name.
    name: String,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct AwayReasonUpdateInput {
    /// The reason.
    reason_id: ID,
    /// What it is called. Agents who are away for it keep the old name until they choose anew.
    name: Option<String>,
    /// True takes it out of the choice, false brings it back.
    archived: Option<bool>,
}

payloads! {
    /// What `outcomeCreate` answers.
    OutcomeCreatePayload {
        /// The new outcome.
        outcome: Outcome,
    }
    /// What `outcomeUpdate` answers.
    OutcomeUpdatePayload {
        /// The outcome, changed.
        outcome: Outcome,
    }
    /// What `awayReasonCreate` answers.
    AwayReasonCreatePayload {
        /// The new reason.
        away_reason: AwayReason,
    }
    /// What `awayReasonUpdate` answers.
    AwayReasonUpdatePayload {
        /// The reason, changed.
        away_reason: AwayReason,
    }
}

#[derive(Default)]
pub struct DeskMutations;

#[Object]
impl DeskMutations {
    /// Makes an outcome. For administrators.
    async fn outcome_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new outcome.")] input: OutcomeCreateInput,
    ) -> Answer<OutcomeCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let created = async {
            let key = key(actor, "outcomeCreate", input.idempotency_key.as_ref(), &input)?;
            let outcome = platform.create_outcome(actor, &input.name, input.success, key).await?;
            Ok(OutcomeCreatePayload { outcome: Some(Outcome(outcome)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes an outcome, takes it out of the choice, or brings it back. For administrators.
    async fn outcome_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: OutcomeUpdateInput,
    ) -> Answer<OutcomeUpdatePayload> {
        let outcome = id::parse(&input.outcome_id)?;
        let change = OutcomeChange { name: input.name, success: input.success, archived: input.archived };
        let updated = context.platform().update_outcome(context.actor(), outcome, change).await;
        settle(updated.map(|row| OutcomeUpdatePayload { outcome: Some(Outcome(row)), ..Default::default() }))
    }

    /// Makes a reason for being away. For administrators.
    async fn away_reason_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new reason.")] input: AwayReasonCreateInput,
    ) -> Answer<AwayReasonCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let created = async {
            let key = key(actor, "awayReasonCreate", input.idempotency_key.as_ref(), &input)?;
            let reason = platform.create_away_reason(actor, &input.name, key).await?;
            Ok(AwayReasonCreatePayload { away_reason: Some(AwayReason(reason)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes a reason for being away, takes it out of the choice, or brings it back. For administrators.
    async fn away_reason_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: AwayReasonUpdateInput,
    ) -> Answer<AwayReasonUpdatePayload> {
        let reason = id::parse(&input.reason_id)?;
        let change = AwayReasonChange { name: input.name, archived: input.archived };
        let updated = context.platform().update_away_reason(context.actor(), reason, change).await;
        settle(
            updated.map(|row| AwayReasonUpdatePayload {
                away_reason: Some(AwayReason(row)),
                ..Default::default()
            }),
        )
    }
}
