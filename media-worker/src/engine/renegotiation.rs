//! Offers of our own, for slots beyond the first. A connection has one unanswered at most; its revision goes back with the
//! answer. When offers cross, ours goes first while it is young, for the browser is the polite side (W3C WebRTC, section
//! 10.7, "perfect negotiation").

use std::time::{Duration, Instant};

use domain::limits;
use rtc::peer_connection::sdp::RTCSessionDescription;

use super::NegotiateError;
use super::connection::Connection;
use super::sdp;
use super::slot::{MOST_SLOTS, Slot};

/// An answer of ours shall reach the browser before an offer does, though they travel on different ways.
const SETTLE: Duration = Duration::from_millis(300);

/// Where a leg is with our offers.
#[derive(Debug, Default)]
pub(super) struct Offers {
    /// Of the last offer. It grows over all connections of the leg.
    pub revision: i32,
    /// When the unanswered one was made.
    pub pending: Option<Instant>,
    /// The last revision that this connection answered.
    pub answered: Option<i32>,
    /// When we last answered.
    settled: Option<Instant>,
}

impl Offers {
    pub fn succeed(&mut self, old: &Offers) {
        self.revision = old.revision;
    }

    pub fn settle(&mut self, now: Instant) {
        self.settled = Some(now);
    }

    /// When the next offer may be made; none while one is unanswered.
    pub fn due(&self) -> Option<Instant> {
        self.settled.filter(|_| self.pending.is_none()).map(|at| at + SETTLE)
    }

    pub fn is_young(&self, now: Instant) -> bool {
        self.pending.is_some_and(|at| now < at + limits::OFFER_YOUNG)
    }
}

impl Connection {
    /// Which slots a source can be put into.
    pub fn open_slots(&self) -> Vec<bool> {
        self.slots.iter().enumerate().map(|(number, slot)| slot.is_open(number)).collect()
    }

    /// How many slots are to be added for so many sources that wait. One that the browser did not take counts for nothing.
    pub fn slots_missing(&self, waiting: usize) -> usize {
        let to_come = self.slots.iter().filter(|slot| !slot.answered).count();
        waiting.saturating_sub(to_come).min(MOST_SLOTS.saturating_sub(self.slots.len()))
    }

    /// Whether an offer would bring a slot: new ones, or those of an offer that was taken back.
    pub fn can_grow(&self, waiting: usize) -> bool {
        waiting > 0 && (self.slots_missing(waiting) > 0 || self.slots.iter().any(|slot| !slot.answered))
    }

    /// Adds slots for sources that wait, and offers them.
    pub fn offer(&mut self, waiting: usize, now: Instant) -> Result<String, NegotiateError> {
        for _ in 0..self.slots_missing(waiting) {
            let slot = Slot::add(&mut self.peer, self.slots.len(), now)?;
            self.slots.push(slot);
        }
        let offer = self.peer.create_offer(None)?;
        let text = offer.sdp.clone();
        self.peer.set_local_description(now, offer)?;
        Ok(text)
    }

    /// Takes the browser's answer to our offer.
    pub fn take_answer(&mut self, sdp: &str, now: Instant) -> Result<(), NegotiateError> {
        let said = sdp::read_offer(sdp)?;
        if said.fingerprint != self.offer.fingerprint {
            return Err(NegotiateError::Stale);
        }
        let answer = RTCSessionDescription::answer(sdp::without_candidates(sdp))?;
        self.peer.set_remote_description(now, answer)?;
        // Its own offer that ours crossed may have begun an ICE restart.
        self.ice_connected &= self.offer.ufrag == said.ufrag;
        self.offer.ufrag = said.ufrag;
        for slot in &mut self.slots {
            slot.answered = true;
        }
        self.read_slots();
        Ok(())
    }

    /// Takes our offer back; its slots stay for the next one.
    pub fn withdraw(&mut self, now: Instant) {
        if let Ok(nothing) = RTCSessionDescription::rollback(None) {
            let _ = self.peer.set_local_description(now, nothing);
        }
    }
}
