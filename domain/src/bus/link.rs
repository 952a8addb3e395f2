//! The connection and its coming back. lapin doesn't recover by itself, and what hangs on a connection (channels, consumers,
//! exclusive queues) is gone with it: everybody takes the present [`Link`] and starts anew on the next.

use std::{str::FromStr, sync::Arc, time::Duration};

use futures_util::StreamExt;
use lapin::{Channel, Connection, ConnectionProperties, Event, uri::AMQPUri};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{BusError, topology};
use crate::{config::redact_url, retry::Backoff};

/// For connecting with everything declared, and for a channel with what is set up on it.
pub(super) const SET_UP_LIMIT: Duration = Duration::from_secs(10);
/// A broker that is silent for two of these counts as dead.
const HEARTBEAT_SECONDS: u16 = 5;
/// lapin tells of a lost connection; should that go missing, its state is looked at so often.
const LOOK: Duration = Duration::from_secs(1);

/// One connection.
#[derive(Clone)]
pub(super) struct Link {
    connection: Arc<Connection>,
    /// Counts connections, so that what was opened on an older one is known as such.
    pub(super) generation: u64,
}

impl Link {
    pub(super) async fn channel(&self) -> Result<Channel, BusError> {
        match timeout(SET_UP_LIMIT, self.connection.create_channel()).await {
            Ok(Ok(channel)) => Ok(channel),
            Ok(Err(_)) | Err(_) => Err(BusError::Unavailable),
        }
    }
}

/// Where the present connection is found.
#[derive(Clone)]
pub(super) struct Links {
    present: watch::Receiver<Option<Link>>,
    closing: CancellationToken,
    closed: CancellationToken,
}

impl Links {
    pub(super) fn start(url: &str, program: &str) -> Self {
        let mut uri = AMQPUri::from_str(url).expect("the configuration checked AMQP_URL");
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
        uri.query.connection_timeout.get_or_insert(SET_UP_LIMIT.as_millis() as u64);
        let (sender, present) = watch::channel(None);
        let links = Self { present, closing: CancellationToken::new(), closed: CancellationToken::new() };
        let keeper = Keeper {
            uri,
            shown: redact_url(url),
            program: program.to_owned(),
            present: sender,
            closing: links.closing.clone(),
        };
        let closed = links.closed.clone();
        tokio::spawn(async move {
            keeper.run().await;
            closed.cancel();
        });
        links
    }

    pub(super) fn now(&self) -> Result<Link, BusError> {
        self.present.borrow().clone().ok_or(BusError::Unavailable)
    }

    /// Waits for a connection; `None` once the bus is closing.
    pub(super) async fn wait(&mut self) -> Option<Link> {
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            present = self.present.wait_for(Option::is_some) => present.ok()?.clone(),
        }
    }

    pub(super) fn is_ready(&self) -> Result<(), BusError> {
        let link = self.now()?;
        let status = link.connection.status();
        match (status.connected(), status.blocked()) {
            (true, false) => Ok(()),
            (true, true) => Err(BusError::Blocked),
            (false, _) => Err(BusError::Unavailable),
        }
    }

    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(super) async fn close(&self) {
        self.closing.cancel();
        self.closed.cancelled().await;
    }
}

/// The task that connects, watches, and connects again.
struct Keeper {
    uri: AMQPUri,
    /// The address without its password, for the log.
    shown: String,
    program: String,
    present: watch::Sender<Option<Link>>,
    closing: CancellationToken,
}

impl Keeper {
    async fn run(self) {
        let closing = self.closing.clone();
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        let mut generation = 0;
        while let Some(connected) = closing.run_until_cancelled(timeout(SET_UP_LIMIT, self.connect())).await {
            match connected {
                Ok(Ok(connection)) => {
                    generation += 1;
                    backoff.reset();
                    self.keep(Link { connection: Arc::new(connection), generation }).await;
                }
                Ok(Err(error)) => {
                    tracing::warn!(broker = self.shown, %error, "RabbitMQ can't be used")
                }
                Err(_) => tracing::warn!(broker = self.shown, "RabbitMQ doesn't answer"),
            }
            if closing.run_until_cancelled(tokio::time::sleep(backoff.next_pause())).await.is_none() {
                break;
            }
        }
    }

    async fn connect(&self) -> lapin::Result<Connection> {
        let properties = ConnectionProperties::default().with_connection_name(self.program.as_str().into());
        let connection = Connection::connect_uri(self.uri.clone(), properties).await?;
        topology::declare(&connection.create_channel().await?).await?;
        Ok(connection)
    }

    /// Shows the link for as long as it lasts.
    async fn keep(&self, link: Link) {
        let connection = link.connection.clone();
        tracing::info!(broker = self.shown, generation = link.generation, "connected to RabbitMQ");
        metrics::counter!("cordboard_bus_connections_total").increment(1);
        metrics::gauge!("cordboard_bus_connected").set(1.0);
        self.present.send_replace(Some(link));
        let lost = self.closing.run_until_cancelled(until_lost(&connection)).await;
        self.present.send_replace(None);
        metrics::gauge!("cordboard_bus_connected").set(0.0);
        match lost {
            Some(reason) => tracing::warn!(broker = self.shown, reason, "lost RabbitMQ"),
            None => {
                // The broker frees what was ours either way; sooner if it is told.
                let _ = timeout(Duration::from_secs(2), connection.close(200, "OK".into())).await;
            }
        }
    }
}

async fn until_lost(connection: &Connection) -> String {
    let mut events = std::pin::pin!(connection.events_listener());
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Event::Error(error)) => return error.to_string(),
                Some(Event::ConnectionBlocked(reason)) => tracing::warn!(reason, "RabbitMQ takes no messages"),
                Some(Event::ConnectionUnblocked) => tracing::info!("RabbitMQ takes messages again"),
                Some(_) => {}
                None => return "the connection ended".to_owned(),
            },
            _ = look.tick() => if !connection.status().connected() {
                return "the connection is closed".to_owned();
            },
        }
    }
}
