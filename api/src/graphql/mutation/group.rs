//! Calls of more than two: asking somebody in, putting somebody out.

use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    calls::{Invited, Invitee},
    error::Refusal,
};

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::join_url,
    model::{Leg, Offer},
    payload::{payloads, settle},
    scalars::Url,
};

/// Who is asked into which call: a colleague, a contact, or a guest by name.
#[derive(InputObject)]
struct LegInviteInput {
    /// A call that runs.
    call_id: ID,
    /// A colleague who is free; gets an offer.
    user_id: Option<ID>,
    /// A contact who is not in it; gets a link.
    contact_id: Option<ID>,
    /// The name of a guest, as the others will see it; gets a link.
    name: Option<String>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// Who is put out.
#[derive(InputObject)]
struct LegRemoveInput {
    /// Somebody else's leg.
    leg_id: ID,
}

/// Which colleague is no longer asked.
#[derive(InputObject)]
struct InvitationWithdrawInput {
    /// An offer whose purpose is INVITATION.
    offer_id: ID,
}

payloads! {
    /// What `legInvite` answers.
    LegInvitePayload {
        /// The contact or guest who is awaited, for ten minutes.
        leg: Leg,
        /// What the colleague is asked: a leg is made when it is accepted.
        offer: Offer,
        /// The link of the contact or guest; to be handed to them.
        join_url: Url,
        /// The token in it.
        join_token: String,
    }
    /// What `invitationWithdraw` answers.
    InvitationWithdrawPayload {
        /// The offer: cancelled, unless it was answered before.
        offer: Offer,
    }
    /// What `legRemove` answers.
    LegRemovePayload {
        /// The leg, gone.
        leg: Leg,
    }
}

#[derive(Default)]
pub struct GroupMutations;

#[Object]
impl GroupMutations {
    /// Asks a colleague, a contact or a guest into a call that runs: 16 may be in it, those who are awaited included. For agents who are
    /// connected to it.
    async fn leg_invite(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is asked into which call.")] input: LegInviteInput,
    ) -> Answer<LegInvitePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let call = id::parse(&input.call_id)?;
        let user = id::parse_optional(input.user_id.as_ref())?;
        let contact = id::parse_optional(input.contact_id.as_ref())?;
        let invited = async {
            let key = key(actor, "legInvite", input.idempotency_key.as_ref(), &input)?;
            let whom = match (user, contact, input.name) {
                (Some(user), None, None) => Invitee::User(user),
                (None, Some(contact), None) => Invitee::Contact(contact),
                (None, None, Some(name)) => Invitee::Guest(name),
                _ => {
                    let says = "Say whom to ask: a colleague, a contact, or the name of a guest.";
                    return Err(Refusal::invalid("userId", says).into());
                }
            };
            Ok(match platform.invite(actor, call, whom, key).await? {
                Invited::Colleague(offer) => {
                    LegInvitePayload { offer: Some(Offer(offer)), ..Default::default() }
                }
                Invited::Outsider(leg, token) => LegInvitePayload {
                    leg: Some(Leg(leg)),
                    join_url: Some(join_url(&platform.config, &token)),
                    join_token: Some(token),
                    ..Default::default()
                },
            })
        };
        settle(invited.await)
    }

    /// Stops asking a colleague into a call. One who has answered already is no error: see the offer's state. For agents who are
    /// connected to it.
    async fn invitation_withdraw(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is no longer asked.")] input: InvitationWithdrawInput,
    ) -> Answer<InvitationWithdrawPayload> {
        let offer = id::parse(&input.offer_id)?;
        let withdrawn = context.platform().withdraw_invitation(context.actor(), offer).await;
        settle(withdrawn.map(|it| InvitationWithdrawPayload { offer: Some(Offer(it)), ..Default::default() }))
    }

    /// Withdraws an invitation, or puts a guest, a further contact or a colleague out of a call. Gone already is no error. For
    /// agents who are connected to it.
    async fn leg_remove(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is put out.")] input: LegRemoveInput,
    ) -> Answer<LegRemovePayload> {
        let leg = id::parse(&input.leg_id)?;
        let removed = context.platform().remove(context.actor(), leg).await;
        settle(removed.map(|leg| LegRemovePayload { leg: Some(Leg(leg)), ..Default::default() }))
    }
}
