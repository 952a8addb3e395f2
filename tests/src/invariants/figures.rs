//! The day's figures of queues, told anew from the event log alone.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::Platform;
use domain::routing::{Queue, QueueStats};
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

/// Sums of instants differ by less than this, in seconds, when they are the same.
pub(super) const NEAR: f64 = 0.05;

/// One queue: its visits, and how long those who were answered waited all together.
#[derive(Debug, Default)]
struct Day {
    answered: i64,
    answered_in_time: i64,
    abandoned: i64,
    abandoned_short: i64,
    overflowed: i64,
    waited: f64,
}

impl Day {
    fn kept(stats: &QueueStats) -> Self {
        Self {
            answered: stats.answered,
            answered_in_time: stats.answered_in_time,
            abandoned: stats.abandoned,
            abandoned_short: stats.abandoned_short,
            overflowed: stats.overflowed,
            waited: stats.speed_of_answer.unwrap_or(0.0) * stats.answered as f64,
        }
    }

    const fn counts(&self) -> (i64, i64, i64) {
        (self.answered, self.abandoned, self.overflowed)
    }

    /// Service level, abandonment and speed of answer are made of these.
    fn has_waits_of(&self, other: &Self) -> bool {
        self.answered_in_time == other.answered_in_time
            && self.abandoned_short == other.abandoned_short
            && (self.waited - other.waited).abs() < NEAR
    }
}

const LOG: &str = "SELECT e.aggregate_id::text, e.kind, e.payload::text, c.callback_of IS NOT NULL, extract(epoch FROM e.at)::float8
    FROM event e JOIN call c ON c.id = e.aggregate_id WHERE e.aggregate = 'call' ORDER BY e.xid, e.seq";

/// One entry of the log.
struct Entry {
    call: String,
    kind: String,
    payload: Value,
    callback: bool,
    at: f64,
}

/// Somebody waits.
struct Wait {
    queue: Uuid,
    since: f64,
}

/// Somebody who waited leaves a message.
struct Message {
    wait: Wait,
    since: f64,
    /// The beep was heard.
    begun: bool,
}

/// Goes through the log once.
struct Walk<'a> {
    queues: &'a [Queue],
    days: HashMap<Uuid, Day>,
    waiting: HashMap<String, Wait>,
    messages: HashMap<String, Message>,
    /// Call-backs that were answered.
    answered: HashSet<String>,
    /// Legs whose connection broke off, and when.
    broken: HashMap<String, f64>,
    /// Calls of which one of those was given up: who is not there does not wait.
    lost: HashMap<String, f64>,
}

fn uuid(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text.rsplit('_').next()?).ok()
}

