//! A page that keeps its party in a call, as the console's does: it keeps a guest's token, follows the call to another
//! worker, and begins anew whatever breaks.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::people::Crowd;
use crate::graphql::Client;
use crate::media::{Clip, Scene};
use crate::participant::Sending;
use crate::socket::Socket;
use crate::story::{JOIN, Party, text};

pub const PAUSE: Duration = Duration::from_millis(300);
/// A leg is kept no longer for one who does not come.
pub const KEPT: Duration = Duration::from_secs(60);
/// A connection that takes longer has failed: the console's limit, too.
const CONNECT: Duration = Duration::from_secs(8);
/// Refusals after which there is nothing to come back to.
const OVER: [&str; 4] = ["CALL_ENDED", "LEG_GONE", "LINK_EXPIRED", "NOT_FOUND"];

/// What ends a connection though it did not break.
enum News {
    /// The call goes on under this lease.
    Moved(i64),
    Over,
}

pub struct Page {
    crowd: Arc<Crowd>,
    client: Client,
    call: String,
    /// The input of `callJoin`.
    asks: Value,
    scene: Scene,
}

impl Page {
    /// A contact's, opened by the link. The key is its own: by it the page comes in though the first answer was lost.
    pub fn of_contact(crowd: &Arc<Crowd>, call: &str, token: &str) -> Self {
        let key = Uuid::from_u128(rand::random()).to_string();
        let asks = json!({ "joinToken": token, "idempotencyKey": key });
        let (client, call) = (Client::new(&crowd.base()), call.to_owned());
        Self { crowd: Arc::clone(crowd), client, call, asks, scene: Scene::Contact }
    }

    pub fn of_agent(crowd: &Arc<Crowd>, client: Client, call: &str) -> Self {
        let (asks, call) = (json!({ "callId": call }), call.to_owned());
        Self { crowd: Arc::clone(crowd), client, call, asks, scene: Scene::Agent }
    }

    /// Joins. Tried again for so long, unless the refusal is for good: then its code.
    pub async fn join(&mut self, patience: Duration) -> Result<Value, String> {
        let until = Instant::now() + patience;
        loop {
            let answer = self.client.try_payload("callJoin", self.asks.clone(), JOIN).await;
            let payload = answer.unwrap_or_default();
            if payload["join"].is_object() {
                if let Some(token) = payload["join"]["guestToken"].as_str() {
                    self.client = self.client.with_token(token);
                }
                return Ok(payload["join"].clone());
            }
            let code = payload["userErrors"][0]["code"].as_str().unwrap_or("no answer");
            if OVER.contains(&code) {
                return Err(code.to_owned());
            }
            if self.scene == Scene::Contact {
                self.crowd.kept_out(&self.call, code);
            }
            if Instant::now() > until {
                return Err(code.to_owned());
            }
            self.elsewhere().await;
        }
    }

    /// Stays until it is over for this party; an error says why it could not come back.
    pub async fn stay(&mut self, mut join: Value) -> Result<(), String> {
        loop {
            match self.hold(&join).await {
                Some(News::Over) => return Ok(()),
                Some(News::Moved(epoch)) => join["epoch"] = json!(epoch),
                None => {
                    sleep(PAUSE).await;
                    join = self.join(KEPT).await?;
                }
            }
        }
    }

    /// Says something until it is answered, whatever the answer is.
    pub async fn insist(&mut self, name: &str, input: Value, fields: &str) -> Value {
        let until = Instant::now() + KEPT;
        loop {
            if let Some(payload) = self.client.try_payload(name, input.clone(), fields).await {
                return payload;
            }
            if Instant::now() > until {
                return Value::Null;
            }
            self.elsewhere().await;
        }
    }

    /// The next request goes to another api, as behind a load balancer.
    async fn elsewhere(&mut self) {
        self.client = self.client.at(&self.crowd.base());
        sleep(PAUSE).await;
    }

    /// One connection, until there is news that ends it; none where it broke.
    async fn hold(&self, join: &Value) -> Option<News> {
        let leg = text(&join["leg"]["id"]).to_owned();
        let known = join["epoch"].as_i64().expect("an epoch");
        // The other one ends with the first, and both with this page.
        let mut tasks = JoinSet::new();
        tasks.spawn(connection(self.client.clone(), self.asks.clone(), join.clone(), self.scene));
        tasks.spawn(told(Arc::clone(&self.crowd), self.client.clone(), leg, known));
        tasks.join_next().await.and_then(Result::ok).flatten()
    }
}

async fn connection(client: Client, asks: Value, join: Value, scene: Scene) -> Option<News> {
    let sending = Sending::audio(&Clip::load(scene));
    let _party = timeout(CONNECT, Party::joined(client, asks, &join, &sending)).await.ok()?;
    pending().await
}

/// What the platform tells a leg; asked again whenever the telling breaks off.
async fn told(crowd: Arc<Crowd>, client: Client, leg: String, known: i64) -> Option<News> {
    loop {
        let mut listening = JoinSet::new();
        listening.spawn(listen(client.at(&crowd.base()), leg.clone(), known));
        let news = listening.join_next().await.and_then(Result::ok).flatten();
        if news.is_some() {
            return news;
        }
        sleep(PAUSE).await;
    }
}

async fn listen(client: Client, leg: String, known: i64) -> Option<News> {
    let query =
        "subscription($leg: ID!) { legSignals(legId: $leg) { __typename ... on MediaMoved { epoch } } }";
    let socket = Socket::connect(client.base(), client.token()).await;
    let mut signals = socket.subscribe(query, json!({ "leg": leg })).await;
    while let Some(data) = signals.next().await {
        let signal = &data["legSignals"];
        match (signal["__typename"].as_str(), signal["epoch"].as_i64()) {
            (Some("LegEnded"), _) => return Some(News::Over),
            // Told again after a reconnection: only a later lease is news.
            (Some("MediaMoved"), Some(epoch)) if epoch > known => return Some(News::Moved(epoch)),
            _ => {}
        }
    }
    None
}
