//! Queues and their members.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::{error::Refusal, routing::QueueChange};

use super::{agent::AgentSkillInput, key};
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{Agent, BusinessHours, MediaKind, OverflowKind, Queue, RoutingStrategy, ServiceLevelTarget},
    payload::{UserErrorCode, payloads, settle},
};

/// What becomes of a call that waited too long or found the queue full.
#[derive(InputObject)]
struct OverflowInput {
    /// What it is.
    kind: OverflowKind,
    /// Where it goes, for QUEUE.
    queue_id: Option<ID>,
}

/// What can be set of a queue; what is left out stays, or has its default.
#[derive(InputObject)]
struct QueueSettings {
    /// Which free agent is asked first; LONGEST_IDLE when left out.
    strategy: Option<RoutingStrategy>,
    /// What it strives for; 80 percent within 20 seconds when left out.
    service_level: Option<ServiceLevelTarget>,
    /// Whoever gives up within this is a short abandon: 0 to 60, 5 when left out.
    short_abandon_seconds: Option<i32>,
    /// Time for the work after a call, 0 (none) to 3600; 60 when left out.
    wrap_up_seconds: Option<i32>,
    /// Whether an agent ends a wrap-up only with an outcome.
    wrap_up_required: Option<bool>,
    /// The outcome of calls whose wrap-up ran out without one; null for none.
    default_outcome_id: MaybeUndefined<ID>,
    /// An offer rings so long, 5 to 300; 20 when left out.
    offer_seconds: Option<i32>,
    /// After so many unanswered offers in a row an agent is AWAY, 1 to 20; 1 when left out.
    missed_limit: Option<i32>,
    /// A call that waits longer overflows, 5 to 86400; 1800 when left out.
    max_wait_seconds: Option<i32>,
    /// So many calls may wait at once, 1 to 10000; 500 when left out.
    max_length: Option<i32>,
    /// What an agent has to be good at; all of it replaces what was asked for before.
    required_skills: Option<Vec<AgentSkillInput>>,
    /// After each stretch of so many seconds a level less is enough, 1 to 3600; null for never.
    relax_seconds: MaybeUndefined<i32>,
    /// A caller waits so long for the agent of the last call, 0 (not at all) to 3600.
    last_agent_seconds: Option<i32>,
    /// A head start over other queues of the same agents, in minutes of waiting, -100 to 100.
    priority: Option<i32>,
    /// When it is open; always when left out.
    hours: Option<BusinessHours>,
    /// What contacts read while it is closed; null for nothing of its own.
    closed_message: MaybeUndefined<String>,
    /// What becomes of a call that waited too long or found the queue full; it ends when left out.
    overflow: Option<OverflowInput>,
    /// Whether contacts may choose to be called back; they may when left out.
    callback: Option<bool>,
    /// Whether contacts may leave a message; they may not when left out.
    voicemail: Option<bool>,
    /// What is heard before the beep; null for words of our own.
    voicemail_greeting_id: MaybeUndefined<ID>,
    /// What agents see when one of its calls comes; null for nothing.
    script: MaybeUndefined<String>,
    /// What those who wait hear; null for the built-in music.
    hold_music_id: MaybeUndefined<ID>,
    /// What interrupts the music from time to time; null for nothing.
    announcement_id: MaybeUndefined<ID>,
    /// Seconds between two announcements, 10 to 600; 60 when left out.
    announcement_seconds: Option<i32>,
    /// What calls to it may be placed as: AUDIO, with or without VIDEO; both when left out.
    media: Option<Vec<MediaKind>>,
}

