//! Carrying out commands.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::StreamExt;
use lapin::{
    BasicProperties, Channel, Consumer,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    bus::{
        BusError,
        link::{Link, Links, SET_UP_LIMIT},
        topology,
    },
    retry::Backoff,
};

/// Commands in hand at once. The rest waits at the broker, where it expires in time.
const AT_ONCE: u16 = 64;

type Handler = Arc<dyn Fn(Vec<u8>) -> Pin<Box<dyn Future<Output = Vec<u8>> + Send>> + Send + Sync>;

/// Serves a command queue for as long as it is kept.
#[must_use = "dropped, it serves no longer"]
pub struct CommandServer {
    _stop: DropGuard,
}

impl CommandServer {
    pub(in crate::bus) fn start<H, F>(links: Links, queue: String, handler: H) -> Self
    where
        H: Fn(Vec<u8>) -> F + Send + Sync + 'static,
        F: Future<Output = Vec<u8>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |body| Box::pin(handler(body)));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move { stopped.run_until_cancelled(serve(links, queue, handler)).await });
        Self { _stop: stop.drop_guard() }
    }
}

async fn serve(mut links: Links, queue: String, handler: Handler) {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
    while let Some(link) = links.wait().await {
        if let Err(error) = on_link(&link, &queue, &handler, &mut backoff).await {
            tracing::debug!(queue, %error, "serving commands was interrupted");
        }
        tokio::time::sleep(backoff.next_pause()).await;
    }
}

async fn on_link(link: &Link, queue: &str, handler: &Handler, backoff: &mut Backoff) -> Result<(), BusError> {
    let channel = link.channel().await?;
    let mut commands = match timeout(SET_UP_LIMIT, open(&channel, queue)).await {
        Ok(Ok(commands)) => commands,
        Ok(Err(error)) => {
            tracing::warn!(queue, %error, "the command queue can't be opened");
            return Err(BusError::Unavailable);
        }
        Err(_) => return Err(BusError::Unavailable),
    };
    backoff.reset();
    // A command that was begun is carried out though its connection is lost; only its reply is lost with it.
    let mut running = JoinSet::new();
    while let Some(Ok(command)) = commands.next().await {
        running.spawn(carry_out(channel.clone(), command, handler.clone()));
        while let Some(ended) = running.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(queue, %error, "a command's handler panicked");
            }
        }
    }
    running.detach_all();
    Err(BusError::Unavailable)
}

async fn open(channel: &Channel, queue: &str) -> lapin::Result<Consumer> {
    channel.basic_qos(AT_ONCE, BasicQosOptions::default()).await?;
    topology::command_queue(channel, queue).await?;
    let options = BasicConsumeOptions { exclusive: true, ..Default::default() };
    channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await
}

async fn carry_out(channel: Channel, mut command: Delivery, handler: Handler) {
    let reply = handler(std::mem::take(&mut command.data)).await;
    let properties = &command.properties;
    if let (Some(sender), Some(id)) = (properties.reply_to(), properties.correlation_id()) {
        let correlated = BasicProperties::default().with_delivery_mode(1).with_correlation_id(id.clone());
        let options = BasicPublishOptions::default();
        // An error: the connection is gone, and the sender learns it from its own.
        let _ = channel.basic_publish("".into(), sender.clone(), options, &reply, correlated).await;
    }
    // Acknowledged after the work: that is what bounds how many are in hand. An error: the queue is gone, too.
    let _ = command.ack(BasicAckOptions::default()).await;
}
