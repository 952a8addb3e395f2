//! A conversation.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime as Instant, Utc};
use domain::{
    calls::{self, IntervalKind, LegRole},
    ids::{AgentId, QueueId},
    page::Page,
    people::Actor,
    routing::Estimate,
};

use super::{
    Agent, CallEvent, CallInterval, CallResult, CallState, Contact, Direction, Leg, MediaKind, Message, Note,
    Offer, Outcome, Queue, QueueClosed, QueueVisit, Rating, Recording, RecordingState, Transfer, Voicemail,
    VoicemailState, WrapUp,
};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::Answer,
    id::global,
    links::join_url,
    loaders::{
        BoxOf, IntervalsOf, LegsOf, NotesOfCall, OffersOf, OutlookOf, ProgressOf, RecordingsOf, TransfersOf,
        VisitsOf, VoicemailOf, WrapUpsOf,
    },
    scalars::{DateTime, Url},
};

/// A conversation, from being placed to its end.
#[derive(Clone)]
pub struct Call(pub calls::Call);

listed!(Call);

/// A conversation, from being placed to its end.
#[Object]
impl Call {
    /// `call_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Grows with every event of this call, those included that you may not see; what has a lower version is older.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who began it.
    async fn direction(&self) -> Direction {
        self.0.direction.into()
    }

    /// What it was placed as; AUDIO once it is in a queue that takes no pictures. Cameras can go on and off all the same.
    async fn media(&self) -> MediaKind {
        self.0.media.into()
    }

    /// Where it is in its life.
    async fn state(&self) -> CallState {
        self.0.state.into()
    }

    /// How it ended; set exactly when it has.
    async fn result(&self) -> Option<CallResult> {
        self.0.result.map(Into::into)
    }

    /// The contact called or calling.
    async fn contact(&self, context: &Context<'_>) -> Answer<Option<Contact>> {
        Ok(named(context, self.0.contact_id).await?.map(Contact))
    }

    /// False: who the caller is, is only what the caller said, and `callContactSet` has not confirmed it.
    async fn contact_verified(&self) -> bool {
        self.0.contact_verified
    }

    /// The present or last agent.
    async fn agent(&self, context: &Context<'_>) -> Answer<Option<Agent>> {
        Ok(named(context, self.0.agent_id.map(AgentId::from)).await?.map(Agent))
    }

    /// The present or last queue.
    async fn queue(&self, context: &Context<'_>) -> Answer<Option<Queue>> {
        Ok(named(context, self.0.queue_id).await?.map(Queue))
    }

    /// What the present or last queue is called.
    async fn queue_name(&self, context: &Context<'_>) -> Answer<Option<String>> {
        Ok(named(context, self.0.queue_id).await?.map(|queue| queue.name))
    }

    /// What its contact is told about the present or last queue while that is closed; null while it is open.
    async fn queue_closed(&self, context: &Context<'_>) -> Answer<Option<QueueClosed>> {
        let queue = named(context, self.0.queue_id).await?;
        Ok(queue.and_then(|queue| QueueClosed::of(queue, context.platform().clock.now())))
    }

    /// Its place in the queue, 1 for the next one; null when it doesn't wait.
    async fn position(&self, context: &Context<'_>) -> Answer<Option<i64>> {
        Ok(self.outlook(context).await?.map(|outlook| outlook.inputs.position))
    }

    /// How long it will still wait; null when it doesn't, and while nobody works.
    async fn estimated_wait_seconds(&self, context: &Context<'_>) -> Answer<Option<f64>> {
        Ok(self.outlook(context).await?.and_then(|outlook| outlook.seconds))
    }

    /// Whether the contact may choose now to be called back.
    async fn callback_available(&self, context: &Context<'_>) -> Answer<bool> {
        let Some(id) = self.waits_in() else { return Ok(false) };
        let queue = context.loaders().load_one(id).await?;
        Ok(self.0.callback_of.is_none() && queue.is_some_and(|queue| queue.callback))
    }

