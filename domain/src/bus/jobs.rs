//! Taking work.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use lapin::{
    Acker, Channel, Consumer,
    message::Delivery as Message,
    options::{BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions},
    types::{AMQPValue, FieldTable},
};
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use super::{
    BusError, Job,
    link::{Link, Links, SET_UP_LIMIT},
};
use crate::retry::Backoff;

/// A piece of work. Acknowledge it once it is leased in the database; dropped without an answer it goes back.
#[derive(Debug)]
pub struct Delivery {
    pub body: Vec<u8>,
    /// It was handed out before, to us or somebody else, and may have been worked on.
    pub redelivered: bool,
    /// How often it came back so far.
    pub attempt: u32,
    pub queue: String,
    /// Gone with the answer.
    acker: Option<Acker>,
}

impl Delivery {
    /// Done, or taken over by a row. An error means that it will come again; the connection it came by is gone.
    pub async fn ack(mut self) -> Result<(), BusError> {
        crate::failpoint::hit("before_ack", [self.queue.as_str()]);
        match self.acker.take() {
            Some(acker) => answered(acker.ack(BasicAckOptions::default()).await),
            None => Ok(()),
        }
    }

    /// Gives it back after a pause that grows with each attempt; too many of them and it is put aside as dead. No other work
    /// comes meanwhile.
    pub async fn retry_later(mut self) -> Result<(), BusError> {
        let full =
            Duration::from_millis(200).saturating_mul(1 << self.attempt.min(5)).min(Duration::from_secs(5));
        tokio::time::sleep(full).await;
        self.give_back().await
    }

    async fn give_back(&mut self) -> Result<(), BusError> {
        match self.acker.take() {
            Some(acker) => answered(acker.nack(REQUEUE).await),
            None => Ok(()),
        }
    }
}

const REQUEUE: BasicNackOptions = BasicNackOptions { multiple: false, requeue: true };

/// `false`: the channel of the delivery is gone, and so it has gone back.
fn answered(sent: lapin::Result<bool>) -> Result<(), BusError> {
    if sent.unwrap_or(false) { Ok(()) } else { Err(BusError::Unavailable) }
}

impl Drop for Delivery {
    /// A handler that panicked or was cancelled must not keep the consumer waiting for an answer.
    fn drop(&mut self) {
        if let Some(acker) = self.acker.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { acker.nack(REQUEUE).await });
        }
    }
}

impl From<Message> for Delivery {
    fn from(mut message: Message) -> Self {
        let headers = message.properties.headers().as_ref().map(FieldTable::inner);
        // Quorum queues count; the first delivery has no such header.
        let attempt =
            headers.and_then(|headers| headers.get("x-delivery-count")).and_then(AMQPValue::as_long_long_int);
        Self {
            body: std::mem::take(&mut message.data),
            redelivered: message.redelivered,
            attempt: attempt.and_then(|count| u32::try_from(count).ok()).unwrap_or(0),
            queue: message.routing_key.to_string(),
            acker: Some(message.acker),
        }
    }
}

/// Work of one kind, one piece at a time: the next comes after the answer to the last.
pub struct JobConsumer {
    deliveries: mpsc::Receiver<Delivery>,
    wanted: watch::Sender<bool>,
    consuming: watch::Receiver<bool>,
}

impl JobConsumer {
    pub(super) fn start(links: Links, job: Job) -> Self {
        let (sender, deliveries) = mpsc::channel(1);
        let (wanted, wants) = watch::channel(true);
        let (consuming_sender, consuming) = watch::channel(false);
        let task = Task { links, job, deliveries: sender, wanted: wants, consuming: consuming_sender };
        tokio::spawn(task.run());
        Self { deliveries, wanted, consuming }
    }

    /// The next piece of work; waits through lost connections and pauses. `None` once the bus is closed. Can be dropped
    /// while it waits.
    pub async fn next(&mut self) -> Option<Delivery> {
        loop {
            let delivery = self.deliveries.recv().await?;
            // One whose connection broke before anybody took it has gone back, and comes again.
            if delivery.acker.as_ref().is_some_and(Acker::usable) {
                return Some(delivery);
            }
        }
    }

