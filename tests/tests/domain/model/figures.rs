//! The day's figures, told anew from the event log alone.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::Platform;
use domain::ids::QueueId;
use domain::routing::Queue;
use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

/// What the log says of one queue.
#[derive(Debug, Default, PartialEq, Eq)]
struct Day {
    answered: i64,
    abandoned: i64,
    overflowed: i64,
}

const LOG: &str = "SELECT e.aggregate_id::text, e.kind, e.payload::text, c.callback_of IS NOT NULL
    FROM event e JOIN call c ON c.id = e.aggregate_id WHERE e.aggregate = 'call' ORDER BY e.xid, e.seq";

fn uuid(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text.rsplit('_').next()?).ok()
}

/// Compares with what `queue_stats` counts from visits. `since` is an instant before the first call.
pub async fn equal(
    platform: &Platform,
    sql: &Client,
    queues: &[Queue],
    since: DateTime<Utc>,
) -> Result<(), String> {
    let now = platform.clock.now();
    if since.date_naive() != now.date_naive() {
        // Midnight went by: the figures of the day are those of a part of the log.
        return Ok(());
    }
    let mut days: HashMap<Uuid, Day> = HashMap::new();
    let mut waiting: HashMap<String, Uuid> = HashMap::new();
    let mut answered: HashSet<String> = HashSet::new();
    for row in sql.query(LOG, &[]).await.map_err(|error| error.to_string())? {
        let call: String = row.get(0);
        let payload: Value = serde_json::from_str(row.get(2)).map_err(|error| error.to_string())?;
        let detail = payload["detail"].as_str().unwrap_or_default();
        let kind: &str = row.get(1);
        // A call-back is not offered once more; what becomes of it once it is answered counts.
        if row.get(3) && !answered.contains(&call) {
            if kind == "CONNECTED" {
                answered.insert(call);
            }
            continue;
        }
        match kind {
            "QUEUED" => {
                if let Some(queue) = uuid(detail) {
                    waiting.insert(call, queue);
                }
            }
            "CONNECTED" => {
                if let Some(queue) = waiting.remove(&call) {
                    days.entry(queue).or_default().answered += 1;
                }
            }
            "OVERFLOWED" => {
                if let Some(queue) =
                    waiting.remove(&call).filter(|_| !["CALLBACK", "VOICEMAIL"].contains(&detail))
                {
                    days.entry(queue).or_default().overflowed += 1;
                }
            }
            // Taken back by the agent who had handed it to the queue.
            "TRANSFER_CANCELLED" if !detail.ends_with("taken back") => {}
            "CALLBACK_REQUESTED" | "TRANSFER_CANCELLED" | "VOICEMAIL_STARTED" => {
                waiting.remove(&call);
            }
            // Only a contact abandons a queue: hung up or lost, not sent away by one of the house.
            "ENDED"
                if !payload["actor"].as_str().is_some_and(|actor| actor.starts_with("user_"))
                    && (detail.starts_with("ABANDONED") || detail.starts_with("COMPLETED")) =>
            {
                if let Some(queue) = waiting.remove(&call) {
                    days.entry(queue).or_default().abandoned += 1;
                }
            }
            _ => {}
        }
    }
    for stats in platform.queue_stats(queues).await.map_err(|error| error.to_string())? {
        let kept = Day { answered: stats.answered, abandoned: stats.abandoned, overflowed: stats.overflowed };
        let QueueId(id) = stats.queue_id;
        let told = days.remove(&id).unwrap_or_default();
        if kept != told {
            return Err(format!("the log says {told:?}, the figures {kept:?}"));
        }
    }
    Ok(())
}
