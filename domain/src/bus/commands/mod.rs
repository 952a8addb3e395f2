//! Commands to one process, with replies: by direct reply-to, so that replies need no queue of their own.
//!
//! A command says with AMQP's expiration how long its sender waits, and goes as mandatory: to a worker that isn't there it
//! comes back at once.

mod client;
mod server;

pub(super) use self::client::Commander;
pub use self::server::CommandServer;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No reply in time: the command may have been carried out or not.
    #[error("the worker didn't reply in time")]
    Timeout,
    /// Nobody serves that queue: the command wasn't carried out.
    #[error("there is no such worker")]
    NoWorker,
    /// RabbitMQ is away or went away: the command may have been carried out or not.
    #[error("RabbitMQ is away")]
    Unavailable,
}

/// RabbitMQ's pseudo-queue for replies on the channel that consumes it.
const DIRECT_REPLY_TO: &str = "amq.rabbitmq.reply-to";
