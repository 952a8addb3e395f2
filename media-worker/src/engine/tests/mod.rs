//! The engine as participants meet it, over loopback.

mod abuse;
mod calls;
mod limits;
mod many;
mod peer;
mod prompts;
mod two;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

use super::{
    Engine, EngineConfig, EngineEvent, Greeting, LegChange, MediaKind, Music, NegotiateError, Offered,
    Prompt, Route,
};
use peer::{PATIENCE, Peer, step, until};

/// An engine with two shards, and what it tells.
struct House {
    engine: Engine,
    events: UnboundedReceiver<EngineEvent>,
    told: Vec<EngineEvent>,
}

impl House {
    fn new() -> House {
        let (out, events) = unbounded_channel();
        let addresses = vec![Ipv4Addr::LOCALHOST];
        let config = EngineConfig { port: 0, addresses, shards: 2 };
        House { engine: Engine::start(config, out).unwrap(), events, told: Vec::new() }
    }

    async fn join(&self, call: Uuid, leg: Uuid, peer: &mut Peer) {
        let offer = peer.offer();
        let answer = self.engine.negotiate(call, leg, offer).await.unwrap();
        peer.take_answer(answer);
    }

    /// Whether the engine has told something like it by now.
    fn has_told(&mut self, like: impl Fn(&EngineEvent) -> bool) -> bool {
        self.told().iter().any(like)
    }

    /// All that the engine has told by now.
    fn told(&mut self) -> &[EngineEvent] {
        while let Ok(event) = self.events.try_recv() {
            self.told.push(event);
        }
        &self.told
    }

    /// The offers that it made to a leg.
    fn offers(&mut self, leg: Uuid) -> Vec<Offered> {
        let of_leg = self.told().iter().filter(|event| event.leg == leg);
        let offers = of_leg.filter_map(|event| match &event.change {
            LegChange::Offered(offer) => Some(offer.clone()),
            _ => None,
        });
        offers.collect()
    }
}

fn fresh() -> Uuid {
    Uuid::from_u128(rand::random())
}

fn changed(leg: Uuid, change: LegChange) -> impl Fn(&EngineEvent) -> bool {
    move |event| event.leg == leg && event.change == change
}

fn both_ways(leg: Uuid) -> impl Fn(&EngineEvent) -> bool {
    changed(leg, LegChange::MediaBothWays)
}

fn each_other(one: Uuid, two: Uuid) -> Vec<Route> {
    vec![Route { from: one, to: two }, Route { from: two, to: one }]
}
