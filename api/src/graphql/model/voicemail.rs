//! Messages that callers left.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use domain::{ids::UserId, voicemail};

use super::{Agent, Call, Queue, Recording, Task, User};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::{self, global},
    scalars::DateTime,
};

/// A message that a caller left for the members of a queue, or for an agent.
#[derive(Clone)]
pub struct Voicemail(pub voicemail::Voicemail);

listed!(Voicemail);

/// Which messages are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct VoicemailFilter {
    /// For the members of this queue.
    queue_id: Option<ID>,
    /// For this agent.
    agent_id: Option<ID>,
    /// Only those that nobody has marked as heard.
    unheard: Option<bool>,
}

impl VoicemailFilter {
    pub fn read(self) -> Answer<voicemail::VoicemailFilter> {
        Ok(voicemail::VoicemailFilter {
            queue: id::parse_optional(self.queue_id.as_ref())?,
            agent: id::parse_optional(self.agent_id.as_ref())?,
            unheard: self.unheard.unwrap_or(false),
        })
    }
}

impl Voicemail {
    /// A page of the messages that the viewer may hear and that pass a filter, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: voicemail::VoicemailFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_voicemails(context.actor(), &filter, &window.slice()?).await?;
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self, move || {
            let (platform, actor, filter) = (platform.clone(), Arc::clone(&actor), filter.clone());
            async move { platform.count_voicemails(&actor, &filter).await }
        }))
    }

    async fn said(&self, context: &Context<'_>) -> Answer<domain::recordings::Recording> {
        let said = match self.0.recording_id {
            Some(id) => context.loaders().load_one(id).await?,
            None => None,
        };
        said.ok_or_else(|| Fault::internal("a message without its recording"))
    }
}

/// A message that a caller left for the members of a queue, or for an agent.
#[Object]
impl Voicemail {
    /// `voicemail_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The call at whose end it was left.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        // Whoever may hear a message may see its call.
        context.loaders().load_one(self.0.call_id).await?.map(Call).ok_or(Fault::Forbidden)
    }

    /// The queue for whose members it is; null for an agent's own.
    async fn queue(&self, context: &Context<'_>) -> Answer<Option<Queue>> {
        Ok(named(context, self.0.queue_id).await?.map(Queue))
    }

    /// The agent for whom it is; null for a queue's.
    async fn agent(&self, context: &Context<'_>) -> Answer<Option<Agent>> {
        Ok(named(context, self.0.agent_id).await?.map(Agent))
    }

    /// What was said, without the silence before and after: `recordingPlay` plays it.
    async fn recording(&self, context: &Context<'_>) -> Answer<Recording> {
        Ok(Recording(self.said(context).await?))
    }

    /// How long it is.
    async fn duration_seconds(&self, context: &Context<'_>) -> Answer<f64> {
        Ok(self.said(context).await?.duration_ms.unwrap_or_default() as f64 / 1000.0)
    }

    /// When the caller had left it.
    async fn left_at(&self) -> DateTime {
        self.0.left_at.unwrap_or(self.0.started_at).into()
    }

    /// What it made somebody do, if the viewer may see that.
    async fn task(&self, context: &Context<'_>) -> Answer<Option<Task>> {
        Ok(named(context, self.0.task_id).await?.map(Task))
    }

    /// When it was first marked as heard.
    async fn heard_at(&self) -> Option<DateTime> {
        self.0.heard_at.map(DateTime)
    }

    /// Who marked it.
    async fn heard_by(&self, context: &Context<'_>) -> Answer<Option<User>> {
        let Some(id): Option<UserId> = self.0.heard_by else { return Ok(None) };
        Ok(context.loaders().load_one(id).await?.map(User))
    }
}
