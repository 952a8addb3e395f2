//! The shard's part in offers of our own: when one is made, and what its answer changes.

use std::time::Instant;

use uuid::Uuid;

use super::leg::LegKey;
use super::shard::{Shard, guarded};
use super::{EngineEvent, LegChange, NegotiateError, Offered, sdp};

impl Shard {
    /// Offers a leg the slots that its sources wait for, if it is time.
    pub fn offer_slots(&mut self, key: LegKey, now: Instant) {
        let Some(leg) = self.legs.get_mut(&key).filter(|leg| leg.wants_slots(now)) else { return };
        let waiting = leg.assignment.waiting();
        let (call, id) = (leg.call, leg.id);
        let offered = guarded(leg, |leg| {
            let sdp = leg.connection.offer(waiting, now)?;
            leg.offers.revision += 1;
            leg.offers.pending = Some(now);
            Ok::<_, NegotiateError>((leg.offers.revision, sdp))
        });
        match offered {
            Some(Ok((revision, sdp))) => {
                tracing::info!(%call, leg = %id, revision, waiting, "slots offered");
                let sdp = sdp::finish(&sdp, &self.around.addresses, self.around.local.1);
                let change = LegChange::Offered(Offered { revision, sdp });
                let _ = self.around.events.send(EngineEvent { call, leg: id, change });
            }
            // It would come again and again: the leg stays with the slots that it has.
            Some(Err(error)) => {
                tracing::error!(%call, leg = %id, %error, "no slots can be offered");
                if let Some(leg) = self.legs.get_mut(&key) {
                    leg.offers.pending = Some(now);
                }
            }
            None => self.close_broken(key),
        }
    }

    pub fn take_answer(
        &mut self,
        call: Uuid,
        id: Uuid,
        revision: i32,
        sdp: &str,
    ) -> Result<(), NegotiateError> {
        let now = Instant::now();
        let key = self.key(call, id).ok_or(NegotiateError::UnknownLeg)?;
        let leg = self.legs.get_mut(&key).ok_or(NegotiateError::UnknownLeg)?;
        if leg.offers.answered == Some(revision) {
            // The same again, since our word was lost.
            return Ok(());
        }
        if leg.offers.pending.is_none() || leg.offers.revision != revision {
            return Err(NegotiateError::Stale);
        }
        let taken = guarded(leg, |leg| match leg.connection.take_answer(sdp, now) {
            Ok(()) => {
                leg.offers.answered = Some(revision);
                Ok(())
            }
            Err(error) => {
                leg.connection.withdraw(now);
                Err(error)
            }
        });
        self.void_offer(key);
        let Some(taken) = taken else {
            self.close_broken(key);
            return Err(NegotiateError::broken());
        };
        tracing::debug!(%call, leg = %id, revision, error = taken.as_ref().err().map(tracing::field::display), "answered");
        self.touch(key);
        self.connect(call);
        taken
    }

    /// A leg's unanswered offer is answered, taken back, or has lost its connection.
    pub fn void_offer(&mut self, key: LegKey) {
        if let Some(leg) = self.legs.get_mut(&key)
            && leg.offers.pending.take().is_some()
        {
            leg.offers.settle(Instant::now());
            let event = EngineEvent { call: leg.call, leg: leg.id, change: LegChange::OfferVoid };
            let _ = self.around.events.send(event);
        }
    }
}
