//! Two cards that turn out to be one person.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Attribute, Contact, contacts::LIST, find_contact};
use crate::{
    Error, Platform, Result,
    db::{
        Unit,
        schema::{call, contact, leg, note, task},
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, ContactId},
    people::{Actor, idempotency::Key},
};

impl Platform {
    /// Moves everything of one contact to another, `into`, which keeps its own word where both say something, and archives
    /// the first. Nothing is lost: the archived card stays as it was.
    ///
    /// # Errors
    /// INVALID for a contact and itself, NOT_FOUND, NOT_ALLOWED into an archived one, LIMIT_REACHED when the two have more
    /// than one card holds.
    pub async fn merge_contacts(
        &self,
        actor: &Actor,
        from: ContactId,
        into: ContactId,
        key: Option<Key>,
    ) -> Result<Contact> {
        actor.user()?;
        if from == into {
            return Err(Refusal::invalid("intoId", "A contact cannot be merged into itself.").into());
        }
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<ContactId>(key.as_ref()).await? {
            return find_contact(unit.connection(), first)
                .await?
                .ok_or_else(|| Refusal::not_found("contact").into());
        }
        lock_calls(&mut unit, from).await?;
        // FOR UPDATE, so that whoever is adding a call, a note or a task to either comes before us or behind us.
        let rows: Vec<Contact> = contact::table
            .filter(contact::id.eq_any([from, into]))
            .order(contact::id)
            .select(Contact::as_select())
            .for_update()
            .load(unit.connection())
            .await?;
        let find = |id: ContactId, field: &'static str| {
            let row = rows.iter().find(|row| row.id == id).cloned();
            row.ok_or_else(|| Refusal::not_found("contact").at(field))
        };
        let (mut source, mut target) = (find(from, "contactId")?, find(into, "intoId")?);
        if target.archived_at.is_some() {
            return Err(Refusal::new(
                RefusalCode::NotAllowed,
                "This contact is archived. Bring it back first, or merge the other way round.",
            )
            .at("intoId")
            .into());
        }
        unite(&source, &mut target)?;
        source.archived_at.get_or_insert(unit.now);
        for row in [&mut source, &mut target] {
            row.updated_at = unit.now;
            diesel::update(contact::table.find(row.id)).set(&*row).execute(unit.connection()).await?;
        }
        let connection = unit.connection();
        diesel::update(call::table.filter(call::contact_id.eq(from)))
            .set(call::contact_id.eq(into))
            .execute(connection)
            .await?;
        diesel::update(leg::table.filter(leg::contact_id.eq(from)))
            .set(leg::contact_id.eq(into))
            .execute(connection)
            .await?;
        diesel::update(note::table.filter(note::contact_id.eq(from)))
            .set(note::contact_id.eq(into))
            .execute(connection)
            .await?;
        diesel::update(task::table.filter(task::contact_id.eq(from)))
            .set(task::contact_id.eq(into))
            .execute(connection)
            .await?;
        unit.keep_result(key.as_ref(), &into).await?;
        unit.commit().await?;
        Ok(target)
    }
}

/// Locks the calls of a contact, each before its rows: what changes a call holds its legs in memory meanwhile. Calls come
/// before contacts, as everywhere: a change of a call locks its contact when it makes a task.
async fn lock_calls(unit: &mut Unit, contact: ContactId) -> Result<()> {
    let calls: Vec<CallId> =
        leg::table.filter(leg::contact_id.eq(contact)).select(leg::call_id).load(unit.connection()).await?;
    call::table
        .filter(call::contact_id.eq(contact).or(call::id.eq_any(calls)))
        .order(call::id)
        .select(call::id)
        .for_no_key_update()
        .load::<CallId>(unit.connection())
        .await?;
    Ok(())
}

fn unite(source: &Contact, target: &mut Contact) -> Result<()> {
    let lists = [
        (&mut target.emails, &source.emails, "e-mail addresses"),
        (&mut target.phones, &source.phones, "phone numbers"),
        (&mut target.tags, &source.tags, "tags"),
    ];
    for (own, others, what) in lists {
        for other in others {
            if !own.contains(other) {
                own.push(other.clone());
            }
        }
        fits(own.len(), LIST, what)?;
    }
    let mut attributes: Vec<Attribute> = target.attributes();
    for other in source.attributes() {
        if !attributes.iter().any(|own| own.name == other.name) {
            attributes.push(other);
        }
    }
    fits(attributes.len(), super::contacts::ATTRIBUTES, "custom facts")?;
    target.attributes = serde_json::to_value(attributes).map_err(|e| Error::Internal(e.to_string()))?;
    target.time_zone = target.time_zone.take().or_else(|| source.time_zone.clone());
    target.owner_id = target.owner_id.or(source.owner_id);
    target.company_id = target.company_id.or(source.company_id);
    Ok(())
}

fn fits(number: usize, most: usize, what: &str) -> Result<()> {
    if number <= most {
        return Ok(());
    }
    refuse(
        RefusalCode::LimitReached,
        format!("Together they have {number} {what}, and a contact may have {most}. Remove some first."),
    )
}
