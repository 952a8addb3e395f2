//! One socket: reads, runs operations as tasks, writes. Ends with its session.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use domain::people::Guest;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep_until, timeout},
};

use super::protocol::{Close, MAX_OPERATIONS, Protocol, ServerMessage, Step};
use crate::{
    app::App,
    caller::{self, Caller, Departure, Standing},
    graphql::{
        execution::{self, Origin},
        fault::Fault,
    },
    presence::Pulse,
};

/// From the upgrade to connection_init.
const INITIALISATION: Duration = Duration::from_secs(10);
/// The client is asked for a sign of life so often. An agent is present for 15 s after one: its age, the next renewal and one
/// that fails come to 13.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// Without anything from the client for so long the connection is given up.
const SILENCE: Duration = Duration::from_secs(40);
/// A client that does not take a message within this is gone.
const WRITE: Duration = Duration::from_secs(10);
/// Messages on their way to a client. Operations wait when it is full, and with them what they read from.
const BUFFER: usize = 64;
/// After the end of its call a guest's socket has so long to deliver what is on its way.
const FAREWELL: Duration = Duration::from_secs(3);

/// What an operation's task sends to the socket.
enum News {
    Message(ServerMessage),
    Finished(String),
    /// The session was revoked, or a guest's link bound to another browser.
    Revoked,
    /// The guest's call is over.
    CallEnded,
}

pub async fn run(app: Arc<App>, socket: WebSocket, address: IpAddr) {
    metrics::gauge!("cordboard_websocket_connections").increment(1);
    let (sender, receiver) = socket.split();
    let (news_sender, news) = mpsc::channel(BUFFER);
    let mut connection = Connection {
        app,
        address,
        origin: None,
        protocol: Protocol::default(),
        sender,
        news: news_sender,
        operations: HashMap::new(),
        leave_by: None,
        pulse: Pulse::default(),
        tasks: JoinSet::new(),
    };
    match connection.serve(receiver, news).await {
        // Sends our half of the closing handshake; the client may be gone already.
        Ok(()) => drop(timeout(WRITE, connection.sender.close()).await),
        Err(close) => connection.close(close).await,
    }
    connection.tasks.abort_all();
    metrics::gauge!("cordboard_websocket_connections").decrement(1);
}

struct Connection {
    app: Arc<App>,
    address: IpAddr,
    /// Set once the caller was accepted.
    origin: Option<Origin>,
    protocol: Protocol,
    sender: SplitSink<WebSocket, Message>,
    news: mpsc::Sender<News>,
    operations: HashMap<String, AbortHandle>,
    /// Set once a guest's call is over.
    leave_by: Option<Instant>,
    pulse: Pulse,
    /// Everything that runs for this socket; it ends with it.
    tasks: JoinSet<()>,
}

impl Connection {
    /// Runs until the client leaves (`Ok`) or has to (`Err`).
    async fn serve(
        &mut self,
        mut receiver: SplitStream<WebSocket>,
        mut news: mpsc::Receiver<News>,
    ) -> Result<(), Close> {
        let initialisation = Instant::now() + INITIALISATION;
        let mut silent_at = Instant::now() + SILENCE;
        let mut keep_alive = tokio::time::interval(KEEP_ALIVE);
        keep_alive.tick().await;
        let stopping = self.app.stopping.clone();
        loop {
            tokio::select! {
                message = receiver.next() => {
                    silent_at = Instant::now() + SILENCE;
                    self.pulse.beat();
                    match message {
                        Some(Ok(Message::Text(text))) => self.receive(&text).await?,
                        Some(Ok(Message::Binary(_))) => return Err(Close::new(4400, "Bad message: text only")),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(()),
                    }
                }
                Some(news) = news.recv() => self.tell(news).await?,
                _ = keep_alive.tick() => self.send(&ServerMessage::Ping).await?,
                () = sleep_until(initialisation), if self.origin.is_none() => return Err(Close::initialisation_timeout()),
                () = sleep_until(silent_at) => return Err(Close::silent()),
                () = sleep_until(self.leave_by.unwrap_or(silent_at)), if self.leave_by.is_some() => return Err(Close::revoked()),
                () = stopping.cancelled() => return Err(Close::going_away()),
            }
        }
    }

    async fn receive(&mut self, text: &str) -> Result<(), Close> {
        match self.protocol.receive(text)? {
            Step::Authenticate(payload) => self.authenticate(&payload).await,
            Step::Start { id, request } => {
                self.start(id, *request);
                Ok(())
            }
            Step::Refuse { id } => {
                let fault = Fault::CostExceeded(format!(
                    "A socket runs at most {MAX_OPERATIONS} operations at a time."
                ));
                self.send(&ServerMessage::Error { id, payload: vec![fault.into()] }).await
            }
            Step::Stop { id } => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
            Step::Answer(message) => self.send(&message).await,
            Step::Nothing => Ok(()),
        }
    }