    /// Takes no more work until [`JobConsumer::resume`]; returns when none can come. Without room, pause *before* the last
    /// piece is acknowledged: then nothing is in flight that would have to be given back, which counts as a delivery.
    pub async fn pause(&mut self) {
        self.wanted.send_replace(false);
        loop {
            let delivery = tokio::select! {
                biased;
                delivery = self.deliveries.recv() => delivery,
                () = until(&mut self.consuming, false) => break,
            };
            let Some(mut delivery) = delivery else { break };
            // An error: it has gone back with its connection.
            let _ = delivery.give_back().await;
        }
    }

    pub fn resume(&mut self) {
        self.wanted.send_replace(true);
    }
}

struct Task {
    links: Links,
    job: Job,
    deliveries: mpsc::Sender<Delivery>,
    wanted: watch::Receiver<bool>,
    /// True while work may come.
    consuming: watch::Sender<bool>,
}

impl Task {
    async fn run(mut self) {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        while let Some(link) = self.links.wait().await {
            let closing = self.links.closing().clone();
            let deliveries = self.deliveries.clone();
            tokio::select! {
                () = closing.cancelled() => return,
                () = deliveries.closed() => return,
                ended = self.on_link(&link, &mut backoff) => if let Err(error) = ended {
                    tracing::debug!(queue = self.job.queue(), %error, "taking work was interrupted");
                },
            }
            self.consuming.send_replace(false);
            tokio::time::sleep(backoff.next_pause()).await;
        }
    }

    /// The channel stays open through pauses: pieces in hand are acknowledged on it.
    async fn on_link(&mut self, link: &Link, backoff: &mut Backoff) -> Result<(), BusError> {
        let channel = Arc::new(link.channel().await?);
        channel.basic_qos(1, BasicQosOptions::default()).await.map_err(|_| BusError::Unavailable)?;
        loop {
            self.wanted.wait_for(|wanted| *wanted).await.map_err(|_| BusError::Unavailable)?;
            self.consuming.send_replace(true);
            let consumer = self.consume(&channel).await?;
            backoff.reset();
            self.hand_out(&channel, consumer).await?;
            self.consuming.send_replace(false);
        }
    }

    async fn consume(&self, channel: &Channel) -> Result<Consumer, BusError> {
        let options = BasicConsumeOptions::default();
        let consume =
            channel.basic_consume(self.job.queue().into(), "".into(), options, FieldTable::default());
        match timeout(SET_UP_LIMIT, consume).await {
            Ok(Ok(consumer)) => Ok(consumer),
            Ok(Err(_)) | Err(_) => Err(BusError::Unavailable),
        }
    }

    /// Passes work on until none is wanted; then the consumer is cancelled and what still came is given back.
    async fn hand_out(&mut self, channel: &Channel, mut consumer: Consumer) -> Result<(), BusError> {
        loop {
            let message = tokio::select! {
                biased;
                () = until(&mut self.wanted, false) => break,
                message = consumer.next() => message,
            };
            match message {
                // Room for one is enough: the next comes after the answer to this.
                Some(Ok(message)) => {
                    self.deliveries.send(message.into()).await.map_err(|_| BusError::Unavailable)?
                }
                Some(Err(_)) | None => return Err(BusError::Unavailable),
            }
        }
        let cancel = channel.basic_cancel(consumer.tag(), BasicCancelOptions::default());
        match timeout(SET_UP_LIMIT, cancel).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Err(BusError::Unavailable),
        }
        while let Some(Ok(message)) = consumer.next().await {
            Delivery::from(message).give_back().await?;
        }
        Ok(())
    }
}

async fn until(watched: &mut watch::Receiver<bool>, state: bool) {
    // An error: the other side has ended, and the state with it.
    let _ = watched.wait_for(|now| *now == state).await;
}
