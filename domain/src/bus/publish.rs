//! Publishing with confirms.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lapin::{
    BasicProperties, Channel, Confirmation,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use tokio::{
    sync::{Mutex, Semaphore},
    time::timeout,
};

use super::{
    BusError,
    link::{Link, Links},
    topology,
};

/// A confirm that takes longer counts as lost.
const CONFIRM_LIMIT: Duration = Duration::from_secs(2);
/// Events under way at once; more wait, within the same limit.
const EVENTS_AT_ONCE: usize = 256;

/// One channel in confirm mode for messages of one kind.
pub(super) struct Publisher {
    kind: Kind,
    links: Links,
    channel: Mutex<Option<(u64, Channel)>>,
    at_once: Arc<Semaphore>,
}

#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    exchange: &'static str,
    /// A message that no queue takes is an error, not dropped.
    mandatory: bool,
    persistent: bool,
}

impl Publisher {
    pub(super) fn events(links: Links) -> Self {
        let kind = Kind { name: "event", exchange: topology::EVENTS, mandatory: false, persistent: false };
        Self::new(kind, links, EVENTS_AT_ONCE)
    }

    /// One at a time: a returned message isn't tied to its confirm in AMQP, lapin gives it to the next confirm that comes.
    pub(super) fn jobs(links: Links) -> Self {
        let kind = Kind { name: "job", exchange: topology::JOBS, mandatory: true, persistent: true };
        Self::new(kind, links, 1)
    }

    fn new(kind: Kind, links: Links, at_once: usize) -> Self {
        Self { kind, links, channel: Mutex::new(None), at_once: Arc::new(Semaphore::new(at_once)) }
    }

    pub(super) async fn publish(&self, routing_key: &str, body: &[u8]) -> Result<(), BusError> {
        let started = Instant::now();
        let result = match timeout(CONFIRM_LIMIT, self.attempt(routing_key, body)).await {
            Ok(result) => result,
            Err(_) => {
                // Confirms given up on are kept by the channel until it closes.
                self.channel.lock().await.take();
                Err(BusError::Unconfirmed)
            }
        };
        match &result {
            Ok(()) => metrics::histogram!("cordboard_bus_confirm_seconds", "kind" => self.kind.name)
                .record(started.elapsed()),
            Err(_) => metrics::counter!("cordboard_bus_publish_failures_total", "kind" => self.kind.name)
                .increment(1),
        }
        result
    }

    async fn attempt(&self, routing_key: &str, body: &[u8]) -> Result<(), BusError> {
        // Fails before the wait for a turn where RabbitMQ is away: many would wait in vain.
        let link = self.links.now()?;
        let _turn = self.at_once.acquire().await.map_err(|_| BusError::Unavailable)?;
        let channel = self.channel(&link).await?;
        let options = BasicPublishOptions { mandatory: self.kind.mandatory, ..Default::default() };
        let properties =
            BasicProperties::default().with_delivery_mode(if self.kind.persistent { 2 } else { 1 });
        let confirm = channel
            .basic_publish(self.kind.exchange.into(), routing_key.into(), options, body, properties)
            .await
            .map_err(|_| BusError::Unavailable)?;
        match confirm.await {
            Ok(Confirmation::Ack(None)) => Ok(()),
            Ok(Confirmation::Ack(Some(_))) => Err(BusError::Unroutable),
            Ok(Confirmation::Nack(_) | Confirmation::NotRequested) => Err(BusError::Unconfirmed),
            Err(_) => Err(BusError::Unavailable),
        }
    }

    /// The open channel, or a new one on the present connection.
    async fn channel(&self, link: &Link) -> Result<Channel, BusError> {
        let mut open = self.channel.lock().await;
        if let Some((generation, channel)) = open.as_ref()
            && *generation == link.generation
            && channel.status().connected()
        {
            return Ok(channel.clone());
        }
        let channel = link.channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(|_| BusError::Unavailable)?;
        *open = Some((link.generation, channel.clone()));
        Ok(channel)
    }
}
