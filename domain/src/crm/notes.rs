//! What people write down about contacts and calls.
//!
//! A note is saved as it is typed: made once, then changed with the version that its writer last read, so that two tabs
//! never overwrite each other unseen. On a call with a contact it is on that contact, too.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;

use super::find_contact;
use crate::{
    Platform, Result,
    calls::{CallEventKind, Change},
    db::{
        Unit,
        schema::{leg, note},
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, ContactId, NoteId, UserId},
    page::{Key, Page, Slice},
    people::{Actor, idempotency},
};

/// Characters of one note.
const LONGEST: usize = 20_000;

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = note, check_for_backend(Pg))]
pub struct Note {
    pub id: NoteId,
    pub version: i32,
    pub body: String,
    pub author_id: UserId,
    pub contact_id: Option<ContactId>,
    pub call_id: Option<CallId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What is to be written down, and about what: a contact, a call, or both.
#[derive(Debug, Clone, Default)]
pub struct NewNote {
    pub body: String,
    pub contact: Option<ContactId>,
    pub call: Option<CallId>,
}

fn checked(body: &str) -> Result<&str> {
    if body.trim().is_empty() {
        return Err(Refusal::invalid("body", "A note must not be empty.").into());
    }
    if body.chars().count() > LONGEST {
        return Err(Refusal::invalid("body", format!("A note may have {LONGEST} characters at most.")).into());
    }
    Ok(body)
}

/// Writes a note down within a larger change. Whose call it is was asked before, and the call is locked; its event,
/// NOTE_SAVED, is the caller's to write.
///
/// # Errors
/// INVALID for the body, or when it is about nothing.
pub(crate) async fn add_note(
    unit: &mut Unit,
    author: UserId,
    call: Option<CallId>,
    contact: Option<ContactId>,
    body: &str,
) -> Result<Note> {
    if call.is_none() && contact.is_none() {
        return Err(Refusal::invalid("contactId", "Say what the note is about: a contact or a call.").into());
    }
    let made = Note {
        id: NoteId::new(),
        version: 1,
        body: checked(body)?.to_owned(),
        author_id: author,
        contact_id: contact,
        call_id: call,
        created_at: unit.now,
        updated_at: unit.now,
    };
    diesel::insert_into(note::table).values(&made).execute(unit.connection()).await?;
    Ok(made)
}

type Boxed<'a> = note::BoxedQuery<'a, Pg>;

/// Notes on a contact: all users, who see every contact. On a call alone: those who may see the call.
fn visible<'a>(actor: &Actor) -> Result<Boxed<'a>> {
    let user = actor.user()?.id;
    let all = note::table.into_boxed();
    Ok(if actor.sees_all() {
        all
    } else {
        let party = leg::table.filter(leg::user_id.eq(user)).select(leg::call_id.nullable());
        all.filter(note::contact_id.is_not_null().or(note::call_id.eq_any(party)))
    })
}

/// A unit of work for a note on a call, which is locked first, or on a contact alone.
enum Work {
    Call(Box<Change>),
    Contact(Box<Unit>),
}

impl Work {
    /// # Errors
    /// NOT_FOUND for a call that is not the actor's.
    async fn begin(platform: &Platform, actor: &Actor, call: Option<CallId>) -> Result<Self> {
        let Some(call) = call else { return Ok(Self::Contact(Box::new(platform.begin().await?))) };
        let change = platform.change(call).await?;
        change.belongs_to(actor)?;
        Ok(Self::Call(Box::new(change)))
    }

    fn unit(&mut self) -> &mut Unit {
        match self {
            Self::Call(change) => &mut change.unit,
            Self::Contact(unit) => unit,
        }
    }

    /// Tells those who watch the call, and commits.
    async fn commit(self, actor: &Actor) -> Result<()> {
        match self {
            Self::Call(mut change) => {
                change.event(CallEventKind::NoteSaved, &actor.key(), None, None).await?;
                change.commit().await?;
            }
            Self::Contact(unit) => unit.commit().await?,
        }
        Ok(())
    }
}

impl Platform {
    /// Writes a note down. Agents on contacts and on calls that they are or were a party of; supervisors on all.
    ///
    /// # Errors
    /// NOT_FOUND for contact or call, INVALID for the body, or for a contact that is not the call's.
    pub async fn create_note(
        &self,
        actor: &Actor,
        new: NewNote,
        key: Option<idempotency::Key>,
    ) -> Result<Note> {
        let author = actor.user()?.id;
        let mut work = Work::begin(self, actor, new.call).await?;
        if let Some(first) = work.unit().first_result::<NoteId>(key.as_ref()).await? {
            return Ok(note::table
                .find(first)
                .select(Note::as_select())
                .first(work.unit().connection())
                .await
                .optional()?
                .ok_or_else(|| Refusal::not_found("note"))?);
        }
        let whose = match &work {
            Work::Call(change) => change.call.contact_id,
            Work::Contact(_) => None,
        };
        if let Some(contact) = new.contact {
            if whose.is_some_and(|whose| whose != contact) {
                return Err(Refusal::invalid("contactId", "This call is with somebody else.").into());
            }
            find_contact(work.unit().connection(), contact)
                .await?
                .ok_or_else(|| Refusal::not_found("contact").at("contactId"))?;
        }
        let made = add_note(work.unit(), author, new.call, new.contact.or(whose), &new.body).await?;
        work.unit().keep_result(key.as_ref(), &made.id).await?;
        work.commit(actor).await?;
        Ok(made)
    }