/// A new queue.
#[derive(InputObject)]
struct QueueCreateInput {
    /// Its name in addresses: lower-case letters, digits and hyphens; nothing else has it.
    key: String,
    /// What it is called; contacts see it, too.
    name: String,
    /// All else.
    #[graphql(flatten)]
    settings: QueueSettings,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct QueueUpdateInput {
    /// The queue.
    queue_id: ID,
    /// The version that the change was thought of on. STALE when the queue has moved on; left out, the change is made
    /// whatever happened meanwhile.
    version: Option<i32>,
    /// Its name in addresses; links with the old one end.
    key: Option<String>,
    /// What it is called.
    name: Option<String>,
    /// All else.
    #[graphql(flatten)]
    settings: QueueSettings,
    /// True puts it away, which is INVALID while others overflow to it: it takes no calls, those that wait are still served.
    /// False brings it back.
    archived: Option<bool>,
}

/// Who serves which queue.
#[derive(InputObject)]
struct QueueMemberSetInput {
    /// The queue.
    queue_id: ID,
    /// The agent.
    agent_id: ID,
    /// 1 to 10: a free member of a lower tier is asked first. Left out: as it is, or 1.
    tier: Option<i32>,
    /// Whether the agent serves it.
    member: bool,
}

payloads! {
    /// What `queueCreate` answers.
    QueueCreatePayload {
        /// The new queue.
        queue: Queue,
    }
    /// What `queueUpdate` answers.
    QueueUpdatePayload {
        /// The queue, changed; when STALE, as it is now.
        queue: Queue,
    }
    /// What `queueMemberSet` answers.
    QueueMemberSetPayload {
        /// The queue.
        queue: Queue,
        /// The agent.
        agent: Agent,
    }
}

/// Nothing said, taken away, or set.
fn nullable<T>(given: &MaybeUndefined<T>) -> Option<Option<&T>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

impl QueueSettings {
    fn read(self) -> Answer<QueueChange> {
        let text = |given: &MaybeUndefined<String>| nullable(given).map(|text| text.cloned());
        let overflow = match self.overflow {
            Some(it) => Some((it.kind.into(), id::parse_optional(it.queue_id.as_ref())?)),
            None => None,
        };
        Ok(QueueChange {
            strategy: self.strategy.map(Into::into),
            priority: self.priority,
            required_skills: self.required_skills.map(AgentSkillInput::all),
            relax_seconds: nullable(&self.relax_seconds).map(|seconds| seconds.copied()),
            last_agent_seconds: self.last_agent_seconds,
            offer_seconds: self.offer_seconds,
            missed_limit: self.missed_limit,
            wrap_up_seconds: self.wrap_up_seconds,
            wrap_up_required: self.wrap_up_required,
            default_outcome: nullable(&self.default_outcome_id).map(id::parse_optional).transpose()?,
            max_wait_seconds: self.max_wait_seconds,
            max_length: self.max_length,
            overflow,
            callback: self.callback,
            voicemail: self.voicemail,
            voicemail_greeting: nullable(&self.voicemail_greeting_id).map(id::parse_optional).transpose()?,
            service_level: self.service_level.map(|target| (target.percent, target.seconds)),
            short_abandon_seconds: self.short_abandon_seconds,
            hours: self.hours.map(BusinessHours::read).transpose()?,
            closed_message: text(&self.closed_message),
            script: text(&self.script),
            video: self.media.map(|media| media.contains(&MediaKind::Video)),
            music: nullable(&self.hold_music_id).map(id::parse_optional).transpose()?,
            announcement: nullable(&self.announcement_id).map(id::parse_optional).transpose()?,
            announcement_seconds: self.announcement_seconds,
            ..QueueChange::default()
        })
    }

    /// Nobody can call without a voice.
    fn check(&self) -> domain::Result<()> {
        match &self.media {
            Some(media) if !media.contains(&MediaKind::Audio) => {
                Err(Refusal::invalid("media", "A queue takes voice calls, with or without a picture.").into())
            }
            _ => Ok(()),
        }
    }
}

#[derive(Default)]
pub struct QueueMutations;

#[Object]
impl QueueMutations {
    /// Makes a queue. For administrators.
    async fn queue_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new queue.")] input: QueueCreateInput,
    ) -> Answer<QueueCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let key = key(actor, "queueCreate", input.idempotency_key.as_ref(), &input);
        let checked = input.settings.check();
        let change = QueueChange { key: Some(input.key), name: Some(input.name), ..input.settings.read()? };
        let created = async {
            checked?;
            let queue = platform.create_queue(actor, change, key?).await?;
            Ok(QueueCreatePayload { queue: Some(Queue(queue)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes a queue while its calls go on: those that wait are judged by the new rules at once. For administrators.
    async fn queue_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: QueueUpdateInput,
    ) -> Answer<QueueUpdatePayload> {
        let (platform, queue, version) = (context.platform(), id::parse(&input.queue_id)?, input.version);
        let checked = input.settings.check();
        let change = QueueChange {
            key: input.key,
            name: input.name,
            archived: input.archived,
            ..input.settings.read()?
        };
        let updated = async {
            checked?;
            let queue = platform.update_queue(context.actor(), queue, version, change).await?;
            Ok(QueueUpdatePayload { queue: Some(Queue(queue)), ..Default::default() })
        };
        let mut payload: QueueUpdatePayload = settle(updated.await)?;
        if payload.user_errors.iter().any(|error| error.code == UserErrorCode::Stale) {
            payload.queue = Some(Queue::load(context, queue).await?);
        }
        Ok(payload)
    }

    /// Has an agent serve a queue, or no longer. Calls that the agent has or is offered go on. For supervisors and
    /// administrators.
    async fn queue_member_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who serves which queue.")] input: QueueMemberSetInput,
    ) -> Answer<QueueMemberSetPayload> {
        let (queue, agent) = (id::parse(&input.queue_id)?, id::parse(&input.agent_id)?);
        let (platform, actor) = (context.platform(), context.actor());
        let set = platform.set_queue_member(actor, queue, agent, input.tier, input.member).await;
        settle(set.map(|(queue, agent)| QueueMemberSetPayload {
            queue: Some(Queue(queue)),
            agent: Some(Agent(agent)),
            ..Default::default()
        }))
    }
}
