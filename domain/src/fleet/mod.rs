//! The fleet of media workers. A worker writes its own row; the scheduler alone writes GONE over a dead one.
//!
//! Owns `media_worker`.

mod liveness;
mod workers;

pub use liveness::{Lifeline, Watchman};
pub use workers::MediaWorker;

use crate::text_enum::text_enum;

text_enum! { /// Where a worker is in its life.
WorkerState {
    Active = "ACTIVE",
    /// Takes no calls any more, gives away those that it has and brings its last objects to storage.
    Draining = "DRAINING",
    Gone = "GONE",
} }
