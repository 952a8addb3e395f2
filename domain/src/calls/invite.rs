//! More than two: an agent asks contacts and guests into a call that runs, and puts them out again.

use serde::{Deserialize, Serialize};

use super::{CallEventKind, CallState, Change, Leg, LegRole, LegState};
use crate::{
    Platform, Result,
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, ContactId, LegId},
    limits,
    people::{Actor, idempotency::Key},
    validate,
};

/// Who is asked.
#[derive(Debug, Clone)]
pub enum Invitee {
    Contact(ContactId),
    /// Somebody of whom only the name is known.
    Guest(String),
}

/// Somebody who was asked, and the token of their link.
#[derive(Debug)]
pub struct Invited {
    pub leg: Leg,
    pub join_token: String,
}

#[derive(Serialize, Deserialize)]
struct First {
    leg: LegId,
}

impl Platform {
    /// Asks somebody into a call that runs. Whoever does not come in ten minutes is no longer awaited.
    ///
    /// # Errors
    /// NOT_FOUND for the call or the contact, CALL_ENDED, ILLEGAL_TRANSITION while nobody talks, NOT_ALLOWED for one who is not
    /// in it as an agent, INVALID for the name or a contact who is in it, LIMIT_REACHED.
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
            let found = change.legs.into_iter().find(|leg| leg.id == first.leg);
            let leg = found.ok_or_else(|| Refusal::not_found("leg"))?;
            return Ok(Invited { join_token: self.join_token(leg.id), leg });
        }
        change.still_on()?;
        change.own_agent_leg(actor)?;
        if change.call.state != CallState::InProgress {
            return refuse(RefusalCode::IllegalTransition, "Nobody talks in this call just now.");
        }
        change.room_for_one_more()?;
        let leg = change.invited(whom).await?;
        let id = leg.id;
        let place = change.add_leg(leg);
        change.event(CallEventKind::LegInvited, &actor.key(), Some(id), None).await?;
        change.unit.keep_result(key.as_ref(), &First { leg: id }).await?;
        let (call, mut legs) = change.commit().await?;
        tracing::info!(call = %call.id, leg = %id, "somebody is asked into a call");
        Ok(Invited { leg: legs.swap_remove(place), join_token: self.join_token(id) })
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
}

/// What the event of one says whom an agent has put out.
pub(super) const PUT_OUT: &str = "put out";

impl Change {
    /// The leg of somebody who is asked.
    async fn invited(&mut self, whom: Invitee) -> Result<Leg> {
        let now = self.now();
        let mut leg = match whom {
            Invitee::Guest(name) => {
                Leg::invited(&self.call, LegRole::Guest, validate::name("name", &name)?, now)
            }
            Invitee::Contact(id) => {
                let contact = crate::crm::find_contact(self.unit.connection(), id)
                    .await?
                    .filter(|contact| contact.archived_at.is_none())
                    .ok_or_else(|| Refusal::not_found("contact").at("contactId"))?;
                let is_in = |leg: &Leg| leg.contact_id == Some(id) && leg.state != LegState::Left;
                if self.legs.iter().any(is_in) {
                    let says = format!("{} is in this call already, or asked into it.", contact.name);
                    return Err(Refusal::invalid("contactId", says).into());
                }
                let mut leg = Leg::invited(&self.call, LegRole::Contact, contact.name, now);
                leg.contact_id = Some(id);
                leg
            }
        };
        leg.leave_by = Some(now + limits::INVITATION);
        Ok(leg)
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
        let others = |other: &&Leg| other.id != leg.id && other.is_outsider() && other.state.is_present();
        let is_the_contact = leg.role == LegRole::Contact && leg.contact_id == self.call.contact_id;
        if leg.state.is_present()
            && leg.is_outsider()
            && (is_the_contact || self.legs.iter().find(others).is_none())
        {
            let says = format!("Without {} there is no call. End it instead.", leg.name);
            return refuse(RefusalCode::NotAllowed, says);
        }
        Ok(())
    }
}
