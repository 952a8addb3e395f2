//! A call of two, and a recorder, in the test's own hands.

use std::sync::{Arc, Mutex};

use rtc::rtp::Packet;
use rtc::shared::marshal::Unmarshal;

use super::*;
use crate::engine::Tap;

/// A recorder in the test's own hands.
#[derive(Clone, Default)]
pub struct Ear(Arc<Mutex<Vec<(Uuid, MediaKind, Packet)>>>);

impl Tap for Ear {
    fn rtp(&mut self, leg: Uuid, kind: MediaKind, _arrival: Instant, mut packet: &[u8]) {
        self.0.lock().unwrap().push((leg, kind, Packet::unmarshal(&mut packet).unwrap()));
    }
}

impl Ear {
    pub fn has(&self, leg: Uuid, kind: MediaKind, said: &str) -> bool {
        self.0.lock().unwrap().iter().any(|(of, other, packet)| {
            (*of, *other) == (leg, kind) && packet.payload.ends_with(said.as_bytes())
        })
    }
}

/// Two participants in a call, connected.
pub struct Call {
    pub house: House,
    pub id: Uuid,
    pub legs: [Uuid; 2],
    pub agent: Peer,
    pub contact: Peer,
}

impl Call {
    pub async fn connected(routes: impl Fn(Uuid, Uuid) -> Vec<Route>) -> Call {
        let house = House::new();
        let (id, legs) = (fresh(), [fresh(), fresh()]);
        let (mut agent, mut contact) = (Peer::new("agent"), Peer::new("contact"));
        house.engine.route(id, routes(legs[0], legs[1])).await;
        house.join(id, legs[0], &mut agent).await;
        house.join(id, legs[1], &mut contact).await;
        let mut call = Call { house, id, legs, agent, contact };
        call.until("connected", |call| call.agent.connected && call.contact.connected);
        call
    }

    pub fn until(&mut self, what: &str, mut done: impl FnMut(&mut Call) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
            step(&mut [&mut self.agent, &mut self.contact]);
        }
    }

    pub fn say_all(&mut self, text: &str) {
        for peer in [&mut self.agent, &mut self.contact] {
            MediaKind::ALL.iter().copied().for_each(|kind| peer.say(kind, text));
        }
    }

    /// Both say `text` until both have heard and seen it.
    pub fn talk(&mut self, text: &str) {
        let (by_contact, by_agent) = (format!("contact {text}"), format!("agent {text}"));
        self.until(text, |call| {
            call.say_all(text);
            MediaKind::ALL.iter().copied().all(|kind| {
                call.agent.has_heard(kind, &by_contact) && call.contact.has_heard(kind, &by_agent)
            })
        });
    }

    pub async fn offer_again(&mut self, offer: String) {
        let answer = self.house.engine.negotiate(self.id, self.legs[0], offer).await;
        self.agent.take_answer(answer.unwrap());
    }
}