    /// Changes a note: its author, or a supervisor. The same text again changes nothing, whatever the version, so that an
    /// answer that was lost can be asked for again.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for somebody else's note, INVALID for the body, STALE when the note moved on since `version`.
    pub async fn update_note(&self, actor: &Actor, id: NoteId, version: i32, body: &str) -> Result<Note> {
        let user = actor.user()?.id;
        let body = checked(body)?;
        let seen = self.notes(actor, &[id]).await?.pop().ok_or_else(|| Refusal::not_found("note"))?;
        if seen.author_id != user && !actor.sees_all() {
            return refuse(
                RefusalCode::NotAllowed,
                "Only its author or a supervisor changes a note. Write one of your own.",
            );
        }
        // The call that a note is about never changes, so it can be locked first, as everywhere.
        let mut work = Work::begin(self, actor, seen.call_id).await?;
        let found: Option<Note> = note::table
            .find(id)
            .select(Note::as_select())
            .for_no_key_update()
            .first(work.unit().connection())
            .await
            .optional()?;
        let mut found = found.ok_or_else(|| Refusal::not_found("note"))?;
        if found.body == body {
            return Ok(found);
        }
        if found.version != version {
            return refuse(
                RefusalCode::Stale,
                "The note was changed elsewhere meanwhile. Read it again, then put the two together.",
            );
        }
        found.version += 1;
        body.clone_into(&mut found.body);
        found.updated_at = work.unit().now;
        diesel::update(note::table.find(id))
            .set((
                note::version.eq(found.version),
                note::body.eq(&found.body),
                note::updated_at.eq(found.updated_at),
            ))
            .execute(work.unit().connection())
            .await?;
        work.commit(actor).await?;
        Ok(found)
    }

    /// Notes by id, as far as the actor may see them; in no order.
    pub async fn notes(&self, actor: &Actor, ids: &[NoteId]) -> Result<Vec<Note>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(note::id.eq_any(ids))
            .select(Note::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Notes of several calls that the actor may see, the oldest first.
    pub async fn notes_of_calls(&self, actor: &Actor, ids: &[CallId]) -> Result<Vec<Note>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(note::call_id.eq_any(ids))
            .order(note::id)
            .select(Note::as_select())
            .load(&mut connection)
            .await?)
    }

    /// A page of the notes of each of several contacts, the newest first, in one query.
    ///
    /// # Errors
    /// INVALID for a key that is not of this list.
    pub async fn notes_of_contacts(
        &self,
        actor: &Actor,
        contacts: &[ContactId],
        slice: &Slice,
    ) -> Result<Vec<(ContactId, Page<Note>)>> {
        actor.user()?;
        let (at, id) = match &slice.after {
            Some(key) => (Some(key.instant()?), Some(key.id)),
            None => (None, None),
        };
        let mut connection = self.db.get().await?;
        let rows: Vec<Note> = sql_query(
            "SELECT note.* FROM unnest($1::uuid[]) AS of (id) CROSS JOIN LATERAL (
                SELECT * FROM note WHERE contact_id = of.id AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
                ORDER BY created_at DESC, id DESC LIMIT $4
            ) AS note ORDER BY note.created_at DESC, note.id DESC",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(contacts)
        .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(at)
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(id)
        .bind::<sql_types::BigInt, _>(slice.limit + 1)
        .load(&mut connection)
        .await?;
        let pages = contacts.iter().map(|contact| {
            let own = rows.iter().filter(|row| row.contact_id == Some(*contact)).cloned().collect();
            (*contact, slice.page(own, |row: &Note| Key::at(row.created_at, row.id.0)))
        });
        Ok(pages.collect())
    }

    pub async fn count_notes_of_contact(&self, contact: ContactId) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(note::table.filter(note::contact_id.eq(contact)).count().get_result(&mut connection).await?)
    }
}
