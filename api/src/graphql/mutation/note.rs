//! Notes: written once, then saved as they are typed.

use async_graphql::{Context, ID, InputObject, Object};
use domain::crm::NewNote;

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::Note,
    payload::{payloads, settle},
};

/// A new note, about a contact, a call, or both.
#[derive(InputObject)]
struct NoteCreateInput {
    /// The text, 1 to 20,000 characters.
    body: String,
    /// About whom; left out where the call says it.
    contact_id: Option<ID>,
    /// The call that it is about.
    call_id: Option<ID>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// The text as it is now.
#[derive(InputObject)]
struct NoteUpdateInput {
    /// The note.
    note_id: ID,
    /// The version that the text was typed on. STALE when the note has moved on.
    version: i32,
    /// The whole text, 1 to 20,000 characters. The one that is there already is no change and no new version.
    body: String,
}

payloads! {
    /// What `noteCreate` answers.
    NoteCreatePayload {
        /// The new note.
        note: Note,
    }
    /// What `noteUpdate` answers.
    NoteUpdatePayload {
        /// The note, changed.
        note: Note,
    }
}

#[derive(Default)]
pub struct NoteMutations;

#[Object]
impl NoteMutations {
    /// Writes a note down. Agents on contacts and on calls that they are or were a party of, supervisors and administrators
    /// on any. For users.
    async fn note_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new note.")] input: NoteCreateInput,
    ) -> Answer<NoteCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let (contact, call) =
            (id::parse_optional(input.contact_id.as_ref())?, id::parse_optional(input.call_id.as_ref())?);
        let created = async {
            let key = key(actor, "noteCreate", input.idempotency_key.as_ref(), &input)?;
            let note = platform.create_note(actor, NewNote { body: input.body, contact, call }, key).await?;
            Ok(NoteCreatePayload { note: Some(Note(note)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes a note. Agents their own, supervisors and administrators any. For users.
    async fn note_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The text as it is now.")] input: NoteUpdateInput,
    ) -> Answer<NoteUpdatePayload> {
        let note = id::parse(&input.note_id)?;
        let updated = context.platform().update_note(context.actor(), note, input.version, &input.body).await;
        settle(updated.map(|note| NoteUpdatePayload { note: Some(Note(note)), ..Default::default() }))
    }
}
