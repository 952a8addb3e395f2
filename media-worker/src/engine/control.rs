//! The orders a shard obeys: calls, their legs and who gets whose media.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use uuid::Uuid;

use super::assignment::SourceLeg;
use super::command::Command;
use super::connection::Connection;
use super::leg::{Leg, LegKey};
use super::sdp::{self, Offer};
use super::shard::{Shard, guarded};
use super::totals::{add, subtract};
use super::{EngineEvent, LegChange, NegotiateError, Prompt, Route, Tap};

#[derive(Default)]
pub(super) struct Call {
    pub legs: HashMap<Uuid, LegKey>,
    pub routes: Vec<Route>,
    /// What legs hear that have no source.
    pub prompts: HashMap<Uuid, Prompt>,
    pub tap: Option<Box<dyn Tap>>,
}

impl Shard {
    pub fn obey(&mut self, command: Command) {
        // Whoever asked may have gone meanwhile: then nobody needs the answer.
        match command {
            Command::Negotiate { call, leg, offer, reply } => {
                let _ = reply.send(self.negotiate(call, leg, &offer));
            }
            Command::Answer { call, leg, revision, answer, reply } => {
                let _ = reply.send(self.take_answer(call, leg, revision, &answer));
            }
            Command::HasLeg { call, leg, reply } => {
                let _ = reply.send(self.key(call, leg).is_some());
            }
            Command::Route { call, routes, reply } => {
                self.call(call).routes = routes;
                self.connect(call);
                let _ = reply.send(());
            }
            Command::Play { call, leg, prompt, reply } => {
                self.play(call, leg, prompt);
                let _ = reply.send(());
            }
            Command::Tap { call, tap, reply } => {
                let begins = tap.is_some();
                let call = self.call(call);
                call.tap = tap;
                // Whoever begins to listen can do nothing with pictures before a key frame.
                let legs: Vec<LegKey> = call.legs.values().copied().filter(|_| begins).collect();
                for leg in legs {
                    self.ask_key_frame(Some(leg));
                }
                let _ = reply.send(());
            }
            Command::CloseLeg { call, leg, reason, reply } => {
                self.close_leg(call, leg, &reason);
                let _ = reply.send(());
            }
            Command::CloseCall { call, reply } => {
                self.close_call(call, "the call ended");
                let _ = reply.send(());
            }
        }
    }

    fn call(&mut self, call: Uuid) -> &mut Call {
        self.calls.entry(call).or_insert_with(|| {
            add(&self.around.counters.calls, 1);
            Call::default()
        })
    }

    pub fn key(&self, call: Uuid, leg: Uuid) -> Option<LegKey> {
        self.calls.get(&call)?.legs.get(&leg).copied()
    }

    fn play(&mut self, call: Uuid, leg: Uuid, prompt: Option<Prompt>) {
        match &prompt {
            Some(prompt) => drop(self.call(call).prompts.insert(leg, prompt.clone())),
            None => drop(self.calls.get_mut(&call).and_then(|call| call.prompts.remove(&leg))),
        }
        if let Some(key) = self.key(call, leg)
            && let Some(leg) = self.legs.get_mut(&key)
        {
            leg.play(prompt);
            self.touch(key);
        }
    }

    fn negotiate(&mut self, call: Uuid, leg: Uuid, sdp: &str) -> Result<String, NegotiateError> {
        let offer = sdp::read_offer(sdp)?;
        let known = self.key(call, leg);
        let same = known.filter(|key| {
            self.legs.get(key).is_some_and(|leg| leg.connection.offer.fingerprint == offer.fingerprint)
        });
        let answer = match same {
            Some(key) => self.negotiate_again(key, offer, sdp)?,
            None => self.negotiate_first(call, leg, known, offer, sdp)?,
        };
        let (_, port) = self.around.local;
        Ok(sdp::finish(&answer, &self.around.addresses, port))
    }

    fn negotiate_first(
        &mut self,
        call: Uuid,
        id: Uuid,
        replaced: Option<LegKey>,
        offer: Offer,
        sdp: &str,
    ) -> Result<String, NegotiateError> {
        let (now, local, crypto) = (Instant::now(), self.around.local, self.around.crypto.clone());
        let made =
            catch_unwind(AssertUnwindSafe(|| Connection::answer_first(offer, sdp, crypto, local, now)));
        let (connection, answer) = made.unwrap_or_else(|_| Err(NegotiateError::broken()))?;
        let mut leg = Leg::new(call, id, connection, now);
        leg.play(self.calls.get(&call).and_then(|call| call.prompts.get(&id)).cloned());
        leg.offers.settle(now);
        replaced.into_iter().for_each(|key| self.void_offer(key));
        if let Some(old) = replaced.and_then(|key| self.remove(key)) {
            leg.succeed(&old);
            tracing::info!(%call, leg = %id, "connection replaced");
        } else {
            add(&self.around.counters.legs, 1);
            tracing::info!(%call, leg = %id, "leg made");
        }
        let key = self.next_key;
        self.next_key += 1;
        self.book.name(&leg.connection.ufrag, key);
        self.legs.insert(key, leg);
        self.call(call).legs.insert(id, key);
        self.touch(key);
        self.connect(call);
        Ok(answer)
    }

