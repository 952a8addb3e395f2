//! Robots: everybody who is in the soak, and the contacts who call. What goes wrong for them they try again, as people do.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::page::{KEPT, PAUSE, Page};
use crate::graphql::Client;
use crate::story::text;

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

    /// Why a call was given up whose contact wanted to stay.
    pub fn fault_of(&self, call: &str) -> String {
        let kept_out = self.kept_out.lock().expect("nobody panics with it");
        kept_out.get(call).map_or("it was never kept out".into(), |code| format!("last kept out by {code}"))
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
    if let Ok(join) = page.join(KEPT).await {
        let _ = page.stay(join).await;
    }
}

/// Asks for a call until there is one.
async fn ask(crowd: &Crowd, random: &mut StdRng) -> Value {
    // One key: asked again because the answer was lost, it is one call still.
    let key = uuid::Uuid::from_u128(random.random()).to_string();
    let input =
        json!({ "queueKey": "support", "name": "Ada Lovelace", "media": "AUDIO", "idempotencyKey": key });
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
