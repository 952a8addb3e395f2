//! The fleet that carries the media.

use async_graphql::{ID, Object};
use domain::fleet;

use super::MediaWorkerState;
use crate::graphql::{id::global, scalars::DateTime};

/// One run of a media worker process.
pub struct MediaWorker(pub fleet::MediaWorker);

/// One run of a media worker process.
#[Object]
impl MediaWorker {
    /// `worker_` and 32 hexadecimal digits, new at every start.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Host and process.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is in its life.
    async fn state(&self) -> MediaWorkerState {
        self.0.state.into()
    }

    /// Parties that it can carry.
    async fn capacity(&self) -> i32 {
        self.0.capacity
    }

    /// Parties that it carries.
    async fn legs(&self) -> i32 {
        self.0.legs
    }

    /// Where its media goes: address and UDP port.
    async fn address(&self) -> &str {
        &self.0.address
    }

    /// When it started.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// Its last sign of life; one comes every second.
    async fn heartbeat_at(&self) -> DateTime {
        self.0.heartbeat_at.into()
    }
}
