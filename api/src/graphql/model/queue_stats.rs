//! A queue in figures, and what strangers may know of one.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime as Instant, Utc};
use domain::routing;

use super::{MediaKind, Queue, media_of};
use crate::{
    board::Figures,
    graphql::{context::ContextExt, fault::Answer, loaders::BoxOf, scalars::DateTime},
};

/// A queue as it is now, and its calls since midnight in its time zone. Call-backs are counted apart.
#[derive(Clone)]
pub struct QueueStats(pub Arc<Figures>);

/// A share, with its terms.
#[derive(SimpleObject)]
pub struct Ratio {
    /// 0 to 1; null of nothing.
    value: Option<f64>,
    /// What is counted.
    numerator: i64,
    /// Of how many.
    denominator: i64,
    /// What the two are, in words.
    definition: String,
}

impl Ratio {
    fn of(numerator: i64, denominator: i64, definition: String) -> Self {
        let value = (denominator > 0).then(|| numerator as f64 / denominator as f64);
        Self { value, numerator, denominator, definition }
    }

    /// A share of time, in whole seconds.
    pub fn of_seconds(part: f64, whole: f64, definition: &str) -> Self {
        Self::of(part.round() as i64, whole.round() as i64, definition.to_owned())
    }
}

/// A queue as it is now, and its calls since midnight in its time zone. Call-backs are counted apart.
#[Object]
impl QueueStats {
    /// Of which queue.
    async fn queue(&self) -> Queue {
        Queue(self.0.queue.clone())
    }

    /// Calls that wait or ring now.
    async fn waiting(&self) -> i64 {
        self.0.stats.waiting
    }

    /// How long the oldest of them has waited; 0 when none waits.
    async fn longest_wait_seconds(&self) -> f64 {
        self.0.stats.oldest.map_or(0.0, |oldest| (self.0.at - oldest).as_seconds_f64().max(0.0))
    }

    /// Members who wait for a call.
    async fn available(&self) -> i64 {
        self.0.stats.members.available
    }

    /// Members who are in a call, of whatever queue.
    async fn on_call(&self) -> i64 {
        self.0.stats.members.on_call
    }

    /// Members who wrap up.
    async fn wrap_up(&self) -> i64 {
        self.0.stats.members.wrap_up
    }

    /// Members who are away.
    async fn away(&self) -> i64 {
        self.0.stats.members.away
    }

    /// Members to whom a call is offered.
    async fn ringing(&self) -> i64 {
        self.0.stats.members.ringing
    }

    /// Members who are not there.
    async fn offline(&self) -> i64 {
        self.0.stats.members.offline
    }

    /// Contacts who wait to be called back.
    async fn callbacks(&self) -> i64 {
        self.0.stats.callbacks
    }

    /// Answered, abandoned and overflowed calls together.
    async fn offered(&self) -> i64 {
        self.0.stats.offered()
    }

    /// Calls that an agent took.
    async fn answered(&self) -> i64 {
        self.0.stats.answered
    }

    /// Calls whose contact gave up.
    async fn abandoned(&self) -> i64 {
        self.0.stats.abandoned
    }

    /// Calls that nobody took in time.
    async fn overflowed(&self) -> i64 {
        self.0.stats.overflowed
    }

    /// Calls answered in time of those offered.
    async fn service_level(&self) -> Option<Ratio> {
        let stats = &self.0.stats;
        let seconds = self.0.queue.service_level_seconds;
        let definition = format!("answered within {seconds} s / offered (answered + abandoned + overflowed)");
        Some(Ratio::of(stats.answered_in_time, stats.offered(), definition))
    }

    /// Calls abandoned of those offered, without short abandons.
    async fn abandonment_rate(&self) -> Option<Ratio> {
        let stats = &self.0.stats;
        let seconds = self.0.queue.short_abandon_seconds;
        let definition = format!("abandoned / offered, both without those abandoned within {seconds} s");
        let (abandoned, offered) =
            (stats.abandoned - stats.abandoned_short, stats.offered() - stats.abandoned_short);
        Some(Ratio::of(abandoned, offered, definition))
    }

    /// Mean wait of the answered calls, from entering the queue to media both ways.
    async fn average_speed_of_answer_seconds(&self) -> Option<f64> {
        self.0.stats.speed_of_answer
    }

    /// How long a call that entered now would wait; null while nobody works.
    async fn estimated_wait_seconds(&self) -> Option<f64> {
        self.0.stats.estimated_wait()
    }

    /// When it was counted.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }
}

/// What everybody may know of a queue.
pub struct QueueInfo(pub routing::QueueInfo);

/// What everybody may know of a queue.
#[Object]
impl QueueInfo {
    /// Its name in addresses: goes into `callRequest`.
    async fn key(&self) -> &str {
        &self.0.queue.key
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.queue.name
    }

    /// Whether it takes calls now.
    async fn open(&self) -> bool {
        self.0.open
    }

    /// When it opens next; now, when it is open, and null when it doesn't within 30 days.
    async fn opens_at(&self) -> Option<DateTime> {
        self.0.opens_at.map(DateTime)
    }

    /// What to read while it is closed.
    async fn closed_message(&self) -> Option<&str> {
        self.0.queue.closed_message.as_deref()
    }

    /// What calls to it may be placed as.
    async fn media(&self) -> Vec<MediaKind> {
        media_of(&self.0.queue)
    }

    /// Whether one can choose to be called back.
    async fn callback(&self) -> bool {
        self.0.queue.callback
    }

    /// Whether all places are taken, and whoever calls now is neither sent on, nor called back, nor asked for a message.
    async fn full(&self) -> bool {
        self.0.full
    }

    /// How long one who called now would wait; null while nobody works.
    async fn estimated_wait_seconds(&self) -> Option<f64> {
        self.0.estimated_wait_seconds
    }

    /// What will be asked about recording; null when nothing is.
    async fn consent_wording(&self) -> Option<&str> {
        self.0.consent_wording.as_deref()
    }

    /// Whether one can leave a message: while it is open or closed.
    async fn voicemail(&self) -> bool {
        self.0.voicemail_wording.is_some()
    }

    /// What to show before a message is left: it is recorded, and what becomes of it.
    async fn voicemail_wording(&self) -> Option<&str> {
        self.0.voicemail_wording.as_deref()
    }
}

/// A queue that has closed, as those are told who still wait in it, or whom nobody could answer before.
pub struct QueueClosed {
    queue: routing::Queue,
    opens_at: Option<Instant<Utc>>,
}

impl QueueClosed {
    /// None of a queue that is open.
    pub fn of(queue: routing::Queue, now: Instant<Utc>) -> Option<Self> {
        let kept = queue.archived_at.is_none();
        if kept && queue.hours.open_at(now) {
            return None;
        }
        let opens_at = queue.hours.opens_at(now).filter(|_| kept);
        Some(Self { queue, opens_at })
    }
}

/// A queue that has closed, as those are told who still wait in it, or whom nobody could answer before.
#[Object]
impl QueueClosed {
    /// When it opens again; null when it doesn't within 30 days.
    async fn opens_at(&self) -> Option<DateTime> {
        self.opens_at.map(DateTime)
    }

    /// What it says about that.
    async fn message(&self) -> Option<&str> {
        self.queue.closed_message.as_deref()
    }

    /// Whether whoever asks for it by `callRequest` can leave a message all the same.
    async fn voicemail(&self, context: &Context<'_>) -> Answer<bool> {
        let messages = context.loaders().load_one(BoxOf(self.queue.id)).await?;
        Ok(self.queue.archived_at.is_none() && messages.is_some_and(|messages| messages.enabled))
    }
}
