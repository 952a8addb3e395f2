//! Everything that can be read.

use async_graphql::{Context, ID, Object};
use domain::{
    audio::AudioFileFilter,
    ids::{CallId, ContactId},
};
use futures_util::future::try_join_all;

use super::{
    connection::{Connection, Window},
    context::ContextExt,
    fault::{Answer, Fault},
    id::parse,
    model::{
        Agent, AgentFilter, AudioFile, AuditEntry, AuditFilter, AwayReason, Call, CallFilter, CallOrder,
        Company, CompanyFilter, Contact, ContactFilter, ContactOrder, Invitation, MediaWorker, Node,
        Notification, Outcome, Queue, QueueInfo, Recording, RecordingFilter, Task, TaskFilter, TaskOrder,
        Viewer, Voicemail, VoicemailFilter,
    },
};

/// Everything that can be read. Lists need `first` or `last`, 1 to 100.
pub struct Query;

/// Everything that can be read. Lists need `first` or `last`, 1 to 100.
#[Object]
impl Query {
    /// Whoever is asking. Open to everybody.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// Anything by its id; null when it is missing or not the viewer's. For users and guests.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A typed id.")] id: ID,
    ) -> Answer<Option<Node>> {
        Node::load(context, &id).await
    }

    /// Several by their ids, in their order; null where one is missing or not the viewer's. For users and guests.
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Typed ids, at most 100.")] ids: Vec<ID>,
    ) -> Answer<Vec<Option<Node>>> {
        try_join_all(ids.iter().map(|id| Node::load(context, id))).await
    }

    /// People whom agents talk with. For users.
    #[expect(clippy::too_many_arguments, reason = "a list's arguments")]
    async fn contacts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<ContactFilter>,
        #[graphql(desc = "In which order; by name when left out.")] order_by: Option<ContactOrder>,
    ) -> Answer<Connection<Contact>> {
        let window = Window { first, after, last, before };
        Contact::page(context, &window, filter.unwrap_or_default().read()?, order_by.unwrap_or_default())
            .await
    }

    /// One contact; null when there is none. For users.
    async fn contact(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A contact's id.")] id: ID,
    ) -> Answer<Option<Contact>> {
        Ok(context.loaders().load_one(parse::<ContactId>(&id)?).await?.map(Contact))
    }

    /// Where contacts work, by name. For users.
    async fn companies(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<CompanyFilter>,
    ) -> Answer<Connection<Company>> {
        let window = Window { first, after, last, before };
        Company::page(context, &window, filter.unwrap_or_default().into()).await
    }

    /// How calls can turn out, by name; at most 200. For users.
    async fn outcomes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those that are no longer to be chosen, too.", default)] include_archived: bool,
    ) -> Answer<Vec<Outcome>> {
        Ok(context.platform().list_outcomes(include_archived).await?.into_iter().map(Outcome).collect())
    }

    /// Why agents can be away, by name; at most 200. For users.
    async fn away_reasons(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those that are no longer to be chosen, too.", default)] include_archived: bool,
    ) -> Answer<Vec<AwayReason>> {
        Ok(context.platform().away_reasons(include_archived).await?.into_iter().map(AwayReason).collect())
    }

    /// Things to do that the viewer may see. For users.
    async fn tasks(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<TaskFilter>,
        #[graphql(desc = "In which order; the newest first when left out.")] order_by: Option<TaskOrder>,
    ) -> Answer<Connection<Task>> {
        let filter = filter.unwrap_or_default().read(order_by.unwrap_or_default())?;
        Task::page(context, &Window::forwards(first, after), filter).await
    }

    /// Calls that the viewer may see: agents their own, supervisors and administrators all. For users.
    #[expect(clippy::too_many_arguments, reason = "a list's arguments")]
    async fn calls(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<CallFilter>,
        #[graphql(desc = "In which order; the newest first when left out.")] order_by: Option<CallOrder>,
    ) -> Answer<Connection<Call>> {
        let filter = filter.unwrap_or_default().read(order_by.unwrap_or_default())?;
        Call::page(context, &Window { first, after, last, before }, filter).await
    }

    /// One call; null when it is missing or not the viewer's. For users and guests.
    async fn call(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A call's id.")] id: ID,
    ) -> Answer<Option<Call>> {
        Ok(context.loaders().load_one(parse::<CallId>(&id)?).await?.map(Call))
    }

    /// Recordings that the viewer may see, the newest first. For users.
    async fn recordings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<RecordingFilter>,
    ) -> Answer<Connection<Recording>> {
        Recording::page(context, &Window::forwards(first, after), filter.unwrap_or_default().read()?).await
    }

    /// Messages that the viewer may hear, the newest first: agents their own and those of the queues that they serve, supervisors
    /// and administrators all. For users.
    async fn voicemails(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<VoicemailFilter>,
    ) -> Answer<Connection<Voicemail>> {
        Voicemail::page(context, &Window::forwards(first, after), filter.unwrap_or_default().read()?).await
    }

    /// What the viewer was told, the newest first. For users.
    async fn notifications(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only those that were not read yet.")] unread_only: Option<bool>,
    ) -> Answer<Connection<Notification>> {
        Notification::page(context, &Window::forwards(first, after), unread_only.unwrap_or(false)).await
    }

    /// What a join link says before it is taken up; null when the link is no longer good. Reading changes nothing. Open to
    /// everybody.
    async fn invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The token in the link.")] join_token: String,
    ) -> Answer<Option<Invitation>> {
        match context.platform().invitation(&join_token).await {
            Ok(invitation) => Ok(Some(Invitation::load(context, invitation).await?)),
            Err(domain::Error::Refused(_)) => Ok(None),
            Err(error) => Err(Fault::from(error)),
        }
    }

    /// What contacts call, the oldest first. For users.
    async fn queues(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Those that were put away, too.", default)] include_archived: bool,
    ) -> Answer<Connection<Queue>> {
        Queue::page(context, &Window::forwards(first, after), include_archived).await
    }

    /// One queue; null when there is none. For users.
    async fn queue(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its name in addresses.")] key: String,
    ) -> Answer<Option<Queue>> {
        Ok(context.platform().queue_by_key(&key).await?.map(Queue))
    }

    /// What a page for contacts shows of a queue before they call; null when there is none. Open to everybody.
    async fn queue_info(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its name in addresses.")] key: String,
    ) -> Answer<Option<QueueInfo>> {
        Ok(context.platform().queue_info(&key).await?.map(QueueInfo))
    }

    /// Users as those who take calls, the oldest account first. For users.
    async fn agents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<AgentFilter>,
    ) -> Answer<Connection<Agent>> {
        Agent::page(context, &Window::forwards(first, after), filter.unwrap_or_default().read()?).await
    }

    /// Music and announcements for those who wait, the newest first. For supervisors and administrators.
    async fn audio_files(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Those that are no longer offered, too.", default)] include_archived: bool,
        #[graphql(desc = "Part of the name.")] search: Option<String>,
    ) -> Answer<Connection<AudioFile>> {
        let filter = AudioFileFilter { archived: include_archived, search };
        AudioFile::page(context, &Window::forwards(first, after), filter).await
    }

    /// What supervisors and administrators did to the calls and the status of others, the newest first. For
    /// administrators.
    async fn audit_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<AuditFilter>,
    ) -> Answer<Connection<AuditEntry>> {
        AuditEntry::page(context, &Window::forwards(first, after), filter.unwrap_or_default().read()?).await
    }

    /// The media workers that are running, the oldest first. For supervisors and administrators.
    async fn media_workers(&self, context: &Context<'_>) -> Answer<Vec<MediaWorker>> {
        Ok(context.platform().media_workers().await?.into_iter().map(MediaWorker).collect())
    }
}
