//! Who a caller is. A page that is open to everybody takes what a caller says of himself; one of the house who talks with
//! him confirms it, or says who it is.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{Call, CallEventKind, CallState, Change, Direction, Leg, LegRole};
use crate::{
    Platform, Result,
    audit::AuditAction,
    crm::{ContactChange, add_contact},
    db::schema::{contact, note, task},
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, CallId, ContactId},
    people::{Actor, idempotency::Key},
};

/// Who a caller is.
#[derive(Debug, Clone)]
pub enum Identity {
    /// The contact that the call has already: that confirms it.
    Known(ContactId),
    New(ContactChange),
}

impl Platform {
    /// Says who a caller is, for the call and for the notes and tasks that came of it. Said already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND for the call or a contact that is not there or archived, INVALID for a contact who is in the call as somebody
    /// else and for what a new one has, NOT_ALLOWED for a call that nobody called in with and for an agent who is no
    /// longer in it, CALL_ENDED once the work after it is over, too.
    pub async fn set_call_contact(
        &self,
        actor: &Actor,
        id: CallId,
        who: Identity,
        key: Option<Key>,
    ) -> Result<Call> {
        let user = actor.user()?.id;
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        if change.unit.first_result::<CallId>(key.as_ref()).await?.is_some() {
            return Ok(change.call);
        }
        let confirmed = change.call.contact_id.filter(|_| change.call.contact_verified);
        if matches!(who, Identity::Known(contact) if confirmed == Some(contact)) {
            return Ok(change.call);
        }
        change.may_be_identified_by(actor).await?;
        let contact = match who {
            Identity::Known(contact) => change.known_contact(contact).await?,
            Identity::New(new) => add_contact(&mut change.unit, user, new).await?.id,
        };
        let before = change.call.contact_id;
        change.becomes_of(contact).await?;
        let audited = before.map_or_else(|| json!({}), |before| json!({ "from": before }));
        let subject = Some(contact.to_string());
        change.unit.audit(user, AuditAction::CallContactSet, Some(id), subject.clone(), audited).await?;
        change.event(CallEventKind::ContactSet, &actor.key(), None, subject).await?;
        change.unit.keep_result(key.as_ref(), &id).await?;
        Ok(change.commit().await?.0)
    }
}

impl Change {
    /// Whether the actor may say now who it is: an agent while in the call or wrapping it up, one who sees all as long as
    /// anybody does.
    async fn may_be_identified_by(&mut self, actor: &Actor) -> Result<()> {
        // Called back, whoever called is still only who he said he was.
        if self.call.direction != Direction::Inbound && self.call.callback_of.is_none() {
            return refuse(RefusalCode::NotAllowed, "Nobody called in: who is in this call is known.");
        }
        let over = self.call.state == CallState::Ended;
        let speaks = |leg: &Leg| leg.is_agent_on() && actor.owns(leg);
        if !over && (actor.sees_all() || self.legs.iter().any(speaks)) {
            return Ok(());
        }
        let agent = actor.user_id().filter(|_| !actor.sees_all()).map(AgentId::from);
        if self.open_wrap_up(agent).await?.is_some() {
            return Ok(());
        }
        if over {
            let says = "This call and the work after it are over. Write a note on the contact instead.";
            return refuse(RefusalCode::CallEnded, says);
        }
        refuse(RefusalCode::NotAllowed, "You are no longer in this call.")
    }

    /// Locked, so that a merge that takes the contact away comes before us or behind us.
    async fn known_contact(&mut self, id: ContactId) -> Result<ContactId> {
        let name: Option<String> = contact::table
            .find(id)
            .filter(contact::archived_at.is_null())
            .select(contact::name)
            .for_key_share()
            .first(self.unit.connection())
            .await
            .optional()?;
        let Some(name) = name else { return Err(Refusal::not_found("contact").at("contactId").into()) };
        let is_in = |leg: &Leg| leg.contact_id == Some(id) && leg.is_on();
        if self.call.contact_id != Some(id) && self.legs.iter().any(is_in) {
            let says = format!("{name} is in this call already, or asked into it.");
            return Err(Refusal::invalid("contactId", says).into());
        }
        Ok(id)
    }

    /// The call is this contact's, with all that is on it because it was another one's or nobody's.
    async fn becomes_of(&mut self, contact: ContactId) -> Result<()> {
        let (call, before) = (self.call.id, self.call.contact_id);
        (self.call.contact_id, self.call.contact_verified) = (Some(contact), true);
        // The leg keeps the name that the caller gave: callers read it, and learn nothing of a card.
        let is_theirs = |leg: &&mut Leg| leg.role == LegRole::Contact && leg.contact_id == before;
        if let Some(theirs) = self.legs.iter_mut().find(is_theirs) {
            theirs.contact_id = Some(contact);
        }
        diesel::update(note::table.filter(note::call_id.eq(call)))
            .set(note::contact_id.eq(contact))
            .execute(self.unit.connection())
            .await?;
        let same = task::contact_id.is_not_distinct_from(before);
        diesel::update(task::table.filter(task::call_id.eq(call).and(same)))
            .set(task::contact_id.eq(contact))
            .execute(self.unit.connection())
            .await?;
        Ok(())
    }
}
