//! Queues: what contacts call.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{
    ids::{AgentId, QueueId},
    page::Page,
    routing,
};

use super::{
    Agent, AgentSkill, AudioFile, BusinessHours, Call, MediaKind, Outcome, OverflowKind, QueueMembership,
    QueueStats, RoutingStrategy,
};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::global,
    links::own_url,
    loaders::{BoxOf, MembersOf, StatsOf, WaitingIn},
    scalars::{DateTime, Url},
};

/// What contacts call: who waits in it, who serves it, and by which rules.
#[derive(Clone)]
pub struct Queue(pub routing::Queue);

listed!(Queue);

/// So many percent of the calls offered shall be answered within so many seconds.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "ServiceLevelTargetInput")]
pub struct ServiceLevelTarget {
    /// 1 to 100.
    pub percent: f64,
    /// 1 to 3600.
    pub seconds: i32,
}

/// What becomes of a call that waited too long or found the queue full.
pub struct Overflow {
    kind: routing::OverflowKind,
    queue: Option<QueueId>,
}

/// What becomes of a call that waited too long or found the queue full.
#[Object]
impl Overflow {
    /// What it is.
    async fn kind(&self) -> OverflowKind {
        self.kind.into()
    }

    /// Where it goes, for QUEUE.
    async fn queue(&self, context: &Context<'_>) -> Answer<Option<Queue>> {
        Ok(named(context, self.queue).await?.map(Queue))
    }
}

impl Queue {
    /// A page of the queues, the oldest first.
    pub async fn page(context: &Context<'_>, window: &Window, archived: bool) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_queues(archived, &window.slice()?).await?;
        Ok(Connection::new(window, page, Self, move || {
            let platform = platform.clone();
            async move { platform.count_queues(archived).await }
        }))
    }

    pub async fn load(context: &Context<'_>, id: QueueId) -> Answer<Self> {
        let queue = context.loaders().load_one(id).await?;
        queue.map(Self).ok_or_else(|| Fault::internal("a row names a queue that is not there"))
    }

    async fn members_page(&self, context: &Context<'_>, window: &Window) -> Answer<Page<routing::Member>> {
        let key = MembersOf { queue: self.0.id, slice: window.slice()? };
        Ok(context.loaders().load_one(key).await?.unwrap_or_default())
    }

    fn members_connection<R, T>(
        &self,
        context: &Context<'_>,
        window: &Window,
        page: Page<R>,
        node: impl Fn(R) -> T,
    ) -> Connection<T> {
        let (platform, id) = (context.platform().clone(), self.0.id);
        Connection::new(window, page, node, move || {
            let platform = platform.clone();
            async move { platform.count_members(id).await }
        })
    }
}

/// What a queue takes.
pub fn media_of(queue: &routing::Queue) -> Vec<MediaKind> {
    if queue.video { vec![MediaKind::Audio, MediaKind::Video] } else { vec![MediaKind::Audio] }
}

/// What contacts call: who waits in it, who serves it, and by which rules.
#[Object]
impl Queue {
    /// `queue_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// From 1; grows with every change of its settings, members aside. `queueUpdate` takes the one that was read.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What it is called; contacts see it, too.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its name in addresses.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Which free agent is asked first.
    async fn strategy(&self) -> RoutingStrategy {
        self.0.strategy.into()
    }

    /// What it strives for.
    async fn service_level(&self) -> ServiceLevelTarget {
        ServiceLevelTarget { percent: self.0.service_level_percent, seconds: self.0.service_level_seconds }
    }

    /// Whoever gives up within this is a short abandon.
    async fn short_abandon_seconds(&self) -> i32 {
        self.0.short_abandon_seconds
    }

    /// Time for the work after a call; 0 for none.
    async fn wrap_up_seconds(&self) -> i32 {
        self.0.wrap_up_seconds
    }

    /// Whether an agent ends a wrap-up only with an outcome.
    async fn wrap_up_required(&self) -> bool {
        self.0.wrap_up_required
    }

    /// The outcome of calls whose wrap-up ran out without one.
    async fn default_outcome(&self, context: &Context<'_>) -> Answer<Option<Outcome>> {
        Ok(named(context, self.0.default_outcome_id).await?.map(Outcome))
    }

    /// An offer rings so long.
    async fn offer_seconds(&self) -> i32 {
        self.0.offer_seconds
    }

    /// After so many unanswered offers in a row an agent is AWAY.
    async fn missed_limit(&self) -> i32 {
        self.0.missed_limit
    }

    /// A call that waits longer overflows.
    async fn max_wait_seconds(&self) -> i32 {
        self.0.max_wait_seconds
    }

    /// So many calls may wait at once.
    async fn max_length(&self) -> i32 {
        self.0.max_length
    }

    /// What an agent has to be good at.
    async fn required_skills(&self) -> Vec<AgentSkill> {
        AgentSkill::all(&self.0.required_skills)
    }