    /// After CALLBACK: the link on which the contact will be called. For the contact; null for all others.
    async fn callback_url(&self, context: &Context<'_>) -> Answer<Option<Url>> {
        let theirs = context.actor().guest().is_some_and(|guest| guest.call == self.0.id);
        if !theirs || self.0.result != Some(calls::CallResult::Callback) {
            return Ok(None);
        }
        let platform = context.platform();
        let promised = platform.callback_of(self.0.id).await?;
        Ok(promised.map(|(_, leg)| join_url(&platform.config, &platform.join_token(leg))))
    }

    /// Whether the contact may choose now to leave a message, or whoever calls a colleague.
    async fn voicemail_available(&self, context: &Context<'_>) -> Answer<bool> {
        self.takes_message(context).await
    }

    /// What to show to whoever leaves a message, or may choose to: it is recorded, and what becomes of it.
    async fn voicemail_wording(&self, context: &Context<'_>) -> Answer<Option<String>> {
        let live = self.message_progress(context).await?.is_some_and(|(state, _)| state.is_live());
        let shown = live || self.takes_message(context).await?;
        Ok(shown.then(|| context.platform().config.voicemail_wording.clone()))
    }

    /// Where the message is that is left or was left; null for a call without one. While it is GREETING the contact may be asked
    /// for the consent to its recording, as in any call: `leg.consent`.
    async fn voicemail_state(&self, context: &Context<'_>) -> Answer<Option<VoicemailState>> {
        Ok(self.message_progress(context).await?.map(|(state, _)| state.into()))
    }

    /// When the message that is being recorded ends by itself, after three minutes; null before the beep and afterwards.
    async fn voicemail_ends_at(&self, context: &Context<'_>) -> Answer<Option<DateTime>> {
        let progress = self.message_progress(context).await?;
        let recording = progress.filter(|(state, _)| *state == domain::voicemail::VoicemailState::Recording);
        Ok(recording.and_then(|(_, until)| until).map(DateTime))
    }

    /// The message that was left, once it can be heard, for those who may hear it.
    async fn voicemail(&self, context: &Context<'_>) -> Answer<Option<Voicemail>> {
        if context.actor().user_id().is_none() {
            return Ok(None);
        }
        Ok(context.loaders().load_one(VoicemailOf(self.0.id)).await?.map(Voicemail))
    }

    /// Its times in queues, in order.
    async fn visits(&self, context: &Context<'_>) -> Answer<Vec<QueueVisit>> {
        let visits = context.loaders().load_one(VisitsOf(self.0.id)).await?.unwrap_or_default();
        Ok(visits.into_iter().map(QueueVisit).collect())
    }

    /// To whom it was held out, in order: the last 100.
    async fn offers(&self, context: &Context<'_>) -> Answer<Vec<Offer>> {
        let offers = context.loaders().load_one(OffersOf(self.0.id)).await?.unwrap_or_default();
        Ok(offers.into_iter().map(Offer).collect())
    }

    /// How it was handed over, or was to be, in order.
    async fn transfers(&self, context: &Context<'_>) -> Answer<Vec<Transfer>> {
        let transfers = context.loaders().load_one(TransfersOf(self.0.id)).await?.unwrap_or_default();
        Ok(transfers.into_iter().map(Transfer).collect())
    }

    /// The viewer's own work after it; else the last one's, for supervisors and administrators.
    async fn wrap_up(&self, context: &Context<'_>) -> Answer<Option<WrapUp>> {
        let mut all = context.loaders().load_one(WrapUpsOf(self.0.id)).await?.unwrap_or_default();
        let own = context.actor().user_id().map(AgentId::from);
        if let Some(place) = all.iter().position(|it| Some(it.agent_id) == own) {
            return Ok(Some(WrapUp(all.swap_remove(place))));
        }
        Ok(all.pop().filter(|_| context.actor().sees_all()).map(WrapUp))
    }

