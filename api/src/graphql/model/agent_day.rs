//! What agents did: today in sums, and stretch by stretch.

use async_graphql::{Context, Object, SimpleObject};
use domain::agents;

use super::{AgentActivity, Call, queue_stats::Ratio};
use crate::graphql::{connection::listed, context::named, fault::Answer, scalars::DateTime};

/// What an agent did today: stretches that began today, each in full.
pub struct AgentDay(pub agents::AgentDay);

/// What an agent did today: stretches that began today, each in full.
#[Object]
impl AgentDay {
    /// Calls with somebody outside in which the agent came to talk today, each once: out of queues, placed, taken over from
    /// others or joined. Whoever was merely asked by a colleague who went on with the call has not handled it.
    async fn handled(&self) -> i64 {
        self.0.handled
    }

    /// Offers that rang unanswered.
    async fn missed(&self) -> i64 {
        self.0.missed
    }

    /// Seconds of talk in these. Hold, ringing and calls between colleagues are not talk.
    async fn talk_seconds(&self) -> f64 {
        self.0.talk_seconds
    }

    /// Seconds in which these were on hold. Handling a call took (talk + hold + wrap-up) / handled on the average.
    async fn hold_seconds(&self) -> f64 {
        self.0.hold_seconds
    }

    /// Seconds of work after calls.
    async fn wrap_up_seconds(&self) -> f64 {
        self.0.wrap_up_seconds
    }

    /// Seconds of waiting for a call.
    async fn available_seconds(&self) -> f64 {
        self.0.available_seconds
    }

    /// Seconds away.
    async fn away_seconds(&self) -> f64 {
        self.0.away_seconds
    }

    /// The same by reason, the longest first.
    async fn away_by_reason(&self) -> Vec<ReasonSeconds> {
        let reasons = self.0.away_by_reason();
        reasons
            .map(|(reason, seconds)| ReasonSeconds { reason: reason.map(str::to_owned), seconds })
            .collect()
    }

    /// Seconds in which a call was offered.
    async fn ringing_seconds(&self) -> f64 {
        self.0.ringing_seconds
    }

    /// Seconds in a call: talk and hold by the clock on the wall, calls between colleagues too.
    async fn on_call_seconds(&self) -> f64 {
        self.0.on_call_seconds
    }

    /// Seconds not there, or not at work.
    async fn offline_seconds(&self) -> f64 {
        self.0.offline_seconds
    }

    /// How much of the time for calls was spent on calls, in whole seconds.
    async fn occupancy(&self) -> Ratio {
        let occupied = self.0.occupied_seconds();
        let definition = "(ringing + on call + wrap-up) / (those + available), wall clock";
        Ratio::of_seconds(occupied, occupied + self.0.available_seconds, definition)
    }

    /// How much of the time at work was there for calls, in whole seconds.
    async fn utilisation(&self) -> Ratio {
        let for_calls = self.0.occupied_seconds() + self.0.available_seconds;
        let definition = "(ringing + on call + wrap-up + available) / (those + away), wall clock";
        Ratio::of_seconds(for_calls, for_calls + self.0.away_seconds, definition)
    }
}

/// How long for a reason.
#[derive(SimpleObject)]
pub struct ReasonSeconds {
    /// The reason, as it was called then; `missed` after offers that rang unanswered, null for none.
    reason: Option<String>,
    /// How long.
    seconds: f64,
}

/// A stretch of what an agent did. Together they cover the time since the account was made without gap or overlap.
pub struct AgentInterval(pub agents::AgentInterval);

listed!(AgentInterval);

/// A stretch of what an agent did. Together they cover the time since the account was made without gap or overlap.
#[Object]
impl AgentInterval {
    /// What the agent was doing.
    async fn activity(&self) -> AgentActivity {
        self.0.activity.into()
    }

    /// Why AWAY, as it was called then; `missed` after offers that rang unanswered.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it began: the end of the one before.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When it ended; null while it lasts.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// The call that rang, was talked in or wrapped up when it began; null for the rest, and when the viewer may not see it.
    async fn call(&self, context: &Context<'_>) -> Answer<Option<Call>> {
        Ok(named(context, self.0.call_id).await?.map(Call))
    }
}
