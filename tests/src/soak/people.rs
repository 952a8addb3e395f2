//! Robots: agents who answer and hang up, contacts who call. What goes wrong for them they try again, as people do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::graphql::Client;
use crate::media::{Clip, Scene};
use crate::participant::Sending;
use crate::story::{PASSWORD, Party, SESSION, Tab, text};

const PAUSE: Duration = Duration::from_millis(300);
/// They talk for so long.
const TALK: Duration = Duration::from_secs(2);
/// An agent looks what to do though nothing rings.
const LOOK: Duration = Duration::from_millis(700);
/// A party that could not be brought up is tried so often.
const JOINS: usize = 5;

/// Everybody, and what they have done.
pub struct Crowd {
    bases: Vec<String>,
    wanted: AtomicUsize,
    asked: AtomicUsize,
    closed: AtomicBool,
}

impl Crowd {
    pub fn new(bases: Vec<String>) -> Self {
        Self {
            bases,
            wanted: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Calls that were asked for and confirmed.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Everybody who wanted a call has got an answer.
    pub fn all_asked(&self) -> bool {
        self.asked() == self.wanted.load(Ordering::SeqCst)
    }

    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    fn any(&self) -> Client {
        Client::new(&self.bases[rand::random_range(0..self.bases.len())])
    }

    /// An agent works until the crowd closes: a shift that something breaks is followed by another.
    pub fn hire(self: &Arc<Self>, email: &'static str) {
        let crowd = Arc::clone(self);
        tokio::spawn(async move {
            while !crowd.closed.load(Ordering::SeqCst) {
                let _ = tokio::spawn(shift(Arc::clone(&crowd), email)).await;
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    /// A contact asks for a call and stays as long as it lasts.
    pub fn call(self: &Arc<Self>) {
        self.wanted.fetch_add(1, Ordering::SeqCst);
        let crowd = Arc::clone(self);
        tokio::spawn(async move {
            // One key: asked again because the answer was lost, it is one call still.
            let key = uuid::Uuid::from_u128(rand::random()).to_string();
            let placed = loop {
                if let Some(placed) = ask(&crowd.any(), &key).await {
                    break placed;
                }
                tokio::time::sleep(PAUSE).await;
            };
            crowd.asked.fetch_add(1, Ordering::SeqCst);
            let token = text(&placed["joinToken"]).to_owned();
            for _ in 0..JOINS {
                let (client, token) = (crowd.any(), token.clone());
                let stay = async move {
                    let sending = Sending::audio(&Clip::load(Scene::Contact));
                    Party::join_by_link(&client, &token, &sending).await.stay().await;
                };
                // A stay that something broke is followed by another.
                if tokio::spawn(stay).await.is_ok() {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
}

async fn ask(client: &Client, key: &str) -> Option<Value> {
    let query = "mutation($input: CallRequestInput!) { callRequest(input: $input) { joinToken call { id } userErrors { code } } }";
    let input =
        json!({ "queueKey": "support", "name": "Ada Lovelace", "media": "AUDIO", "idempotencyKey": key });
    let answer = client.try_send(query, json!({ "input": input })).await.ok()?;
    let placed = &answer.body["data"]["callRequest"];
    placed["joinToken"].is_string().then(|| placed.clone())
}

/// From signing in until something breaks.
async fn shift(crowd: Arc<Crowd>, email: &str) {
    let anonymous = crowd.any();
    let session =
        anonymous.mutate("sessionCreate", json!({ "email": email, "password": PASSWORD }), SESSION).await;
    let client = anonymous.with_token(text(&session["session"]["accessToken"]));
    let mut tab = Tab::open(&client).await;
    tab.set("AVAILABLE").await;
    let mut talking = String::new();
    while !crowd.closed.load(Ordering::SeqCst) {
        if let Ok(event) = tokio::time::timeout(LOOK, tab.next()).await {
            let offer = event.expect("the tab is open");
            if offer["state"] == "PENDING" && tab.accept(&offer).await.is_ok() {
                text(&offer["call"]["id"]).clone_into(&mut talking);
                tokio::spawn(talk(client.clone(), talking.clone()));
            }
            continue;
        }
        let agent = tab.agent().await;
        if agent["status"] != "AVAILABLE" && agent["nextStatus"].is_null() {
            tab.set("AVAILABLE").await;
        }
        if agent["activity"] == "WRAP_UP" {
            tab.wrap_up(&talking).await;
        }
        // The shift before had taken a call: it is taken up again.
        if let Some(call) = agent["currentCall"]["id"].as_str().filter(|call| *call != talking) {
            call.clone_into(&mut talking);
            tokio::spawn(talk(client.clone(), talking.clone()));
        }
    }
}

/// The agent's side of a call, and its end.
async fn talk(client: Client, call: String) {
    let party = Party::join(&client, &call, &Sending::audio(&Clip::load(Scene::Agent))).await;
    tokio::time::sleep(TALK).await;
    loop {
        let query = "mutation($input: CallEndInput!) { callEnd(input: $input) { call { state } userErrors { code } } }";
        let ended = client.try_send(query, json!({ "input": { "callId": call } })).await;
        if ended.is_ok_and(|answer| answer.body["data"]["callEnd"].is_object()) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    party.close().await;
}
