//! RabbitMQ: news that wake readers, work that waits for a taker, commands to one worker.
//!
//! Owns no rows, and nothing here is the truth: PostgreSQL is. So publishing fails at once where RabbitMQ is away and whoever
//! published sends again (a sweep); consumers are idempotent by the ids in a message; whoever listens is woken after each
//! reconnection, for something may have passed meanwhile. The connection comes back by itself.

mod commands;
mod events;
mod jobs;
mod link;
mod publish;
mod topology;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::sync::mpsc;

use self::{commands::Commander, link::Links, publish::Publisher};
pub use self::{
    commands::{CommandError, CommandServer},
    jobs::{Delivery, JobConsumer},
    topology::Job,
};
use crate::config::Config;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// Not connected, or the connection broke meanwhile.
    #[error("RabbitMQ is away")]
    Unavailable,
    /// The confirm didn't come in time, or was a refusal: the message counts as lost and is to be sent again.
    #[error("RabbitMQ didn't confirm the message")]
    Unconfirmed,
    /// No queue takes the message.
    #[error("there is no queue for the message")]
    Unroutable,
    /// Connected, but RabbitMQ takes no messages for want of memory or disk.
    #[error("RabbitMQ is blocked")]
    Blocked,
}

/// Connected for as long as a clone is kept: with the last, listeners, consumers and servers end.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    links: Links,
    events: Publisher,
    jobs: Publisher,
    commander: Commander,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.links.closing().cancel();
    }
}

impl Bus {
    /// Starts connecting and returns at once; [`Bus::is_ready`] says how far it came. `program` is the name that RabbitMQ
    /// shows for the connection. To be called inside the runtime.
    pub fn connect(config: &Config, program: &str) -> Self {
        let links = Links::start(&config.amqp_url, program);
        let inner = Inner {
            events: Publisher::events(links.clone()),
            jobs: Publisher::jobs(links.clone()),
            commander: Commander::new(links.clone()),
            links,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Wakes who listens to the topic. Returns with RabbitMQ's confirm; that nobody listens is no error.
    pub async fn publish_event(&self, routing_key: &str, body: &[u8]) -> Result<(), BusError> {
        self.inner.events.publish(routing_key, body).await
    }

    /// Hands out work. Returns once RabbitMQ has stored it.
    pub async fn publish_job(&self, job: Job, body: &[u8]) -> Result<(), BusError> {
        self.inner.jobs.publish(job.queue(), body).await
    }

    /// Wake-ups for events whose routing key fits `binding` (`call.*`, `#`). Several events may be one wake-up, and one comes
    /// after each (re)connection. Ends when the bus closes.
    pub fn listen_events(&self, binding: &str) -> mpsc::Receiver<()> {
        events::listen(self.inner.links.clone(), binding.to_owned())
    }

    /// Takes work of one kind, one piece at a time.
    pub fn consume_jobs(&self, job: Job) -> JobConsumer {
        JobConsumer::start(self.inner.links.clone(), job)
    }

    /// Answers commands sent to `queue` until the returned server is dropped; many at once, up to a bound. The queue is gone
    /// with the process.
    pub fn serve_commands<H, F>(&self, queue: &str, handler: H) -> CommandServer
    where
        H: Fn(Vec<u8>) -> F + Send + Sync + 'static,
        F: Future<Output = Vec<u8>> + Send + 'static,
    {
        CommandServer::start(self.inner.links.clone(), queue.to_owned(), handler)
    }

    /// Sends a command and waits for its reply. After `limit` the command isn't begun any more; whether one that was begun
    /// still takes effect is for the command's epoch to decide.
    pub async fn command(&self, queue: &str, body: &[u8], limit: Duration) -> Result<Vec<u8>, CommandError> {
        self.inner.commander.command(queue, body, limit).await
    }

    pub fn is_ready(&self) -> Result<(), BusError> {
        self.inner.links.is_ready()
    }

    /// Closes the connection for good: unacknowledged work goes back to its queue, listeners end.
    pub async fn close(&self) {
        self.inner.links.close().await;
    }
}
