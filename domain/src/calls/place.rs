//! Placing a call to a contact.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::{Call, CallEventKind, CallState, Change, Direction, Leg, LegRole, LegState, MediaKind};
use crate::{
    Platform, Result,
    db::{
        Unit,
        schema::{call, leg, offer},
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, CallId, ContactId, LegId, UserId},
    people::{Actor, idempotency::Key},
    routing::OfferState,
    validate,
};

/// What somebody is told who is to answer an offer before anything else.
pub(super) const RINGS: &str = "A call rings for you. Answer or decline it first.";

/// Live calls of one user; somebody who opens more has lost sight of them.
const LIVE_CALLS: i64 = 5;

/// A call that was placed, and the token of the contact's link.
#[derive(Debug)]
pub struct Placed {
    pub call: Call,
    pub join_token: String,
}

#[derive(Serialize, Deserialize)]
struct First {
    call: CallId,
    contact_leg: LegId,
}

/// What a call is about, in the words of whoever places it.
pub(super) fn subject_of(given: Option<String>) -> Result<Option<String>> {
    let said = given.as_deref().map(str::trim).filter(|said| !said.is_empty());
    said.map(|said| validate::text_of("subject", said, 500)).transpose()
}

/// Whether a user may place a call now. No offer can come between the look and the commit.
///
/// # Errors
/// AGENT_BUSY for one who is rung or in a call of a queue, LIMIT_REACHED for one with five live calls.
pub(super) async fn free_to_call(unit: &mut Unit, user: UserId) -> Result<()> {
    crate::agents::lock(unit, user.into()).await?;
    let ringing: i64 = offer::table
        .filter(offer::agent_id.eq(AgentId::from(user)))
        .filter(offer::state.eq_any(OfferState::LIVE))
        .count()
        .get_result(unit.connection())
        .await?;
    if ringing > 0 {
        return refuse(RefusalCode::AgentBusy, RINGS);
    }
    let serving: i64 = leg::table
        .inner_join(call::table)
        .filter(leg::user_id.eq(user).and(leg::role.eq(LegRole::Agent)).and(leg::state.ne(LegState::Left)))
        .filter(call::queue_id.is_not_null())
        .count()
        .get_result(unit.connection())
        .await?;
    if serving > 0 {
        return refuse(RefusalCode::AgentBusy, "You are in a call of a queue. End it first.");
    }
    let live: i64 = call::table
        .filter(call::agent_id.eq(user).and(call::state.ne(CallState::Ended)))
        .count()
        .get_result(unit.connection())
        .await?;
    if live >= LIVE_CALLS {
        return refuse(
            RefusalCode::LimitReached,
            format!("You have {live} calls open. End one of them first."),
        );
    }
    Ok(())
}

impl Platform {
    /// Calls a contact: the call waits for a worker, the contact gets a link.
    ///
    /// # Errors
    /// NOT_FOUND for the contact, INVALID for the subject, AGENT_BUSY for one who is rung or in a call of a queue,
    /// LIMIT_REACHED for a user with five live calls.
    pub async fn place_call(
        &self,
        actor: &Actor,
        contact: ContactId,
        media: MediaKind,
        subject: Option<String>,
        record: Option<bool>,
        key: Option<Key>,
    ) -> Result<Placed> {
        let user = actor.user()?;
        let subject = subject_of(subject)?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<First>(key.as_ref()).await? {
            let call =
                call::table.find(first.call).select(Call::as_select()).first(unit.connection()).await?;
            return Ok(Placed { call, join_token: self.join_token(first.contact_leg) });
        }
        let contact = crate::crm::find_contact(unit.connection(), contact)
            .await?
            .filter(|c| c.archived_at.is_none())
            .ok_or_else(|| Refusal::not_found("contact").at("contactId"))?;
        free_to_call(&mut unit, user.id).await?;
        let now = unit.now;
        let record = record.unwrap_or(self.config.record_calls);
        let call = Call {
            agent_id: Some(user.id),
            contact_id: Some(contact.id),
            // We called an address that we have: whoever opens the link is taken for the contact.
            contact_verified: true,
            answer_by: Some(now + self.config.ring),
            ..Call::begun(Direction::Outbound, media, subject, record, now)
        };
        let agent = Leg::of_user(&call, LegRole::Agent, user, now);
        let other = Leg::of_contact(&call, Some(contact.id), contact.name, now);
        let other_id = other.id;
        let mut change = Change::create(unit, call, vec![agent, other]).await?;
        change.event(CallEventKind::Created, &user.id.to_string(), None, None).await?;
        change.dispatch().await?;
        change.unit.keep_result(key.as_ref(), &First { call: change.call.id, contact_leg: other_id }).await?;
        let (call, _) = change.commit().await?;
        tracing::info!(call = %call.id, media = %call.media, "call placed");
        Ok(Placed { call, join_token: self.join_token(other_id) })
    }

    fn join_mac(&self, leg: LegId) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.config.secret.derive("join-link")).ok()?;
        mac.update(leg.0.as_bytes());
        Some(mac)
    }

    /// The token of a leg's link. It is derived (leg id and MAC), so that a repeated request gets it again though no
    /// secret is stored.
    #[must_use]
    pub fn join_token(&self, leg: LegId) -> String {
        let mut bytes = leg.0.as_bytes().to_vec();
        if let Some(mac) = self.join_mac(leg) {
            bytes.extend_from_slice(&mac.finalize().into_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The leg that a link is for, if we made the link.
    #[must_use]
    pub fn leg_of_token(&self, token: &str) -> Option<LegId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, given) = bytes.split_at_checked(16)?;
        let leg = LegId(Uuid::from_slice(id).ok()?);
        self.join_mac(leg)?.verify_slice(given).ok()?;
        Some(leg)
    }
}
