//! Messages that callers leave.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::{error::Refusal, voicemail::Greeting};

use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::upload_url,
    model::{Agent, Call, Voicemail},
    payload::{payloads, settle},
    scalars::Url,
};

/// Who leaves a message.
#[derive(InputObject)]
struct VoicemailLeaveInput {
    /// The call that waits.
    call_id: ID,
}

/// Which message was heard.
#[derive(InputObject)]
struct VoicemailHeardInput {
    /// The message.
    voicemail_id: ID,
}

/// What is heard before the beep.
#[derive(InputObject)]
struct AgentVoicemailSetInput {
    /// Whose; the caller's own when left out. For supervisors and administrators.
    agent_id: Option<ID>,
    /// An audio file that is there already; null for words of our own.
    greeting_id: MaybeUndefined<ID>,
    /// True, instead of a file: one that is uploaded now.
    upload: Option<bool>,
}

payloads! {
    /// What `voicemailLeave` answers.
    VoicemailLeavePayload {
        /// The call: the greeting is heard, then the beep.
        call: Call,
    }
    /// What `voicemailHeard` answers.
    VoicemailHeardPayload {
        /// The message, heard.
        voicemail: Voicemail,
    }
    /// What `agentVoicemailSet` answers.
    AgentVoicemailSetPayload {
        /// The agent.
        agent: Agent,
        /// For an upload: where to PUT the file's bytes, as `audioFileCreate` gives it.
        upload_url: Url,
    }
}

impl AgentVoicemailSetInput {
    fn greeting(&self) -> Answer<domain::Result<Greeting>> {
        let file = match &self.greeting_id {
            MaybeUndefined::Value(file) => Some(Greeting::File(id::parse(file)?)),
            MaybeUndefined::Null => Some(Greeting::None),
            MaybeUndefined::Undefined => None,
        };
        Ok(match (file, self.upload.unwrap_or(false)) {
            (Some(greeting), false) => Ok(greeting),
            (None, true) => Ok(Greeting::Upload),
            _ => Err(Refusal::invalid("greetingId", "Give a file, or upload one: one of the two.").into()),
        })
    }
}

#[derive(Default)]
pub struct VoicemailMutations;

#[Object]
impl VoicemailMutations {
    /// Waits no longer but leaves a message: a greeting is heard, then a beep, and from then on it is recorded, for three
    /// minutes at most; hanging up ends it. Whoever asks for it has read `voicemailWording` and agrees. For the contact,
    /// and for whoever calls a colleague while it rings.
    async fn voicemail_leave(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call.")] input: VoicemailLeaveInput,
    ) -> Answer<VoicemailLeavePayload> {
        let call = id::parse(&input.call_id)?;
        let begun = context.platform().leave_voicemail(context.actor(), call).await;
        settle(begun.map(|call| VoicemailLeavePayload { call: Some(Call(call)), ..Default::default() }))
    }

    /// Marks a message as heard; the first time holds. For the agent whose it is, members of its queue, and supervisors.
    async fn voicemail_heard(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which message.")] input: VoicemailHeardInput,
    ) -> Answer<VoicemailHeardPayload> {
        let voicemail = id::parse(&input.voicemail_id)?;
        let heard = context.platform().hear_voicemail(context.actor(), voicemail).await;
        settle(
            heard.map(|row| VoicemailHeardPayload { voicemail: Some(Voicemail(row)), ..Default::default() }),
        )
    }

    /// Sets what colleagues hear before they leave a message for an agent. For users of themselves, supervisors of anybody.
    async fn agent_voicemail_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose, and what.")] input: AgentVoicemailSetInput,
    ) -> Answer<AgentVoicemailSetPayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let (agent, greeting) = (id::parse_optional(input.agent_id.as_ref())?, input.greeting()?);
        let set = async {
            let (agent, token) = platform.set_agent_greeting(actor, agent, greeting?).await?;
            Ok(AgentVoicemailSetPayload {
                agent: Some(Agent(agent)),
                upload_url: token.map(|token| upload_url(&platform.config, &token)),
                ..Default::default()
            })
        };
        settle(set.await)
    }
}
