//! Every exchange and queue of the platform, declared in one place.

use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};

/// Topic exchange of news.
pub(super) const EVENTS: &str = "events";
/// Direct exchange of work; a job's routing key is its queue's name.
pub(super) const JOBS: &str = "jobs";
/// Direct exchange of work that failed too often; same routing keys.
const DEAD_JOBS: &str = "jobs.dead";

/// How often a job is delivered again before it is put aside. Each connection lost with the job in hand counts, too.
const DELIVERY_LIMIT: i64 = 20;
/// A queue that nobody empties refuses more than this: the publisher learns it, the row stays, the sweep comes again.
const MOST_JOBS: i64 = 100_000;
/// The oldest dead ones go first.
const MOST_DEAD_JOBS: i64 = 10_000;

/// The kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// A call that needs a worker.
    Calls,
    /// A call whose worker is gone or drains.
    Moves,
    /// A recording to be made ready for playback.
    Transcode,
    /// An uploaded audio file to be converted.
    Audio,
}

impl Job {
    pub const ALL: [Self; 4] = [Self::Calls, Self::Moves, Self::Transcode, Self::Audio];

    pub fn queue(self) -> &'static str {
        match self {
            Self::Calls => "media.calls",
            Self::Moves => "media.moves",
            Self::Transcode => "media.transcode",
            Self::Audio => "media.audio",
        }
    }

    /// Where jobs of this kind end up after too many deliveries.
    pub fn dead_queue(self) -> String {
        format!("{}.dead", self.queue())
    }
}

/// Declares what outlives a process. Declaring again what exists does nothing, unless its arguments differ: then RabbitMQ
/// refuses, and the queue has to be emptied and deleted by hand.
///
/// - `events` (topic): news for whoever listens now. Each api process binds a queue of its own ([`listener_queue`]); a message
///   for which nobody is bound is dropped, and that is right.
/// - `jobs` (direct) → `media.calls`, `media.moves`, `media.transcode`, `media.audio`: quorum queues, so a stored job survives a
///   node. After [`DELIVERY_LIMIT`] redeliveries (quorum queues of RabbitMQ 3.10 have none unless set) a job moves by way of
///   `jobs.dead` (direct) to `<queue>.dead`, at least once: which demands `reject-publish` as the overflow's behaviour.
/// - `worker.<id>`: one command queue a worker, declared by the worker ([`command_queue`]); commands come through the default
///   exchange, replies go by direct reply-to and need no queue.
pub(super) async fn declare(channel: &Channel) -> lapin::Result<()> {
    let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
    for (name, kind) in
        [(EVENTS, ExchangeKind::Topic), (JOBS, ExchangeKind::Direct), (DEAD_JOBS, ExchangeKind::Direct)]
    {
        channel.exchange_declare(name.into(), kind, durable, FieldTable::default()).await?;
    }
    for job in Job::ALL {
        let dead = job.dead_queue();
        let arguments = table([
            ("x-queue-type", text("quorum")),
            ("x-max-length", AMQPValue::LongLongInt(MOST_DEAD_JOBS)),
        ]);
        declare_bound(channel, &dead, DEAD_JOBS, job, arguments).await?;
        let arguments = table([
            ("x-queue-type", text("quorum")),
            ("x-delivery-limit", AMQPValue::LongLongInt(DELIVERY_LIMIT)),
            ("x-max-length", AMQPValue::LongLongInt(MOST_JOBS)),
            ("x-overflow", text("reject-publish")),
            ("x-dead-letter-exchange", text(DEAD_JOBS)),
            ("x-dead-letter-routing-key", text(job.queue())),
            ("x-dead-letter-strategy", text("at-least-once")),
        ]);
        declare_bound(channel, job.queue(), JOBS, job, arguments).await?;
    }
    Ok(())
}

async fn declare_bound(
    channel: &Channel,
    queue: &str,
    exchange: &str,
    job: Job,
    arguments: FieldTable,
) -> lapin::Result<()> {
    let durable = QueueDeclareOptions { durable: true, ..Default::default() };
    channel.queue_declare(queue.into(), durable, arguments).await?;
    let bind = QueueBindOptions::default();
    channel.queue_bind(queue.into(), exchange.into(), job.queue().into(), bind, FieldTable::default()).await
}

/// A queue of this connection alone that holds the newest event only: it is a wake-up, and one is enough. Answers its name.
pub(super) async fn listener_queue(channel: &Channel, binding: &str) -> lapin::Result<String> {
    let arguments = table([("x-max-length", AMQPValue::LongLongInt(1))]);
    let queue = channel.queue_declare("".into(), own(), arguments).await?.name().as_str().to_owned();
    let bind = QueueBindOptions::default();
    channel
        .queue_bind(queue.as_str().into(), EVENTS.into(), binding.into(), bind, FieldTable::default())
        .await?;
    Ok(queue)
}

/// A queue of this connection alone for commands. While an older connection of the same process isn't yet known to be dead,
/// RabbitMQ refuses (RESOURCE_LOCKED): to be tried again.
pub(super) async fn command_queue(channel: &Channel, queue: &str) -> lapin::Result<()> {
    channel.queue_declare(queue.into(), own(), FieldTable::default()).await.map(drop)
}

fn own() -> QueueDeclareOptions {
    QueueDeclareOptions { exclusive: true, auto_delete: true, ..Default::default() }
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

fn table<const N: usize>(entries: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (key, value) in entries {
        table.insert(key.into(), value);
    }
    table
}
