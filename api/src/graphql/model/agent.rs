//! Users as those who take calls.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{
    agents::{self, Doing, Skills, Span},
    ids::{AgentId, UserId},
    people::Actor,
    routing,
};

use super::{AgentActivity, AgentDay, AgentInterval, AgentStatus, AudioFile, Call, Queue, User, WrapUp};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::{Answer, Fault},
    id::{self, global},
    loaders::{CurrentCallOf, DayOf, DidOf, DoingOf, GreetingOf, MembershipsOf, OpenWrapUpOf},
    scalars::DateTime,
};

/// A user as one who takes calls.
#[derive(Clone)]
pub struct Agent(pub agents::Agent);

listed!(Agent, QueueMembership);

/// Which agents are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct AgentFilter {
    /// Who are doing one of these.
    activities: Option<Vec<AgentActivity>>,
    /// Members of this queue.
    queue_id: Option<ID>,
    /// Part of the name or the e-mail address.
    search: Option<String>,
}

impl AgentFilter {
    pub fn read(self) -> Answer<agents::AgentFilter> {
        Ok(agents::AgentFilter {
            activities: self.activities.unwrap_or_default().into_iter().map(Into::into).collect(),
            queue: id::parse_optional(self.queue_id.as_ref())?,
            search: self.search,
        })
    }
}

