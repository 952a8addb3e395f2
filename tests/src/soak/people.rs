//! Robots: everybody who is in the soak, and the contacts who call. What goes wrong for them they try again, as people do.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::QUEUES;
use super::page::{KEPT, PAUSE, Page};
use crate::graphql::Client;
use crate::story::text;

/// Who was not called back by then wants it no longer.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a contact is after.
enum Wish {
    Talk,
    /// Hangs up after so long, waiting or not.
    HangUp(Duration),
    Callback,
}

impl Wish {
    fn any(random: &mut StdRng) -> Self {
        match random.random_range(0..10) {
            0 => Self::HangUp(Duration::from_millis(random.random_range(0..1500))),
            1 => Self::Callback,
            _ => Self::Talk,
        }
    }
}

/// Everybody, and what they have done.
pub struct Crowd {
    bases: Vec<String>,
    seed: u64,
    /// Whose turn it is of the apis.
    turn: AtomicUsize,
    wanted: AtomicUsize,
    asked: AtomicUsize,
    closed: AtomicBool,
    /// Calls in which an agent takes part already.
    pub(super) attended: Mutex<HashSet<String>>,
    /// Calls whose contacts hung up on purpose.
    meant: Mutex<HashSet<String>>,
    /// Why the contact of a call could not come in when it last tried in vain.
    kept_out: Mutex<HashMap<String, String>>,
}

impl Crowd {
    pub fn new(bases: Vec<String>, seed: u64) -> Self {
        Self {
            bases,
            seed,
            turn: AtomicUsize::new(0),
            wanted: AtomicUsize::new(0),
            asked: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            attended: Mutex::default(),
            meant: Mutex::default(),
            kept_out: Mutex::default(),
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

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// An api, each in turn.
    pub fn base(&self) -> String {
        self.bases[self.turn.fetch_add(1, Ordering::Relaxed) % self.bases.len()].clone()
    }

    /// The chance of one person, 0 for contacts, the `number`th time from 1: what they do follows from the seed alone.
    pub fn random(&self, person: u64, number: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed ^ (person << 48) ^ number)
    }

    pub fn kept_out(&self, call: &str, code: &str) {
        self.kept_out.lock().expect("nobody panics with it").insert(call.to_owned(), code.to_owned());
    }

    /// Said before it is done: whoever counts shall not find the call over and nobody to have meant it.
    fn means_to_end(&self, call: &str) {
        self.meant.lock().expect("nobody panics with it").insert(call.to_owned());
    }

    /// Contacts who hung up on purpose.
    pub fn meant(&self) -> usize {
        self.meant.lock().expect("nobody panics with it").len()
    }

    /// Why a call was given up; none where its contact meant to.
    pub fn fault_of(&self, call: &str) -> Option<String> {
        if self.meant.lock().expect("nobody panics with it").contains(call) {
            return None;
        }
        let kept_out = self.kept_out.lock().expect("nobody panics with it");
        let code = kept_out.get(call).map(|code| format!("last kept out by {code}"));
        Some(code.unwrap_or_else(|| "it was never kept out".into()))
    }

    /// A contact asks for a call and stays as long as it lasts.
    pub fn call(self: &Arc<Self>) {
        let number = self.wanted.fetch_add(1, Ordering::SeqCst) as u64 + 1;
        tokio::spawn(visit(Arc::clone(self), self.random(0, number)));
    }
}

async fn visit(crowd: Arc<Crowd>, mut random: StdRng) {
    let placed = ask(&crowd, &mut random).await;
    let (call, token) = (text(&placed["call"]["id"]), text(&placed["joinToken"]));
    let mut page = Page::of_contact(&crowd, call, token);
    let Ok(join) = page.join(KEPT).await else { return };
    match Wish::any(&mut random) {
        Wish::Talk => stay(&mut page, join).await,
        Wish::HangUp(after) => {
            let leg = join["leg"]["id"].clone();
            if timeout(after, stay(&mut page, join)).await.is_err() {
                crowd.means_to_end(call);
                page.insist("legLeave", json!({ "legId": leg }), "").await;
            }
        }
        Wish::Callback => be_called_back(&crowd, &mut page, join, call).await,
    }
}

/// One who can't come back is lost: the call that is given up tells of it.
async fn stay(page: &mut Page, join: Value) {
    let _ = page.stay(join).await;
}

/// Hangs up and answers when it rings; one who was too late for that talks.
async fn be_called_back(crowd: &Arc<Crowd>, page: &mut Page, join: Value, call: &str) {
    let fields = "callback { id } joinToken";
    let asked = page.insist("callbackRequest", json!({ "callId": call }), fields).await;
    let Some(token) = asked["joinToken"].as_str() else { return stay(page, join).await };
    let planned = text(&asked["callback"]["id"]);
    let mut page = Page::of_contact(crowd, planned, token);
    // Refused until the turn has come: the page would ring then.
    match page.join(PATIENCE).await {
        Ok(join) => stay(&mut page, join).await,
        Err(_) => {
            crowd.means_to_end(planned);
            page.insist("callbackCancel", json!({ "joinToken": token }), "call { id }").await;
        }
    }
}

/// Asks for a call until there is one.
async fn ask(crowd: &Crowd, random: &mut StdRng) -> Value {
    // One key: asked again because the answer was lost, it is one call still.
    let key = uuid::Uuid::from_u128(random.random()).to_string();
    let queue = QUEUES[random.random_range(0..QUEUES.len())];
    let input = json!({ "queueKey": queue, "name": "Ada Lovelace", "media": "AUDIO", "idempotencyKey": key });
    loop {
        let client = Client::new(&crowd.base());
        if let Some(placed) = client.try_payload("callRequest", input.clone(), "joinToken call { id }").await
            && placed["joinToken"].is_string()
        {
            crowd.asked.fetch_add(1, Ordering::SeqCst);
            return placed;
        }
        sleep(PAUSE).await;
    }
}
