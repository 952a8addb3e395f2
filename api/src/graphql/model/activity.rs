//! What happened with a contact, in one order.

use std::sync::Arc;

use async_graphql::{Context, Object};
use domain::{
    crm,
    ids::{CallId, ContactId, NoteId, TaskId, VoicemailId},
};

use super::{ActivityKind, Call, Node, Note, Task, Voicemail};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::{Answer, Fault},
    scalars::DateTime,
};

/// A line of a contact's timeline.
pub struct Activity(crm::Activity);

listed!(Activity);

impl Activity {
    /// A page of what happened with a contact, as far as the viewer may see it, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        contact: ContactId,
        kinds: Vec<crm::ActivityKind>,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.timeline(context.actor(), contact, &kinds, &window.slice()?).await?;
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self, move || {
            let (platform, actor, kinds) = (platform.clone(), Arc::clone(&actor), kinds.clone());
            async move { platform.count_timeline(&actor, contact, &kinds).await }
        }))
    }
}

/// A line of a contact's timeline.
#[Object]
impl Activity {
    /// What it is.
    async fn kind(&self) -> ActivityKind {
        self.0.kind.into()
    }

    /// When it began: a call when it was placed, a message with its greeting, a note or a task when it was made.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// The call, the note, the task or the message itself.
    async fn node(&self, context: &Context<'_>) -> Answer<Node> {
        let (loaders, id) = (context.loaders(), self.0.id);
        let node = match self.0.kind {
            crm::ActivityKind::Call => loaders.load_one(CallId(id)).await?.map(|row| Node::Call(Call(row))),
            crm::ActivityKind::Note => loaders.load_one(NoteId(id)).await?.map(|row| Node::Note(Note(row))),
            crm::ActivityKind::Task => loaders.load_one(TaskId(id)).await?.map(|row| Node::Task(Task(row))),
            crm::ActivityKind::Voicemail => {
                loaders.load_one(VoicemailId(id)).await?.map(|row| Node::Voicemail(Voicemail(row)))
            }
            crm::ActivityKind::Appointment => None,
        };
        // The list holds what the viewer may see: it is gone only if it was taken away in between.
        node.ok_or_else(|| Fault::internal("a line of a timeline without what it is about"))
    }
}