    /// What it is about, in the words of whoever placed it.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// How it turned out, as the agent said, or the queue after a wrap-up that ran out.
    async fn outcome(&self, context: &Context<'_>) -> Answer<Option<Outcome>> {
        Ok(named(context, self.0.outcome_id).await?.map(Outcome))
    }

    /// Free labels.
    async fn tags(&self) -> Vec<&str> {
        self.0.tags.iter().map(String::as_str).collect()
    }

    /// What was written down about it, the oldest first.
    async fn notes(&self, context: &Context<'_>) -> Answer<Vec<Note>> {
        let notes = context.loaders().load_one(NotesOfCall(self.0.id)).await?.unwrap_or_default();
        Ok(notes.into_iter().map(Note).collect())
    }

    /// What the contact thought of it; null when it was not rated.
    async fn rating(&self) -> Option<Rating> {
        Rating::of(&self.0)
    }

    /// When it was placed.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When media first flowed both ways on both sides.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(DateTime)
    }

    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// Plain words: who or what ended it.
    async fn end_reason(&self) -> Option<&str> {
        self.0.end_reason.as_deref()
    }

    /// Seconds until somebody answered: set-up, wait, ring and connecting together. Goes on while nobody has.
    async fn wait_seconds(&self, context: &Context<'_>) -> Answer<f64> {
        self.spent(context, &IntervalKind::UNANSWERED).await
    }

    /// Seconds of talk so far.
    async fn talk_seconds(&self, context: &Context<'_>) -> Answer<f64> {
        self.spent(context, &[IntervalKind::Talk]).await
    }

    /// Seconds on hold so far.
    async fn hold_seconds(&self, context: &Context<'_>) -> Answer<f64> {
        self.spent(context, &[IntervalKind::Hold]).await
    }

    /// Seconds of work after it so far.
    async fn wrap_up_seconds(&self, context: &Context<'_>) -> Answer<f64> {
        self.spent(context, &[IntervalKind::WrapUp]).await
    }

    /// Seconds from being placed to the end, or so far.
    async fn duration_seconds(&self, context: &Context<'_>) -> f64 {
        let end = self.0.ended_at.unwrap_or_else(|| context.platform().clock.now());
        seconds(self.0.created_at, end)
    }

    /// Seconds from when the later of agent and contact joined to media both ways.
    async fn setup_seconds(&self, context: &Context<'_>) -> Answer<Option<f64>> {
        let legs = context.loaders().load_one(LegsOf(self.0.id)).await?.unwrap_or_default();
        let Some(answered) = self.0.answered_at else { return Ok(None) };
        let parties = legs.iter().filter(|leg| matches!(leg.role, LegRole::Agent | LegRole::Contact));
        let joined = parties.filter_map(|leg| leg.joined_at).filter(|at| *at <= answered).max();
        Ok(joined.map(|joined| seconds(joined, answered)))
    }

    /// Its parties, in the order of their invitation. A supervisor who listens or whispers is hidden from contacts and guests;
    /// one who only listens from agents too, unless the installation says otherwise.
    async fn legs(&self, context: &Context<'_>) -> Answer<Vec<Leg>> {
        let legs = context.loaders().load_one(LegsOf(self.0.id)).await?.unwrap_or_default();
        let (platform, viewer) = (context.platform(), context.actor());
        let is_shown = |leg: &calls::Leg| match self.is_left_by(viewer) {
            true => viewer.owns(leg),
            false => platform.shows(viewer, leg),
        };
        Ok(legs.into_iter().filter(is_shown).map(Leg).collect())
    }

    /// Its life, cut into stretches without gap or overlap.
    async fn intervals(&self, context: &Context<'_>) -> Answer<Vec<CallInterval>> {
        let intervals = context.loaders().load_one(IntervalsOf(self.0.id)).await?.unwrap_or_default();
        Ok(intervals.iter().map(CallInterval::from).collect())
    }

    /// What was recorded of it.
    async fn recordings(&self, context: &Context<'_>) -> Answer<Vec<Recording>> {
        let recordings = context.loaders().load_one(RecordingsOf(self.0.id)).await?.unwrap_or_default();
        Ok(recordings.into_iter().map(Recording).collect())
    }

    /// The state of its present or last recording: what everybody in the call may know of it.
    async fn recording_state(&self, context: &Context<'_>) -> Answer<Option<RecordingState>> {
        let recordings = context.loaders().load_one(RecordingsOf(self.0.id)).await?.unwrap_or_default();
        Ok(recordings.last().map(|recording| recording.state.into()))
    }

    /// The chat beside it, the oldest message first.
    async fn messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of a page from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Size of a page from the end.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
    ) -> Answer<Connection<Message>> {
        let window = Window { first, after, last, before };
        if self.is_left_by(context.actor()) {
            return Ok(Connection::new(&window, Page::default(), Message, || async { Ok(0) }));
        }
        Message::page(context, self.0.id, &window).await
    }

    /// What happened to it, oldest first.
    async fn events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor of an event: begins behind it.")] after: Option<String>,
    ) -> Answer<Connection<CallEvent>> {
        let own_only = self.is_left_by(context.actor());
        CallEvent::page(context, &self.0, &Window::forwards(first, after), own_only).await
    }
}

