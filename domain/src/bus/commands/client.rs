//! Sending commands: one channel for all of a process, replies told apart by correlation id.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use lapin::{
    BasicProperties, Channel, Confirmation, Consumer, PublisherConfirm,
    options::{BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions},
    types::FieldTable,
};
use tokio::{
    sync::{Semaphore, oneshot},
    time::{timeout, timeout_at},
};

use super::{CommandError, DIRECT_REPLY_TO};
use crate::bus::link::{Link, Links, SET_UP_LIMIT};

/// Commands under way at once; more wait, within their own limits.
const AT_ONCE: usize = 512;

type Reply = Result<Vec<u8>, CommandError>;

pub(in crate::bus) struct Commander {
    links: Links,
    session: tokio::sync::Mutex<Option<Session>>,
    next_id: AtomicU64,
    at_once: Semaphore,
}

/// The channel on which commands go out and their replies come in.
#[derive(Clone)]
struct Session {
    generation: u64,
    channel: Channel,
    waiting: Waiting,
}

impl Commander {
    pub(in crate::bus) fn new(links: Links) -> Self {
        let session = tokio::sync::Mutex::new(None);
        Self { links, session, next_id: AtomicU64::new(0), at_once: Semaphore::new(AT_ONCE) }
    }

    pub(in crate::bus) async fn command(&self, queue: &str, body: &[u8], limit: Duration) -> Reply {
        let started = Instant::now();
        let deadline = tokio::time::Instant::now() + limit;
        let result = match timeout_at(deadline, self.attempt(queue, body, deadline)).await {
            Ok(result) => result,
            // Waited in vain for RabbitMQ itself.
            Err(_) if self.links.now().is_err() => Err(CommandError::Unavailable),
            Err(_) => Err(CommandError::Timeout),
        };
        let outcome = match &result {
            Ok(_) => "ok",
            Err(CommandError::Timeout) => "timeout",
            Err(CommandError::NoWorker) => "no_worker",
            Err(CommandError::Unavailable) => "unavailable",
        };
        metrics::histogram!("cordboard_bus_command_seconds", "outcome" => outcome).record(started.elapsed());
        result
    }

    async fn attempt(&self, queue: &str, body: &[u8], deadline: tokio::time::Instant) -> Reply {
        let _turn = self.at_once.acquire().await.map_err(|_| CommandError::Unavailable)?;
        let session = self.session().await?;
        let id = self.next_id.fetch_add(1, Ordering::Relaxed).to_string();
        let waiter = session.waiting.register(&id)?;
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        let properties = BasicProperties::default()
            .with_delivery_mode(1)
            .with_correlation_id(id.as_str().into())
            .with_reply_to(DIRECT_REPLY_TO.into())
            .with_expiration(left.as_millis().to_string().as_str().into());
        let options = BasicPublishOptions { mandatory: true, ..Default::default() };
        let confirm = session
            .channel
            .basic_publish("".into(), queue.into(), options, body, properties)
            .await
            .map_err(|_| CommandError::Unavailable)?;
        // The reply may be faster than the confirm, and the confirm still has to be awaited.
        tokio::spawn(watch_for_return(confirm, session.waiting.clone()));
        waiter.reply().await
    }

    /// The open channel, or a new one on the present or next connection.
    async fn session(&self) -> Result<Session, CommandError> {
        let link = self.links.clone().wait().await.ok_or(CommandError::Unavailable)?;
        let mut session = self.session.lock().await;
        if let Some(open) = session.as_ref()
            && open.generation == link.generation
            && open.waiting.is_open()
        {
            return Ok(open.clone());
        }
        let (opened, replies) = match timeout(SET_UP_LIMIT, Session::open(&link)).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(_)) | Err(_) => return Err(CommandError::Unavailable),
        };
        tokio::spawn(receive(replies, opened.waiting.clone()));
        *session = Some(opened.clone());
        Ok(opened)
    }
}

impl Session {
    async fn open(link: &Link) -> Result<(Self, Consumer), crate::bus::BusError> {
        let channel = link.channel().await?;
        let set_up = async {
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            // RabbitMQ wants direct replies consumed without acknowledgement, and before the first command.
            let options = BasicConsumeOptions { no_ack: true, ..Default::default() };
            channel.basic_consume(DIRECT_REPLY_TO.into(), "".into(), options, FieldTable::default()).await
        };
        let replies = set_up.await.map_err(|_: lapin::Error| crate::bus::BusError::Unavailable)?;
        Ok((Self { generation: link.generation, channel, waiting: Waiting::default() }, replies))
    }
}

async fn receive(mut replies: Consumer, waiting: Waiting) {
    while let Some(Ok(mut reply)) = replies.next().await {
        let body = std::mem::take(&mut reply.data);
        // Nobody waits for it: it came too late.
        waiting.answer(&reply.properties, Ok(body));
    }
    waiting.close();
}

/// A command that no queue took comes back before its confirm. lapin hands it out with the next confirm, which may be another
/// command's: the correlation id tells whose it is.
async fn watch_for_return(confirm: PublisherConfirm, waiting: Waiting) {
    if let Ok(Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned))) = confirm.await {
        waiting.answer(&returned.delivery.properties, Err(CommandError::NoWorker));
    }
}

/// Commands without a reply yet, by correlation id; `None` once the channel is gone.
#[derive(Clone)]
struct Waiting(Arc<Mutex<Option<Commands>>>);

type Commands = HashMap<String, oneshot::Sender<Reply>>;

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Some(Commands::new()))))
    }
}

impl Waiting {
    fn register(&self, id: &str) -> Result<Waiter, CommandError> {
        let (sender, reply) = oneshot::channel();
        self.with(|commands| commands.insert(id.to_owned(), sender)).ok_or(CommandError::Unavailable)?;
        Ok(Waiter { id: id.to_owned(), reply, waiting: self.clone() })
    }

    fn answer(&self, properties: &BasicProperties, reply: Reply) {
        let Some(id) = properties.correlation_id() else {
            return;
        };
        if let Some(sender) = self.with(|commands| commands.remove(id.as_str())).flatten() {
            // An error: the sender's limit passed at this moment.
            let _ = sender.send(reply);
        }
    }

    fn is_open(&self) -> bool {
        self.with(|_| ()).is_some()
    }

    /// Every waiter learns at once that nothing will come.
    fn close(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn with<T>(&self, act: impl FnOnce(&mut Commands) -> T) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(act)
    }
}

/// One command's place; freed however the wait ends.
struct Waiter {
    id: String,
    reply: oneshot::Receiver<Reply>,
    waiting: Waiting,
}

impl Waiter {
    async fn reply(mut self) -> Reply {
        (&mut self.reply).await.unwrap_or(Err(CommandError::Unavailable))
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.waiting.with(|commands| commands.remove(&self.id));
    }
}
