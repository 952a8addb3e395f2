//! What was written down.

use async_graphql::{Context, ID, Object};
use domain::{crm, ids::ContactId};

use super::{Call, Contact, User};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::global,
    loaders::NotesOf,
    scalars::DateTime,
};

/// Something written down about a contact, a call, or both.
#[derive(Clone)]
pub struct Note(pub crm::Note);

listed!(Note);

impl Note {
    /// A page of the notes about a contact, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        contact: ContactId,
    ) -> Answer<Connection<Self>> {
        let key = NotesOf { contact, slice: window.slice()? };
        let page = context.loaders().load_one(key).await?.unwrap_or_default();
        let platform = context.platform().clone();
        Ok(Connection::new(window, page, Self, move || {
            let platform = platform.clone();
            async move { platform.count_notes_of_contact(contact).await }
        }))
    }
}

/// Something written down about a contact, a call, or both.
#[Object]
impl Note {
    /// `note_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// From 1; grows with every change of the text. `noteUpdate` wants the one that was read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The text, as it was typed.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// Who wrote it.
    async fn author(&self, context: &Context<'_>) -> Answer<User> {
        let author = context.loaders().load_one(self.0.author_id).await?;
        author.map(User).ok_or_else(|| Fault::internal("a note without its author"))
    }

    /// About whom. A note on a call with a contact is on that contact, too.
    async fn contact(&self, context: &Context<'_>) -> Answer<Option<Contact>> {
        Ok(named(context, self.0.contact_id).await?.map(Contact))
    }

    /// The call that it is about, if the viewer may see it.
    async fn call(&self, context: &Context<'_>) -> Answer<Option<Call>> {
        Ok(named(context, self.0.call_id).await?.map(Call))
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When its text last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}
