//! Queues and the agents who take their calls: what a contact's page and an agent's tabs do.

use std::time::{Duration, Instant};

use chrono::Days;
use domain::clock::Clock;
use serde_json::{Value, json};

use super::{ADMIN, Party, PlacedCall, sign_in, text};
use crate::graphql::Client;
use crate::media::{Clip, Scene};
use crate::participant::Sending;
use crate::platform::Platform;
use crate::socket::{Socket, Subscription};
use crate::wait::{STEP, eventually};

/// What a card of the console shows.
const OFFERS: &str = "subscription { offers { cursor at offer { id state reason callback createdAt expiresAt
    agent { id status activity reason }
    call { id state version media subject legs { id role name }
        contact { id name company { id name } calls(first: 4) { edges { node { id state result createdAt } } } } }
    visit { id enteredAt queue { id name } } } } }";
const AGENT: &str =
    "{ viewer { user { id agent { id status activity reason nextStatus currentCall { id } } } } }";

/// A tab of an agent that follows the offers, which makes the agent present.
pub struct Tab {
    pub client: Client,
    offers: Subscription,
    _socket: Socket,
}

impl Tab {
    /// One more tab of somebody who is signed in.
    pub async fn open(client: &Client) -> Self {
        let socket = Socket::connect(client.base(), client.token()).await;
        let offers = socket.subscribe(OFFERS, json!({})).await;
        Self { client: client.clone(), offers, _socket: socket }
    }

    /// Signs in, opens a tab and is available.
    pub async fn available(platform: &Platform, api: usize, email: &str) -> Self {
        let tab = Self::open(&sign_in(platform, api, email).await).await;
        tab.set("AVAILABLE").await;
        tab.until("AVAILABLE", STEP).await;
        tab
    }

    /// Chooses a status.
    pub async fn set(&self, status: &str) {
        self.client.mutate("agentStatusSet", json!({ "status": status }), "agent { id }").await;
    }

    /// The agent as the api sees it.
    pub async fn agent(&self) -> Value {
        self.client.data(AGENT, json!({})).await["viewer"]["user"]["agent"].clone()
    }

    /// Waits until the agent is doing this.
    pub async fn until(&self, activity: &str, within: Duration) {
        eventually(&format!("the agent is {activity}"), within, || async {
            (self.agent().await["activity"] == activity).then_some(())
        })
        .await;
    }

    /// Waits for an offer that is news, and gives it.
    pub async fn rings(&mut self) -> Value {
        self.hears(None, "PENDING", STEP).await.0
    }

    /// Waits until an offer (or any) is said to be in a state; gives it and when that was.
    pub async fn hears(&mut self, offer: Option<&str>, state: &str, within: Duration) -> (Value, Instant) {
        let fits = |event: &Value| {
            let told = &event["offers"]["offer"];
            told["state"] == state && offer.is_none_or(|id| told["id"] == id)
        };
        let event = self.offers.until(&format!("an offer that is {state}"), within, fits).await;
        (event["offers"]["offer"].clone(), Instant::now())
    }

    /// The next news of an offer; none once the tab's connection has ended.
    pub async fn next(&mut self) -> Option<Value> {
        Some(self.offers.next().await?["offers"]["offer"].clone())
    }

    /// Accepts an offer: the user error's code, if it was refused.
    pub async fn accept(&self, offer: &Value) -> Result<(), String> {
        let fields = "offer { id state } join { leg { id } }";
        let payload = self.client.payload("offerAccept", json!({ "offerId": offer["id"] }), fields).await;
        match payload["userErrors"][0]["code"].as_str() {
            None => Ok(()),
            Some(code) => Err(code.to_owned()),
        }
    }

    pub async fn decline(&self, offer: &Value) {
        self.client.mutate("offerDecline", json!({ "offerId": offer["id"] }), "offer { id state }").await;
    }

    /// Accepts an offer and brings the agent's side up.
    pub async fn answer(&self, offer: &Value) -> Party {
        // Its first use makes it, and who has accepted has ten seconds.
        let sending = Sending::audio(&Clip::load(Scene::Agent));
        self.accept(offer).await.expect("the offer is still there");
        Party::join(&self.client, text(&offer["call"]["id"]), &sending).await
    }

    /// The work after a call is done.
    pub async fn wrap_up(&self, call: &str) {
        self.client.mutate("callWrapUp", json!({ "callId": call, "done": true }), "call { id }").await;
    }
}

/// Somebody asks for a call on a queue's page.
pub async fn request_call(anonymous: &Client, queue: &str, name: &str) -> PlacedCall {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    let input = json!({ "queueKey": queue, "name": name, "email": email, "media": "AUDIO" });
    let payload = anonymous.mutate("callRequest", input, "call { id state } joinUrl joinToken").await;
    PlacedCall {
        id: text(&payload["call"]["id"]).to_owned(),
        join_token: text(&payload["joinToken"]).to_owned(),
        join_url: text(&payload["joinUrl"]).to_owned(),
    }
}

/// The same, and joins it, without media yet.
pub async fn join_queue(anonymous: &Client, queue: &str, name: &str) -> PlacedCall {
    let placed = request_call(anonymous, queue, name).await;
    anonymous.mutate("callJoin", json!({ "joinToken": placed.join_token }), "join { leg { id } }").await;
    placed
}

/// The same, and waits in the call.
pub async fn wait_in_queue(anonymous: &Client, queue: &str, name: &str) -> (PlacedCall, Party) {
    let placed = request_call(anonymous, queue, name).await;
    let sending = Sending::audio(&Clip::load(Scene::Contact));
    let party = Party::join_by_link(anonymous, &placed.join_token, &sending).await;
    (placed, party)
}

/// Hours of a queue that is closed by holidays: today's, and tomorrow's, since midnight may pass before the end of a test.
pub fn closed_hours() -> Value {
    let today = Clock::default().now().date_naive();
    let holiday = |ahead| json!({ "date": (today + Days::new(ahead)).to_string(), "name": "Founders' day" });
    json!({ "timeZone": "UTC", "weekly": [], "holidays": [holiday(0), holiday(1)] })
}

/// An administrator changes a queue.
pub async fn change_queue(platform: &Platform, key: &str, mut change: Value) {
    let admin = sign_in(platform, 0, ADMIN).await;
    let found = admin.data("query($key: String!) { queue(key: $key) { id } }", json!({ "key": key })).await;
    change["queueId"] = found["queue"]["id"].clone();
    admin.mutate("queueUpdate", change, "queue { id }").await;
}