    async fn authenticate(&mut self, payload: &serde_json::Value) -> Result<(), Close> {
        let header = payload
            .get("authorization")
            .or_else(|| payload.get("Authorization"))
            .and_then(|value| value.as_str());
        let identify = caller::identify(&self.app, header);
        let mut caller = match timeout(INITIALISATION, identify).await {
            Ok(Ok(caller)) => caller,
            Ok(Err(Fault::Unauthenticated)) => return Err(Close::forbidden()),
            Ok(Err(_)) | Err(_) => return Err(Close::new(1013, "Try again later")),
        };
        if let Some(guest) = caller.0.guest() {
            caller = self.attend(guest, header).await?;
        }
        if let Some(session) = caller.session() {
            let (app, news) = (Arc::clone(&self.app), self.news.clone());
            let revoked =
                caller::revoked(&app, session).await.map_err(|_| Close::new(1013, "Try again later"))?;
            self.tasks.spawn(async move {
                revoked.await;
                // A closed channel means that the socket has gone already.
                let _ = news.send(News::Revoked).await;
            });
        }
        let (address, pulse) = (self.address, self.pulse.clone());
        self.origin = Some(Origin { caller, address, refresh_cookie: None, pulse });
        let acknowledgement = self.protocol.acknowledge();
        self.send(&acknowledgement).await
    }

    /// Ends the socket with a guest's call. Gives the guest as it is once that is being watched.
    async fn attend(&mut self, guest: Guest, header: Option<&str>) -> Result<Caller, Close> {
        let later = |_| Close::new(1013, "Try again later");
        let departed = caller::departed(&self.app, guest).await.map_err(later)?;
        let caller = match caller::identify(&self.app, header).await {
            Err(Fault::Unauthenticated) => return Err(Close::forbidden()),
            other => other.map_err(later)?,
        };
        if caller.standing() == Standing::FormerGuest {
            // Time to ask for the end that its page has not heard of.
            self.leave_by = Some(Instant::now() + FAREWELL);
            return Ok(caller);
        }
        let news = self.news.clone();
        self.tasks.spawn(async move {
            let told = match departed.await {
                Departure::CallEnded => News::CallEnded,
                Departure::Replaced => News::Revoked,
            };
            // A closed channel means that the socket has gone already.
            let _ = news.send(told).await;
        });
        Ok(caller)
    }

    fn start(&mut self, id: String, request: async_graphql::Request) {
        let Some(origin) = self.origin.clone() else { return };
        let (app, news) = (Arc::clone(&self.app), self.news.clone());
        let operation = id.clone();
        let handle = self.tasks.spawn(async move {
            match execution::prepare(&app, request, &origin, execution::trace_id()) {
                // Refused before it ran: the protocol's error message, which also completes the operation.
                Err(response) => {
                    let _ = news
                        .send(News::Message(ServerMessage::Error {
                            id: id.clone(),
                            payload: response.errors,
                        }))
                        .await;
                    let _ = news.send(News::Finished(id)).await;
                    return;
                }
                Ok(prepared) => {
                    let mut responses = std::pin::pin!(execution::stream(&app.schema, prepared));
                    while let Some(response) = responses.next().await {
                        let message = ServerMessage::Next { id: id.clone(), payload: Box::new(response) };
                        if news.send(News::Message(message)).await.is_err() {
                            return;
                        }
                    }
                }
            }
            let _ = news.send(News::Message(ServerMessage::Complete { id: id.clone() })).await;
            let _ = news.send(News::Finished(id)).await;
        });
        self.operations.insert(operation, handle);
    }

    async fn tell(&mut self, news: News) -> Result<(), Close> {
        match news {
            News::Message(message) => self.send(&message).await,
            News::Finished(id) => {
                self.protocol.finished(&id);
                self.operations.remove(&id);
                Ok(())
            }
            News::Revoked => Err(Close::revoked()),
            News::CallEnded => {
                // What runs goes on; what is asked from now on is asked by one whose call is over.
                if let Some(origin) = &mut self.origin {
                    origin.caller = origin.caller.afterwards();
                }
                self.leave_by = Some(Instant::now() + FAREWELL);
                Ok(())
            }
        }
    }

    async fn send(&mut self, message: &ServerMessage) -> Result<(), Close> {
        let text = serde_json::to_string(message).map_err(|_| Close::new(1011, "Internal error"))?;
        match timeout(WRITE, self.sender.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Close::silent()),
        }
    }

    async fn close(&mut self, close: Close) {
        tracing::debug!(code = close.code, reason = close.reason, "closing a WebSocket");
        let frame = CloseFrame { code: close.code, reason: close.reason.into() };
        // The client may be gone already.
        let _ = timeout(WRITE, self.sender.send(Message::Close(Some(frame)))).await;
    }
}