impl Walk<'_> {
    fn step(&mut self, it: Entry) {
        let detail = it.payload["detail"].as_str().unwrap_or_default();
        self.note_connections(&it, detail);
        // A call-back is not offered once more; what becomes of it once it is answered counts.
        if it.callback && !self.answered.contains(&it.call) {
            if it.kind == "CONNECTED" {
                self.answered.insert(it.call);
            }
            return;
        }
        match it.kind.as_str() {
            "QUEUED" => {
                if let Some(queue) = uuid(detail) {
                    // Moved, or given back by an agent who did not come: it has waited all the time.
                    let since = self.waiting.get(&it.call).map_or(it.at, |wait| wait.since);
                    self.waiting.insert(it.call, Wait { queue, since });
                }
            }
            "CONNECTED" => self.leave(&it.call, it.at, |day, queue, waited| {
                day.answered += 1;
                day.answered_in_time += i64::from(waited <= f64::from(queue.service_level_seconds));
                day.waited += waited;
            }),
            "OVERFLOWED" if detail == "CALLBACK" => {
                self.waiting.remove(&it.call);
            }
            // Told of by what follows.
            "OVERFLOWED" if detail == "VOICEMAIL" => {}
            "OVERFLOWED" => self.leave(&it.call, it.at, |day, _, _| day.overflowed += 1),
            // Taken back by the agent who had handed it to the queue.
            "TRANSFER_CANCELLED" if !detail.ends_with("taken back") => {}
            "CALLBACK_REQUESTED" | "TRANSFER_CANCELLED" => {
                self.waiting.remove(&it.call);
            }
            "VOICEMAIL_STARTED" => {
                if let Some(wait) = self.waiting.remove(&it.call) {
                    self.messages.insert(it.call, Message { wait, since: it.at, begun: false });
                }
            }
            "RECORDING_STARTED" => {
                if let Some(message) = self.messages.get_mut(&it.call) {
                    message.begun = true;
                }
            }
            // Who heard no beep, or did not want to be recorded after it, has waited and left no message.
            "ENDED" if self.messages.contains_key(&it.call) => {
                let Some(Message { wait, since, begun }) = self.messages.remove(&it.call) else { return };
                let kept = begun && !detail.ends_with("did not want to be recorded.");
                if detail.starts_with("ABANDONED") || detail.starts_with("COMPLETED") && !kept {
                    self.waiting.insert(it.call.clone(), wait);
                    self.abandon(&it.call, since);
                }
            }
            // Only a contact who came abandons a queue: hung up or lost, not sent away by one of the house.
            "ENDED"
                if !detail.ends_with("The contact did not come.")
                    && !it.payload["actor"].as_str().is_some_and(|actor| actor.starts_with("user_"))
                    && (detail.starts_with("ABANDONED") || detail.starts_with("COMPLETED")) =>
            {
                let at = self.lost.get(&it.call).copied().unwrap_or(it.at);
                self.abandon(&it.call, at);
            }
            _ => {}
        }
    }

    fn note_connections(&mut self, it: &Entry, detail: &str) {
        let Some(leg) = it.payload["legId"].as_str() else { return };
        match it.kind.as_str() {
            "LEG_RECONNECTING" => {
                self.broken.insert(leg.to_owned(), it.at);
            }
            "LEG_JOINED" => {
                self.broken.remove(leg);
            }
            "LEG_LEFT" if detail == "connection lost" => {
                if let Some(since) = self.broken.get(leg) {
                    self.lost.insert(it.call.clone(), *since);
                }
            }
            _ => {}
        }
    }

    fn abandon(&mut self, call: &str, at: f64) {
        self.leave(call, at, |day, queue, waited| {
            day.abandoned += 1;
            day.abandoned_short += i64::from(waited <= f64::from(queue.short_abandon_seconds));
        });
    }

    /// A call waits no longer; `count` gets the day of the queue and for how long it waited.
    fn leave(&mut self, call: &str, at: f64, count: impl FnOnce(&mut Day, &Queue, f64)) {
        let Some(wait) = self.waiting.remove(call) else { return };
        let Some(queue) = self.queues.iter().find(|queue| queue.id.0 == wait.queue) else { return };
        count(self.days.entry(wait.queue).or_default(), queue, (at - wait.since).max(0.0));
    }
}

/// Compares with what `queue_stats` counts from visits. `since` is an instant before the first call. How long people waited is
/// compared on demand: the log does not tell it of calls that are moved and transferred.
///
/// # Errors
/// What the log says and what is kept.
pub async fn of_queues(
    platform: &Platform,
    sql: &Client,
    queues: &[Queue],
    since: DateTime<Utc>,
    waits: bool,
) -> Result<(), String> {
    if since.date_naive() != platform.clock.now().date_naive() {
        // Midnight went by: the figures of the day are those of a part of the log.
        return Ok(());
    }
    let mut walk = Walk {
        queues,
        days: HashMap::new(),
        waiting: HashMap::new(),
        messages: HashMap::new(),
        answered: HashSet::new(),
        broken: HashMap::new(),
        lost: HashMap::new(),
    };
    for row in sql.query(LOG, &[]).await.map_err(|error| error.to_string())? {
        walk.step(Entry {
            call: row.get(0),
            kind: row.get(1),
            payload: serde_json::from_str(row.get(2)).map_err(|error| error.to_string())?,
            callback: row.get(3),
            at: row.get(4),
        });
    }
    for stats in platform.queue_stats(queues).await.map_err(|error| error.to_string())? {
        let kept = Day::kept(&stats);
        let told = walk.days.remove(&stats.queue_id.0).unwrap_or_default();
        if kept.counts() != told.counts() || (waits && !kept.has_waits_of(&told)) {
            return Err(format!("the log says {told:?}, the figures {kept:?}"));
        }
    }
    Ok(())
}