    /// After each stretch of so many seconds a level less is enough; null for never.
    async fn relax_seconds(&self) -> Option<i32> {
        self.0.relax_seconds
    }

    /// A caller waits so long for the agent of the last call; 0 for not at all.
    async fn last_agent_seconds(&self) -> i32 {
        self.0.last_agent_seconds
    }

    /// A head start over other queues of the same agents, in minutes of waiting.
    async fn priority(&self) -> i32 {
        self.0.priority
    }

    /// When it is open.
    async fn hours(&self) -> BusinessHours {
        BusinessHours::from(&self.0.hours)
    }

    /// Whether it is open now.
    async fn open(&self, context: &Context<'_>) -> bool {
        self.0.archived_at.is_none() && self.0.hours.open_at(context.platform().clock.now())
    }

    /// What contacts read while it is closed.
    async fn closed_message(&self) -> Option<&str> {
        self.0.closed_message.as_deref()
    }

    /// What becomes of a call that waited too long or found the queue full.
    async fn overflow(&self) -> Option<Overflow> {
        Some(Overflow { kind: self.0.overflow, queue: self.0.overflow_queue_id })
    }

    /// Whether contacts may choose to be called back.
    async fn callback(&self) -> bool {
        self.0.callback
    }

    /// Whether contacts may leave a message, while it is open or closed.
    async fn voicemail(&self, context: &Context<'_>) -> Answer<bool> {
        let messages = context.loaders().load_one(BoxOf(self.0.id)).await?;
        Ok(messages.is_some_and(|messages| messages.enabled))
    }

    /// What is heard before the beep; null for words of our own.
    async fn voicemail_greeting(&self, context: &Context<'_>) -> Answer<Option<AudioFile>> {
        let messages = context.loaders().load_one(BoxOf(self.0.id)).await?;
        Ok(named(context, messages.and_then(|messages| messages.greeting)).await?.map(AudioFile))
    }

    /// What agents see when one of its calls comes.
    async fn script(&self) -> Option<&str> {
        self.0.script.as_deref()
    }

    /// What those who wait hear; null for the built-in music.
    async fn hold_music(&self, context: &Context<'_>) -> Answer<Option<AudioFile>> {
        Ok(named(context, self.0.music_id).await?.map(AudioFile))
    }

    /// What interrupts the music from time to time.
    async fn announcement(&self, context: &Context<'_>) -> Answer<Option<AudioFile>> {
        Ok(named(context, self.0.announcement_id).await?.map(AudioFile))
    }

    /// Seconds between two announcements.
    async fn announcement_seconds(&self) -> i32 {
        self.0.announcement_seconds
    }

    /// What calls to it may be placed as.
    async fn media(&self) -> Vec<MediaKind> {
        media_of(&self.0)
    }

    /// When it was put away: it takes no calls any more.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }

    /// The page on which contacts call it.
    async fn public_url(&self, context: &Context<'_>) -> Url {
        own_url(&context.platform().config, &format!("/q/{}", self.0.key))
    }

    /// It as it is now, and today.
    async fn stats(&self, context: &Context<'_>) -> Answer<QueueStats> {
        let stats = context.loaders().load_one(StatsOf(self.0.id)).await?;
        stats.map(QueueStats).ok_or_else(|| Fault::internal("a queue without figures"))
    }

    /// Who serves it, by age of the account.
    async fn members(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Agent>> {
        let window = Window::forwards(first, after);
        let Page { rows, more } = self.members_page(context, &window).await?;
        let ids: Vec<AgentId> = rows.iter().map(|(_, member)| member.agent_id).collect();
        let mut agents = context.loaders().load_many(ids).await?;
        let rows = rows.into_iter().filter_map(|(key, it)| Some((key, agents.remove(&it.agent_id)?)));
        let page = Page { rows: rows.collect(), more };
        Ok(self.members_connection(context, &window, page, Agent))
    }

    /// The same, with the tier of each.
    async fn memberships(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<QueueMembership>> {
        let window = Window::forwards(first, after);
        let page = self.members_page(context, &window).await?;
        Ok(self.members_connection(context, &window, page, QueueMembership))
    }

    /// Calls that wait in it, the next one first, those of contacts who are called back among them. For supervisors and
    /// administrators; FORBIDDEN for agents, to whom the callers of others are nothing.
    async fn waiting(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Call>> {
        if !context.actor().sees_all() {
            return Err(Fault::Forbidden);
        }
        let (window, id) = (Window::forwards(first, after), self.0.id);
        let key = WaitingIn { queue: id, slice: window.slice()? };
        let page = context.loaders().load_one(key).await?.unwrap_or_default();
        let platform = context.platform().clone();
        Ok(Connection::new(&window, page, Call, move || {
            let platform = platform.clone();
            async move { platform.count_waiting(id).await }
        }))
    }
}
