//! More than two: an agent asks colleagues, contacts and guests into a call that runs, and puts them out again.

use serde::{Deserialize, Serialize};

use super::{CallEventKind, CallState, Change, Leg, LegRole, LegState};
use crate::{
    Platform, Result,
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, ContactId, LegId, OfferId, UserId},
    limits,
    people::{Actor, idempotency::Key},
    routing::{Offer, OfferPurpose, OfferState},
    validate,
};

/// Who is asked.
#[derive(Debug, Clone)]
pub enum Invitee {
    /// A colleague, who gets an offer.
    User(UserId),
    /// Gets a link, as a guest does.
    Contact(ContactId),
    /// Somebody of whom only the name is known.
    Guest(String),
}

/// Somebody who was asked.
#[derive(Debug)]
pub enum Invited {
    /// A colleague: a leg is made when the offer is accepted.
    Colleague(Offer),
    /// A contact or a guest, with the token of the link.
    Outsider(Leg, String),
}

#[derive(Serialize, Deserialize)]
enum First {
    Offer(OfferId),
    Leg(LegId),
}

impl Platform {
    /// Asks somebody into a call that runs. Whoever does not come in ten minutes, a colleague in half a one, is no longer
    /// awaited.
    ///
    /// # Errors
    /// NOT_FOUND for the call or whom to ask, CALL_ENDED, ILLEGAL_TRANSITION while nobody talks, NOT_ALLOWED for one who is not
    /// in it as an agent and for a colleague who is in it, INVALID for the name or a contact who is in it, AGENT_BUSY and
    /// NO_AGENT for a colleague who cannot come, LIMIT_REACHED.
    pub async fn invite(
        &self,
        actor: &Actor,
        id: CallId,
        whom: Invitee,
        key: Option<Key>,
    ) -> Result<Invited> {
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        if let Some(first) = change.unit.first_result::<First>(key.as_ref()).await? {
            return self.invited_before(change, first).await;
        }
        change.still_on()?;
        let own = change.own_agent_leg(actor)?;
        if change.call.state != CallState::InProgress {
            return refuse(RefusalCode::IllegalTransition, "Nobody talks in this call just now.");
        }
        if change.live_transfer().await?.is_some() {
            let says = "This call is being transferred. Complete the transfer or take it back first.";
            return refuse(RefusalCode::IllegalTransition, says);
        }
        // Colleagues who are asked have no leg yet.
        let live = change.live_offers().await?;
        let asked = live.iter().filter(|offer| offer.state == OfferState::Pending).count();
        change.room_for_more(1 + asked)?;
        let invited = match whom {
            Invitee::User(colleague) => {
                let by = change.legs[own].user_id.unwrap_or(colleague);
                let offer = change.ask(colleague.into(), by.into(), OfferPurpose::Invitation, None).await?;
                change.unit.keep_result(key.as_ref(), &First::Offer(offer.id)).await?;
                Invited::Colleague(offer)
            }
            Invitee::Contact(contact) => {
                let leg = change.invited_contact(contact).await?;
                change.invite_outsider(actor, leg, key.as_ref()).await?
            }
            Invitee::Guest(name) => {
                let name = validate::name("name", &name)?;
                let leg = Leg::invited(&change.call, LegRole::Guest, name, change.now());
                change.invite_outsider(actor, leg, key.as_ref()).await?
            }
        };
        change.commit().await?;
        tracing::info!(call = %id, "somebody is asked into a call");
        Ok(invited)
    }

    async fn invited_before(&self, change: Change, first: First) -> Result<Invited> {
        match first {
            First::Leg(id) => {
                let leg = change.legs.into_iter().find(|leg| leg.id == id);
                let leg = leg.ok_or_else(|| Refusal::not_found("leg"))?;
                Ok(Invited::Outsider(leg, self.join_token(id)))
            }
            First::Offer(id) => {
                // Its connection goes back before another is asked for.
                drop(change);
                let offer = self.offers(&[id]).await?.pop();
                Ok(Invited::Colleague(offer.ok_or_else(|| Refusal::not_found("offer"))?))
            }
        }
    }