impl Agent {
    /// A page of the agents that pass a filter.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: agents::AgentFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_agents(&filter, &window.slice()?).await?;
        Ok(Connection::new(window, page, Self, move || {
            let (platform, filter) = (platform.clone(), filter.clone());
            async move { platform.count_agents(&filter).await }
        }))
    }

    pub async fn load(context: &Context<'_>, id: AgentId) -> Answer<Self> {
        let agent = context.loaders().load_one(id).await?;
        agent.map(Self).ok_or_else(|| Fault::internal("a row names an agent that is not there"))
    }

    async fn account(&self, context: &Context<'_>) -> Answer<User> {
        let user = context.loaders().load_one(UserId::from(self.0.id)).await?;
        user.map(User).ok_or_else(|| Fault::internal("an agent without a user"))
    }

    async fn doing(&self, context: &Context<'_>) -> Answer<Doing> {
        let doing = context.loaders().load_one(DoingOf(self.0.id)).await?;
        doing.ok_or_else(|| Fault::internal("an agent without an interval"))
    }

    async fn members(&self, context: &Context<'_>) -> Answer<Vec<routing::Member>> {
        Ok(context.loaders().load_one(MembershipsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The agent itself, supervisors and administrators.
    fn is_open_to(&self, actor: &Actor) -> bool {
        actor.sees_all() || actor.user_id() == Some(self.0.id.into())
    }

    async fn open_wrap_up(&self, context: &Context<'_>) -> Answer<Option<agents::WrapUp>> {
        if !self.is_open_to(context.actor()) {
            return Ok(None);
        }
        context.loaders().load_one(OpenWrapUpOf(self.0.id)).await
    }
}

/// A user as one who takes calls.
#[Object]
impl Agent {
    /// `agent_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Who it is.
    async fn user(&self, context: &Context<'_>) -> Answer<User> {
        self.account(context).await
    }

    /// What colleagues hear before they leave a message; null for words of our own.
    async fn voicemail_greeting(&self, context: &Context<'_>) -> Answer<Option<AudioFile>> {
        let Some(id) = context.loaders().load_one(GreetingOf(self.0.id)).await? else { return Ok(None) };
        Ok(context.loaders().load_one(id).await?.map(AudioFile))
    }

    /// What the agent chose.
    async fn status(&self) -> AgentStatus {
        self.0.status.into()
    }

    /// What is true now, from presence, live offers, calls and wrap-ups. Presence is a live `offers` subscription: without
    /// one for 15 s it is OFFLINE, whatever was chosen.
    async fn activity(&self, context: &Context<'_>) -> Answer<AgentActivity> {
        Ok(self.doing(context).await?.activity.into())
    }

    /// Why the agent is AWAY, as chosen; `missed` after offers that rang unanswered.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// What was chosen during a call or a wrap-up, for afterwards.
    async fn next_status(&self) -> Option<AgentStatus> {
        self.0.next_status.map(Into::into)
    }

    /// Why the agent will be AWAY then.
    async fn next_reason(&self) -> Option<&str> {
        self.0.next_reason.as_deref()
    }

    /// Since when the activity is what it is.
    async fn since(&self, context: &Context<'_>) -> Answer<DateTime> {
        Ok(self.doing(context).await?.since.into())
    }

    /// What the agent is good at, by name.
    async fn skills(&self) -> Vec<AgentSkill> {
        AgentSkill::all(&self.0.skills)
    }

    /// Queues that the agent is a member of, the oldest first.
    async fn queues(&self, context: &Context<'_>) -> Answer<Vec<Queue>> {
        let ids: Vec<_> = self.members(context).await?.iter().map(|member| member.queue_id).collect();
        let mut queues = context.loaders().load_many(ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| queues.remove(id)).map(Queue).collect())
    }

    /// The same, with the agent's tier in each.
    async fn memberships(&self, context: &Context<'_>) -> Answer<Vec<QueueMembership>> {
        Ok(self.members(context).await?.into_iter().map(QueueMembership).collect())
    }

    /// The call that the agent is in; null also when the viewer may not see it.
    async fn current_call(&self, context: &Context<'_>) -> Answer<Option<Call>> {
        let loaders = context.loaders();
        let Some(id) = loaders.load_one(CurrentCallOf(self.0.id)).await? else { return Ok(None) };
        Ok(loaders.load_one(id).await?.map(Call))
    }

    /// The wrap-up that the agent is in; for the agent itself and supervisors, null for others.
    async fn wrap_up(&self, context: &Context<'_>) -> Answer<Option<WrapUp>> {
        Ok(self.open_wrap_up(context).await?.map(WrapUp))
    }

    /// When that ends by itself.
    async fn wrap_up_ends_at(&self, context: &Context<'_>) -> Answer<Option<DateTime>> {
        Ok(self.open_wrap_up(context).await?.map(|open| open.ends_at.into()))
    }

    /// Since midnight in the reader's time zone. For the agent itself and supervisors.
    async fn today(&self, context: &Context<'_>) -> Answer<AgentDay> {
        if !self.is_open_to(context.actor()) {
            return Err(Fault::Forbidden);
        }
        // A supervisor's today is not the agent's to choose.
        let zone = context.actor().user()?.time_zone.clone();
        let day = context.loaders().load_one(DayOf { agent: self.0.id, zone }).await?.unwrap_or_default();
        Ok(AgentDay(day))
    }

    /// What the agent did, stretch by stretch, the newest first. For the agent itself and supervisors.
    async fn intervals(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Those that began at this time or later.")] from: Option<DateTime>,
        #[graphql(desc = "Those that began before this time.")] to: Option<DateTime>,
    ) -> Answer<Connection<AgentInterval>> {
        if !self.is_open_to(context.actor()) {
            return Err(Fault::Forbidden);
        }
        let window = Window::forwards(first, after);
        let (agent, span) = (self.0.id, Span { from: from.map(|at| at.0), to: to.map(|at| at.0) });
        let key = DidOf { agent, span, slice: window.slice()? };
        let page = context.loaders().load_one(key).await?.unwrap_or_default();
        let platform = context.platform().clone();
        Ok(Connection::new(&window, page, AgentInterval, move || {
            let platform = platform.clone();
            async move { platform.count_intervals(agent, span).await }
        }))
    }
}

/// How good somebody is at something, or has to be.
#[derive(SimpleObject, Clone)]
pub struct AgentSkill {
    /// What it is called, such as `german`; `German` is the same skill.
    skill: String,
    /// 1 (some) to 5 (expert).
    level: i32,
}

impl AgentSkill {
    pub fn all(skills: &Skills) -> Vec<Self> {
        skills.0.iter().map(|(skill, level)| Self { skill: skill.clone(), level: *level }).collect()
    }
}

/// An agent's place in a queue.
pub struct QueueMembership(pub routing::Member);

/// An agent's place in a queue.
#[Object]
impl QueueMembership {
    /// The queue.
    async fn queue(&self, context: &Context<'_>) -> Answer<Queue> {
        Queue::load(context, self.0.queue_id).await
    }

    /// The member.
    async fn agent(&self, context: &Context<'_>) -> Answer<Agent> {
        Agent::load(context, self.0.agent_id).await
    }

    /// 1 to 10: a free member of a lower tier is asked first.
    async fn tier(&self) -> i32 {
        self.0.tier
    }
}
