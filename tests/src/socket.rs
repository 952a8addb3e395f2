//! A graphql-transport-ws client (the protocol of the `graphql-ws` library).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::wait::{STEP, in_time};

/// How a socket ended: the close code and reason, if the server gave any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub code: Option<u16>,
    pub reason: String,
}

type Subscribers = Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Result<Value, Value>>>>>;

/// One open socket.
pub struct Socket {
    outgoing: mpsc::UnboundedSender<Message>,
    subscribers: Subscribers,
    closed: watch::Receiver<Option<Closed>>,
    next_id: AtomicU64,
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

/// One running subscription: `Ok` is an execution result, `Err` the errors of a refused operation.
pub struct Subscription {
    id: String,
    results: mpsc::UnboundedReceiver<Result<Value, Value>>,
    outgoing: mpsc::UnboundedSender<Message>,
}

impl Socket {
    /// Connects and authenticates; panics when the server refuses.
    pub async fn connect(base: &str, token: Option<&str>) -> Self {
        let payload = match token {
            Some(token) => json!({ "authorization": format!("Bearer {token}") }),
            None => json!({}),
        };
        match Self::try_connect(base, Some(payload)).await {
            Ok(socket) => socket,
            Err(closed) => panic!("the socket was refused: {closed:?}"),
        }
    }

    /// Connects; with no payload the client never sends `connection_init`.
    ///
    /// # Errors
    /// How the server closed the socket instead of acknowledging.
    pub async fn try_connect(base: &str, init: Option<Value>) -> Result<Self, Closed> {
        let unreachable = |error: &dyn std::fmt::Display| Closed { code: None, reason: error.to_string() };
        let mut request = format!("{}/graphql", base.replacen("http", "ws", 1))
            .into_client_request()
            .expect("a WebSocket address");
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", HeaderValue::from_static("graphql-transport-ws"));
        let (stream, _) = connect_async(request).await.map_err(|error| unreachable(&error))?;
        let (mut sink, mut source) = stream.split();
        let (outgoing, mut to_send) = mpsc::unbounded_channel::<Message>();
        let subscribers = Subscribers::default();
        let (acknowledge, mut acknowledged) = watch::channel(false);
        let (close, mut closed) = watch::channel(None);

        let writer = tokio::spawn(async move {
            while let Some(message) = to_send.recv().await {
                if sink.send(message).await.is_err() {
                    break;
                }
            }
        });
        let reader = tokio::spawn({
            let outgoing = outgoing.clone();
            let subscribers = Arc::clone(&subscribers);
            async move {
                let mut end = Closed { code: None, reason: "the connection broke".to_owned() };
                while let Some(Ok(message)) = source.next().await {
                    match message {
                        Message::Text(text) => {
                            let message: Value = serde_json::from_str(&text).expect("the server sends JSON");
                            if message["type"] == "connection_ack" {
                                acknowledge.send_replace(true);
                            } else {
                                dispatch(&message, &outgoing, &subscribers).await;
                            }
                        }
                        Message::Close(frame) => {
                            if let Some(frame) = frame {
                                end = Closed {
                                    code: Some(frame.code.into()),
                                    reason: frame.reason.to_string(),
                                };
                            }
                            break;
                        }
                        _ => {}
                    }
                }
                subscribers.lock().await.clear();
                close.send_replace(Some(end));
            }
        });
        let has_init = init.is_some();
        if let Some(payload) = init {
            let message = json!({ "type": "connection_init", "payload": payload });
            let _ = outgoing.send(Message::text(message.to_string()));
        }
        let socket = Self {
            outgoing,
            subscribers,
            closed: closed.clone(),
            next_id: AtomicU64::new(1),
            reader,
            writer,
        };
        if has_init {
            tokio::select! {
                Ok(_) = acknowledged.wait_for(|done| *done) => {}
                end = closed.wait_for(Option::is_some) => {
                    let end = end.ok().and_then(|end| end.clone());
                    return Err(end.unwrap_or_else(|| unreachable(&"closed")));
                }
                () = tokio::time::sleep(STEP) => return Err(unreachable(&"no acknowledgement")),
            }
        }
        Ok(socket)
    }

    /// Starts a subscription under an id of its own.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Subscription {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed).to_string();
        self.subscribe_as(&id, query, variables).await
    }

    /// Starts a subscription under a given id, which may be one that is taken.
    pub async fn subscribe_as(&self, id: &str, query: &str, variables: Value) -> Subscription {
        let (sender, results) = mpsc::unbounded_channel();
        self.subscribers.lock().await.insert(id.to_owned(), sender);
        let message = json!({
            "id": id,
            "type": "subscribe",
            "payload": { "query": query, "variables": variables },
        });
        let _ = self.outgoing.send(Message::text(message.to_string()));
        Subscription { id: id.to_owned(), results, outgoing: self.outgoing.clone() }
    }

    /// Sends any text, well-formed or not.
    pub fn send_raw(&self, text: &str) {
        let _ = self.outgoing.send(Message::text(text.to_owned()));
    }

    pub fn is_open(&self) -> bool {
        self.closed.borrow().is_none()
    }

    /// Waits until the server has closed the socket.
    pub async fn closed(&self, within: Duration) -> Closed {
        let mut closed = self.closed.clone();
        in_time("the server closes the socket", within, closed.wait_for(Option::is_some))
            .await
            .ok()
            .and_then(|end| end.clone())
            .expect("the socket has ended")
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
        self.writer.abort();
    }
}

impl Subscription {
    /// The next execution result's `data`; `None` once the subscription or its socket has ended.
    pub async fn next(&mut self) -> Option<Value> {
        match self.results.recv().await? {
            Ok(result) => {
                assert!(result["errors"].is_null(), "the subscription failed: {result}");
                Some(result["data"].clone())
            }
            Err(errors) => panic!("the subscription was refused: {errors}"),
        }
    }

    /// Waits for the message that refuses the subscription, and returns its error's code.
    pub async fn refused(&mut self) -> String {
        let message = in_time("a refusal", STEP, self.results.recv()).await.expect("an answer");
        let errors = message.map_or_else(|errors| errors, |result| result["errors"].clone());
        let code = errors[0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("an error with a code, not {errors}")).to_owned()
    }

    /// Waits for a result that fits.
    pub async fn until(
        &mut self,
        what: &str,
        within: Duration,
        mut fits: impl FnMut(&Value) -> bool,
    ) -> Value {
        in_time(what, within, async {
            loop {
                match self.next().await {
                    Some(data) if fits(&data) => return data,
                    Some(_) => {}
                    None => panic!("the subscription ended before: {what}"),
                }
            }
        })
        .await
    }

    /// Tells the server that nobody listens any more.
    pub fn complete(self) {
        let message = json!({ "id": self.id, "type": "complete" });
        let _ = self.outgoing.send(Message::text(message.to_string()));
    }
}

async fn dispatch(message: &Value, outgoing: &mpsc::UnboundedSender<Message>, subscribers: &Subscribers) {
    let id = message["id"].as_str().unwrap_or_default();
    let mut subscribers = subscribers.lock().await;
    match message["type"].as_str().unwrap_or_default() {
        "next" => {
            if let Some(subscriber) = subscribers.get(id) {
                let _ = subscriber.send(Ok(message["payload"].clone()));
            }
        }
        "error" => {
            if let Some(subscriber) = subscribers.remove(id) {
                let _ = subscriber.send(Err(message["payload"].clone()));
            }
        }
        "complete" => {
            subscribers.remove(id);
        }
        "ping" => {
            let _ = outgoing.send(Message::text(r#"{"type":"pong"}"#));
        }
        _ => {}
    }
}
