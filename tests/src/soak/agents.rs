//! Robots who take calls, talk, hang up and wrap up; now and then one declines, lets it ring or leaves the wrap-up until its
//! time is up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::page::{KEPT, PAUSE, Page};
use super::people::Crowd;
use crate::graphql::Client;
use crate::story::{PASSWORD, SESSION, Tab, text};

/// They talk for so long.
const TALK: Duration = Duration::from_secs(2);
/// An agent looks what to do though nothing rings.
const LOOK: Duration = Duration::from_millis(700);
/// An access token lives for ten minutes: whatever was begun with it is over before that.
const SHIFT: Duration = Duration::from_secs(300);

impl Crowd {
    /// An agent works until the crowd closes: a shift that something breaks is followed by another.
    pub fn hire(self: &Arc<Self>, person: u64, email: &'static str) {
        let crowd = Arc::clone(self);
        tokio::spawn(async move {
            for number in 1.. {
                if crowd.is_closed() {
                    break;
                }
                let random = crowd.random(person, number);
                let _ = tokio::spawn(shift(Arc::clone(&crowd), email, random)).await;
                sleep(PAUSE).await;
            }
        });
    }

    /// Takes part in a call, unless the agent does already: a talk outlives the shift that began it.
    fn attend(self: &Arc<Self>, email: &str, client: &Client, call: &str) {
        let (crowd, client, call) = (Arc::clone(self), client.clone(), call.to_owned());
        let talk_of = format!("{email} {call}");
        if !self.attended.lock().expect("nobody panics with it").insert(talk_of.clone()) {
            return;
        }
        tokio::spawn(async move {
            let _ = tokio::spawn(talk(Arc::clone(&crowd), client, call)).await;
            crowd.attended.lock().expect("nobody panics with it").remove(&talk_of);
        });
    }
}

/// From signing in until something breaks.
async fn shift(crowd: Arc<Crowd>, email: &'static str, mut random: StdRng) {
    let anonymous = Client::new(&crowd.base());
    let session =
        anonymous.mutate("sessionCreate", json!({ "email": email, "password": PASSWORD }), SESSION).await;
    let client = anonymous.with_token(text(&session["session"]["accessToken"]));
    let mut tab = Tab::open(&client).await;
    tab.set("AVAILABLE").await;
    let mut last = String::new();
    let until = Instant::now() + SHIFT;
    while !crowd.is_closed() && Instant::now() < until {
        if let Ok(event) = timeout(LOOK, tab.next()).await {
            let offer = event.expect("the tab is open");
            if offer["state"] == "PENDING" && answer(&tab, &offer, &mut random).await {
                text(&offer["call"]["id"]).clone_into(&mut last);
                crowd.attend(email, &client, &last);
            }
            continue;
        }
        let agent = tab.agent().await;
        if agent["status"] != "AVAILABLE" && agent["nextStatus"].is_null() {
            tab.set("AVAILABLE").await;
        }
        if agent["activity"] == "WRAP_UP" && !last.is_empty() {
            // Else it runs out, since nobody asks which call it was.
            if random.random_bool(0.7) {
                tab.wrap_up(&last).await;
            }
            last.clear();
        }
        // The shift before had taken a call: it is taken up again.
        if let Some(call) = agent["currentCall"]["id"].as_str() {
            call.clone_into(&mut last);
            crowd.attend(email, &client, call);
        }
    }
}

/// What an agent does when it rings, after a moment in which it may be too late; true for one who took the call.
async fn answer(tab: &Tab, offer: &Value, random: &mut StdRng) -> bool {
    match random.random_range(0..50) {
        // Away after that, until the next look.
        0..4 => false,
        4..8 => {
            let input = json!({ "offerId": offer["id"] });
            tab.client.try_payload("offerDecline", input, "offer { id }").await;
            false
        }
        _ => {
            sleep(Duration::from_millis(random.random_range(100..700))).await;
            tab.accept(offer).await.is_ok()
        }
    }
}

/// The agent's side of a call, and its end.
async fn talk(crowd: Arc<Crowd>, client: Client, call: String) {
    let mut page = Page::of_agent(&crowd, client.clone(), &call);
    let Ok(join) = page.join(KEPT).await else { return };
    tokio::select! {
        _ = page.stay(join) => {}
        () = talk_and_end(&crowd, client, &call) => {}
    }
}

async fn talk_and_end(crowd: &Crowd, mut client: Client, call: &str) {
    let query = "query($id: ID!) { node(id: $id) { ... on Call { state } } }";
    loop {
        let answer = client.try_send(query, json!({ "id": call })).await;
        if answer.is_ok_and(|answer| answer.body["data"]["node"]["state"] == "IN_PROGRESS") {
            break;
        }
        client = client.at(&crowd.base());
        sleep(PAUSE).await;
    }
    sleep(TALK).await;
    while client.try_payload("callEnd", json!({ "callId": call }), "call { state }").await.is_none() {
        client = client.at(&crowd.base());
        sleep(PAUSE).await;
    }
}
