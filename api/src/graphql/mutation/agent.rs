//! What agents choose, and what they are good at.

use async_graphql::{Context, ID, InputObject, Object};

use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{Agent, AgentStatus},
    payload::{payloads, settle},
};

/// What an agent chooses.
#[derive(InputObject)]
struct AgentStatusSetInput {
    /// The status. During a call or a wrap-up it is kept for afterwards.
    status: AgentStatus,
    /// Why the agent is AWAY: the name of one of `awayReasons`.
    reason: Option<String>,
    /// Another agent; for supervisors and administrators.
    agent_id: Option<ID>,
}

/// How good somebody is at something, or has to be.
#[derive(InputObject)]
pub struct AgentSkillInput {
    /// What it is called, such as `german`; `German` is the same skill.
    skill: String,
    /// 1 (some) to 5 (expert).
    level: i32,
}

impl AgentSkillInput {
    pub fn all(given: Vec<Self>) -> Vec<(String, i32)> {
        given.into_iter().map(|it| (it.skill, it.level)).collect()
    }
}

/// What an agent is good at.
#[derive(InputObject)]
struct AgentSkillsSetInput {
    /// The agent.
    agent_id: ID,
    /// All skills; they replace those before.
    skills: Vec<AgentSkillInput>,
}

payloads! {
    /// What `agentStatusSet` answers.
    AgentStatusSetPayload {
        /// The agent, changed.
        agent: Agent,
    }
    /// What `agentSkillsSet` answers.
    AgentSkillsSetPayload {
        /// The agent, changed.
        agent: Agent,
    }
}

#[derive(Default)]
pub struct AgentMutations;

#[Object]
impl AgentMutations {
    /// Chooses whether an agent takes calls. Going away while an offer rings declines it. For users, their own status;
    /// supervisors and administrators anybody's.
    async fn agent_status_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is chosen.")] input: AgentStatusSetInput,
    ) -> Answer<AgentStatusSetPayload> {
        let agent = id::parse_optional(input.agent_id.as_ref())?;
        let (platform, actor) = (context.platform(), context.actor());
        let set = platform.set_status(actor, agent, input.status.into(), input.reason).await;
        settle(set.map(|agent| AgentStatusSetPayload { agent: Some(Agent(agent)), ..Default::default() }))
    }

    /// Says what an agent is good at; the next call goes by it. For supervisors and administrators.
    async fn agent_skills_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose skills.")] input: AgentSkillsSetInput,
    ) -> Answer<AgentSkillsSetPayload> {
        let agent = id::parse(&input.agent_id)?;
        let skills = AgentSkillInput::all(input.skills);
        let set = context.platform().set_skills(context.actor(), agent, skills).await;
        settle(set.map(|agent| AgentSkillsSetPayload { agent: Some(Agent(agent)), ..Default::default() }))
    }
}