impl Call {
    /// A page of the calls that the viewer may see and that pass a filter.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: calls::CallFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_calls(context.actor(), &filter, &window.slice()?).await?;
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self, move || {
            let (platform, actor, filter) = (platform.clone(), Arc::clone(&actor), filter.clone());
            async move { platform.count_calls(&actor, &filter).await }
        }))
    }

    /// A guest has left it and the others go on: what happens now is no business of the guest's.
    fn is_left_by(&self, viewer: &Actor) -> bool {
        self.0.state != calls::CallState::Ended && viewer.guest().is_some_and(|guest| guest.ended)
    }

    /// The queue that it waits in, unless an agent is about to answer.
    fn waits_in(&self) -> Option<QueueId> {
        let waits = matches!(self.0.state, calls::CallState::Queued | calls::CallState::Ringing);
        self.0.queue_id.filter(|_| waits && self.0.visit_id.is_some())
    }

    async fn takes_message(&self, context: &Context<'_>) -> Answer<bool> {
        if self.0.direction == calls::Direction::Internal {
            let rings = matches!(self.0.state, calls::CallState::Created | calls::CallState::Ringing);
            return Ok(rings && self.0.agent_id.is_some() && context.actor().user_id() == self.0.agent_id);
        }
        let Some(id) = self.waits_in() else { return Ok(false) };
        let takes = context.loaders().load_one(BoxOf(id)).await?;
        let legs = context.loaders().load_one(LegsOf(self.0.id)).await?.unwrap_or_default();
        let refused =
            legs.iter().any(|leg| leg.role == calls::LegRole::Contact && leg.consent == Some(false));
        Ok(self.0.callback_of.is_none() && !refused && takes.is_some_and(|it| it.enabled))
    }

    async fn message_progress(&self, context: &Context<'_>) -> Answer<Option<domain::voicemail::Progress>> {
        context.loaders().load_one(ProgressOf(self.0.id)).await
    }

    async fn outlook(&self, context: &Context<'_>) -> Answer<Option<Estimate>> {
        named(context, self.0.visit_id.map(OutlookOf)).await
    }

    /// Seconds in intervals of these kinds; the open one counts until now.
    async fn spent(&self, context: &Context<'_>, kinds: &[IntervalKind]) -> Answer<f64> {
        let now = context.platform().clock.now();
        let intervals = context.loaders().load_one(IntervalsOf(self.0.id)).await?.unwrap_or_default();
        Ok(intervals
            .iter()
            .filter(|interval| kinds.contains(&interval.kind))
            .map(|interval| seconds(interval.started_at, interval.ended_at.unwrap_or(now)))
            .sum())
    }
}

fn seconds(from: Instant<Utc>, to: Instant<Utc>) -> f64 {
    (to - from).as_seconds_f64().max(0.0)
}