    /// Withdraws an invitation, or puts somebody out whom an agent can put out: guests, further contacts and colleagues.
    /// Gone already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, NOT_ALLOWED for one who is not in the call as an agent, for oneself, for supervisors, and for those
    /// without whom there is no call.
    pub async fn remove(&self, actor: &Actor, id: LegId) -> Result<Leg> {
        let (mut change, place) = self.change_by_leg(id).await?;
        let is_known = change.belongs_to(actor).is_ok() && self.shows(actor, &change.legs[place]);
        if !is_known {
            return Err(Refusal::not_found("leg").at("legId").into());
        }
        change.still_on()?;
        let own = change.own_agent_leg(actor)?;
        if change.legs[place].state == LegState::Left {
            return Ok(change.legs.swap_remove(place));
        }
        change.may_be_put_out(place, own)?;
        change.leg_becomes(place, LegState::Left)?;
        change.event(CallEventKind::LegLeft, &actor.key(), Some(id), Some(PUT_OUT.into())).await?;
        change.after_leaving(place, &actor.key(), false).await?;
        let (_, mut legs) = change.commit().await?;
        Ok(legs.swap_remove(place))
    }

    /// No longer asks a colleague into a call. Too late is no fault: whoever has answered is in the call or is not.
    ///
    /// # Errors
    /// NOT_FOUND for what is no invitation into a call that the caller may see, CALL_ENDED, NOT_ALLOWED for one who is not in
    /// the call as an agent.
    pub async fn withdraw_invitation(&self, actor: &Actor, id: OfferId) -> Result<Offer> {
        let unknown = || Refusal::not_found("offer").at("offerId");
        let seen = self.offers(&[id]).await?.pop().filter(|it| it.purpose == OfferPurpose::Invitation);
        let seen = seen.ok_or_else(unknown)?;
        let mut change = self.change(seen.call_id).await?;
        change.belongs_to(actor).map_err(|_| unknown())?;
        change.still_on()?;
        change.own_agent_leg(actor)?;
        if change.decline(&seen, OfferState::Cancelled, "no longer needed").await? {
            change.commit().await?;
        }
        self.offers(&[id]).await?.pop().ok_or_else(|| unknown().into())
    }
}

/// What the event of one says whom an agent has put out.
pub(super) const PUT_OUT: &str = "put out";

impl Change {
    async fn invite_outsider(&mut self, actor: &Actor, mut leg: Leg, key: Option<&Key>) -> Result<Invited> {
        leg.leave_by = Some(self.now() + limits::INVITATION);
        let id = leg.id;
        let place = self.add_leg(leg);
        self.event(CallEventKind::LegInvited, &actor.key(), Some(id), None).await?;
        self.unit.keep_result(key, &First::Leg(id)).await?;
        let token = self.unit.platform().join_token(id);
        Ok(Invited::Outsider(self.legs[place].clone(), token))
    }

    async fn invited_contact(&mut self, id: ContactId) -> Result<Leg> {
        let contact = crate::crm::find_contact(self.unit.connection(), id)
            .await?
            .filter(|contact| contact.archived_at.is_none())
            .ok_or_else(|| Refusal::not_found("contact").at("contactId"))?;
        let is_in = |leg: &Leg| leg.contact_id == Some(id) && leg.is_on();
        if self.legs.iter().any(is_in) {
            let says = format!("{} is in this call already, or asked into it.", contact.name);
            return Err(Refusal::invalid("contactId", says).into());
        }
        Ok(Leg::of_contact(&self.call, Some(id), contact.name, self.now()))
    }

    /// # Errors
    /// NOT_ALLOWED.
    fn may_be_put_out(&self, place: usize, own: usize) -> Result<()> {
        let leg = &self.legs[place];
        if place == own {
            return refuse(RefusalCode::NotAllowed, "Hang up to leave the call yourself.");
        }
        if leg.role == LegRole::Supervisor {
            return refuse(RefusalCode::NotAllowed, "A supervisor leaves by himself.");
        }
        if leg.role == LegRole::Agent && leg.user_id == self.call.agent_id {
            let says = format!("It is {}'s call. Hang up to leave it.", leg.name);
            return refuse(RefusalCode::NotAllowed, says);
        }
        let others = |other: &Leg| other.id != leg.id && other.is_outsider() && other.state.is_present();
        let is_the_contact = leg.role == LegRole::Contact && leg.contact_id == self.call.contact_id;
        if leg.state.is_present() && leg.is_outsider() && (is_the_contact || !self.legs.iter().any(others)) {
            let says = format!("Without {} there is no call. End it instead.", leg.name);
            return refuse(RefusalCode::NotAllowed, says);
        }
        Ok(())
    }
}