    fn negotiate_again(&mut self, key: LegKey, offer: Offer, sdp: &str) -> Result<String, NegotiateError> {
        let now = Instant::now();
        self.touch(key);
        let Some(leg) = self.legs.get_mut(&key) else {
            return Err(NegotiateError::UnknownLeg);
        };
        if leg.offers.is_young(now) {
            return Err(NegotiateError::Crossed);
        }
        let restarts = leg.connection.offer.ufrag != offer.ufrag;
        let before = leg.connection.ufrag.clone();
        let answer = guarded(leg, |leg| {
            if leg.offers.pending.is_some() {
                leg.connection.withdraw(now);
            }
            leg.offers.settle(now);
            leg.connection.answer(offer, sdp, now).inspect_err(|_| leg.connection.roll_back(now))
        });
        let Some(answer) = answer else {
            self.close_broken(key);
            return Err(NegotiateError::broken());
        };
        let ufrag = leg.connection.ufrag.clone();
        let sources: Vec<LegKey> = leg.assignment.sources().map(|(_, source)| source).collect();
        self.void_offer(key);
        self.book.unname(&before);
        self.book.name(&ufrag, key);
        if answer.is_ok() {
            tracing::debug!(leg = key, restarts, "negotiated again");
            // A camera may have come, or ICE restarts: either picture would stand still for seconds.
            sources.into_iter().chain([key]).for_each(|key| self.ask_key_frame(Some(key)));
        }
        answer
    }

    /// Works the call's routes out for the legs that are there.
    pub fn connect(&mut self, call: Uuid) {
        let Some(Call { legs, routes, .. }) = self.calls.get(&call) else {
            return;
        };
        let mut sources: HashMap<LegKey, Vec<SourceLeg>> = HashMap::new();
        for route in routes {
            if let (Some(from), Some(to)) = (legs.get(&route.from), legs.get(&route.to)) {
                sources.entry(*to).or_default().push((route.from, *from));
            }
        }
        let keys: Vec<LegKey> = legs.values().copied().collect();
        let mut listeners: HashMap<LegKey, Vec<(LegKey, usize)>> = HashMap::new();
        let mut fresh = Vec::new();
        for key in &keys {
            let Some(leg) = self.legs.get_mut(key) else {
                continue;
            };
            fresh.extend(leg.hear(sources.remove(key).unwrap_or_default()));
            for (slot, source) in leg.assignment.sources() {
                listeners.entry(source).or_default().push((*key, slot));
            }
            // One that has lost its sources hears its prompt from now on; one that waits for slots is offered them.
            self.touch(*key);
        }
        for key in &keys {
            if let Some(leg) = self.legs.get_mut(key) {
                leg.listeners = listeners.remove(key).unwrap_or_default();
            }
            self.limit(*key, Instant::now());
        }
        for key in fresh {
            self.ask_key_frame(Some(key));
        }
    }

    pub fn close_leg(&mut self, call: Uuid, leg: Uuid, reason: &str) {
        let Some(at) = self.calls.get_mut(&call) else { return };
        at.prompts.remove(&leg);
        let Some(key) = at.legs.remove(&leg) else { return };
        self.void_offer(key);
        self.remove(key);
        subtract(&self.around.counters.legs, 1);
        tracing::info!(%call, %leg, reason, "leg closed");
        let _ = self.around.events.send(EngineEvent { call, leg, change: LegChange::Closed });
        self.connect(call);
    }

    pub fn close_call(&mut self, call: Uuid, reason: &str) {
        let legs: Vec<Uuid> =
            self.calls.get(&call).into_iter().flat_map(|call| call.legs.keys().copied()).collect();
        for leg in legs {
            self.close_leg(call, leg, reason);
        }
        if self.calls.remove(&call).is_some() {
            subtract(&self.around.counters.calls, 1);
        }
    }

    pub fn close_broken(&mut self, key: LegKey) {
        if let Some((call, leg)) = self.legs.get(&key).map(|leg| (leg.call, leg.id)) {
            tracing::error!(%call, %leg, "a mistake in the engine ends this leg");
            self.close_leg(call, leg, "internal error");
        }
    }

    pub fn close_everything(&mut self, reason: &str) {
        for call in self.calls.keys().copied().collect::<Vec<Uuid>>() {
            self.close_call(call, reason);
        }
    }
}
