//! The event log: append-only, in PostgreSQL, the outbox and the memory of everything that changed.
//!
//! Writing is [`crate::db::Unit::event`]. Order and place in the log are a [`Cursor`]; [`Hub`] reads for a whole process.

mod cursor;
mod hub;
mod log;

pub use cursor::Cursor;
pub use hub::{Hub, Watch, WatchError};
pub use log::{drop_old, make_partitions};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::text_enum::text_enum;

text_enum! {
    /// What an event is about.
    Aggregate {
        Call = "call",
        Leg = "leg",
        User = "user",
        Session = "session",
        Recording = "recording",
        Worker = "worker",
        Agent = "agent",
        Queue = "queue",
    }
}

/// One row of the log.
#[derive(Debug, Clone)]
pub struct Event {
    pub cursor: Cursor,
    pub at: DateTime<Utc>,
    pub aggregate: Aggregate,
    pub aggregate_id: Uuid,
    /// Grows by one with every event of a call; 0 elsewhere.
    pub version: i32,
    pub kind: String,
    /// Ids and states, never personal data.
    pub payload: serde_json::Value,
}

impl Event {
    /// An id out of the payload.
    pub fn id<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        self.payload.get(field)?.as_str()?.parse().ok()
    }
}

/// What a reader wants of the log.
#[derive(Debug, Clone)]
pub struct Filter {
    pub aggregate: Aggregate,
    /// This one only, or all.
    pub id: Option<Uuid>,
    /// Those whose payload has this text in one of these fields.
    pub fields: Option<(&'static [&'static str], String)>,
}

impl Filter {
    pub fn of(aggregate: Aggregate, id: impl Into<Option<Uuid>>) -> Self {
        Self { aggregate, id: id.into(), fields: None }
    }

    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        event.aggregate == self.aggregate
            && self.id.is_none_or(|id| id == event.aggregate_id)
            && self.fields.as_ref().is_none_or(|(fields, text)| {
                fields.iter().any(|field| event.payload.get(field).and_then(|v| v.as_str()) == Some(text))
            })
    }
}
