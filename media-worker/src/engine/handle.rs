//! The engine as its user sees it: orders go to the shard on which the call lives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use tokio::sync::mpsc::{UnboundedSender, channel};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::command::{Command, MOST_COMMANDS, MOST_MISLED, Neighbour, ShardHandle, Waker};
use super::credentials::{MOST_SHARDS, ShardCrypto};
use super::shard::{Shard, Surroundings};
use super::socket;
use super::totals::{Counters, add};
use super::{EngineConfig, EngineError, EngineEvent, NegotiateError, Prompt, Route, Tap};

/// The running engine. When the last clone is gone, all legs are closed and the threads end.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    shards: Vec<ShardHandle>,
    port: u16,
    counters: Arc<Counters>,
    stop: Arc<AtomicBool>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.shards.iter().for_each(|shard| shard.waker.wake());
    }
}

impl Engine {
    /// Opens the port and starts the threads.
    ///
    /// `events` is unbounded because nothing of it may be lost; there is one event at most for each
    /// turn in a leg's life.
    pub fn start(config: EngineConfig, events: UnboundedSender<EngineEvent>) -> Result<Engine, EngineError> {
        let first = config.addresses.first().copied().ok_or(EngineError::NoAddress)?;
        if !(1..=MOST_SHARDS).contains(&config.shards) {
            return Err(EngineError::Shards(config.shards));
        }
        let in_use = |error| EngineError::Port { port: config.port, error };
        // SO_REUSEPORT would let another program's socket share the port: first see that it is free.
        drop(socket::bind(config.port, false).map_err(in_use)?);
        let mut port = config.port;
        let (counters, stop) = (Arc::new(Counters::default()), Arc::new(AtomicBool::new(false)));
        let mut inner = Inner { shards: Vec::new(), port, counters, stop };
        let (mut neighbours, mut starting) = (Vec::new(), Vec::new());
        for index in 0..config.shards {
            let socket = socket::bind(port, true).map_err(in_use)?;
            port = socket.local_addr().map_err(in_use)?.port();
            let (waker, waiting) = Waker::new().map_err(EngineError::Thread)?;
            let (commands, orders) = channel(MOST_COMMANDS);
            let (misled, misled_in) = sync_channel(MOST_MISLED);
            neighbours.push(Neighbour { misled, waker: waker.clone() });
            inner.shards.push(ShardHandle { commands, waker: waker.clone() });
            let crypto = ShardCrypto::new(index).map_err(|error| EngineError::Crypto(error.to_string()))?;
            starting.push((index, socket, crypto, waker, waiting, orders, misled_in));
        }
        inner.port = port;
        for (index, socket, crypto, waker, waiting, orders, misled) in starting {
            let surroundings = Surroundings {
                index,
                addresses: config.addresses.clone(),
                local: (first, port),
                socket,
                crypto,
                waker,
                waiting,
                orders,
                misled,
                neighbours: neighbours.clone(),
                counters: inner.counters.clone(),
                stop: inner.stop.clone(),
                events: events.clone(),
            };
            add(&inner.counters.sockets, 1);
            std::thread::Builder::new()
                .name(format!("media-{index}"))
                .spawn(move || live_or_die(Shard::new(surroundings)))
                .map_err(EngineError::Thread)?;
        }
        tracing::info!(port, shards = config.shards, addresses = ?config.addresses, "media engine listens");
        Ok(Engine(Arc::new(inner)))
    }

    /// The UDP port, also if the system chose it.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Takes an offer and gives the answer, our candidates in it. The answer always has the two
    /// outgoing tracks of the first slot, whoever else is there yet. An offer with another fingerprint for the same leg
    /// replaces its connection, one with another ufrag restarts ICE.
    pub async fn negotiate(&self, call: Uuid, leg: Uuid, offer: String) -> Result<String, NegotiateError> {
        let answer = self.ask(call, |reply| Command::Negotiate { call, leg, offer, reply }).await;
        answer.unwrap_or(Err(NegotiateError::Stopped))
    }

    /// Takes the answer to an offer of ours. The same again is no fault.
    pub async fn answer(
        &self,
        call: Uuid,
        leg: Uuid,
        revision: i32,
        answer: String,
    ) -> Result<(), NegotiateError> {
        let taken = self.ask(call, |reply| Command::Answer { call, leg, revision, answer, reply }).await;
        taken.unwrap_or(Err(NegotiateError::Stopped))
    }

    /// Whether the leg has a connection.
    pub async fn has_leg(&self, call: Uuid, leg: Uuid) -> Result<bool, NegotiateError> {
        let answer = self.ask(call, |reply| Command::HasLeg { call, leg, reply }).await;
        answer.ok_or(NegotiateError::Stopped)
    }

    /// Who hears and sees whom from now on, all of it: what isn't named is not forwarded. It may name
    /// legs that are still to come.
    pub async fn route(&self, call: Uuid, routes: Vec<Route>) {
        self.ask(call, |reply| Command::Route { call, routes, reply }).await;
    }

    /// What a leg hears while it has no source, from now on; it may be still to come. The same prompt again changes nothing.
    pub async fn play(&self, call: Uuid, leg: Uuid, prompt: Option<Prompt>) {
        self.ask(call, |reply| Command::Play { call, leg, prompt, reply }).await;
    }

    pub async fn tap(&self, call: Uuid, tap: Option<Box<dyn Tap>>) {
        self.ask(call, |reply| Command::Tap { call, tap, reply }).await;
    }

    pub async fn close_leg(&self, call: Uuid, leg: Uuid, reason: impl Into<String>) {
        let reason = reason.into();
        self.ask(call, |reply| Command::CloseLeg { call, leg, reason, reply }).await;
    }

    /// Closes what legs are left, and forgets routes and tap.
    pub async fn close_call(&self, call: Uuid) {
        self.ask(call, |reply| Command::CloseCall { call, reply }).await;
    }

    #[cfg(test)]
    pub fn totals(&self) -> super::totals::EngineTotals {
        self.0.counters.totals()
    }

    async fn ask<T>(&self, call: Uuid, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let shard = self.0.shards.get((call.as_u128() % self.0.shards.len() as u128) as usize)?;
        let (reply, answer) = oneshot::channel();
        shard.commands.send(command(reply)).await.ok()?;
        shard.waker.wake();
        answer.await.ok()
    }
}

/// A shard without its thread would hold calls that nobody hears. Better that the worker dies with
/// it: then others take its calls over.
fn live_or_die(shard: Shard) {
    if catch_unwind(AssertUnwindSafe(|| shard.run())).is_err() {
        tracing::error!("a media thread failed: the worker ends");
        std::process::abort();
    }
}
