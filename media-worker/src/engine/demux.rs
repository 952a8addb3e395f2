//! Which leg a datagram is for, and the way to it: through another shard, if need be.

use std::time::Instant;

use bytes::BytesMut;
use rtc::crypto::RTCCryptoProvider;

use super::command::Misled;
use super::credentials::shard_of;
use super::leg::LegKey;
use super::shard::{BATCHES_A_TURN, Shard, guarded};
use super::socket::{BATCH, Path};
use super::stun;
use super::totals::add;

impl Shard {
    pub fn take_misled(&mut self) {
        let now = Instant::now();
        for _ in 0..BATCH * BATCHES_A_TURN {
            match self.around.misled.try_recv() {
                Ok(Misled::Datagram { path, bytes, at }) => self.take(path, &bytes, at, now),
                Ok(Misled::Owner { path, owner }) => self.book.set_elsewhere(path.peer, owner, now),
                Err(_) => return,
            }
        }
        // There may be more: come again at once.
        self.around.waker.wake();
    }

    /// Takes a datagram that came in at shard `at`.
    pub fn take(&mut self, path: Path, datagram: &[u8], at: usize, now: Instant) {
        let Some(key) = self.receiver(path, datagram, at, now) else {
            return;
        };
        let Some(leg) = self.legs.get_mut(&key) else {
            return;
        };
        let datagram = BytesMut::from(datagram);
        if guarded(leg, |leg| leg.receive(datagram, path, now)).is_none() {
            self.close_broken(key);
        }
        self.touch(key);
    }

    /// The leg that a datagram is for, if it is ours; else it is sent where it belongs, or dropped.
    fn receiver(&mut self, path: Path, datagram: &[u8], at: usize, now: Instant) -> Option<LegKey> {
        let Some(check) = stun::check(datagram) else {
            let key = self.book.by_address(&path.peer);
            if key.is_none() {
                let owner = self.book.elsewhere(&path.peer).filter(|_| at == self.around.index);
                self.pass_on(owner, path, datagram);
            }
            return key;
        };
        let owner = shard_of(check.local_ufrag);
        if owner != Some(self.around.index) {
            self.pass_on(owner.filter(|_| at == self.around.index), path, datagram);
            return None;
        }
        let key = self.book.by_ufrag(check.local_ufrag);
        let leg = key.and_then(|key| self.legs.get_mut(&key));
        let crypto = self.around.crypto.crypto();
        let Some(leg) = leg.filter(|leg| stun::is_genuine(datagram, &leg.connection.password, crypto)) else {
            add(&self.around.counters.strangers, 1);
            return None;
        };
        leg.choose_path(path, check.nominates, now);
        leg.span.clone().in_scope(|| leg.checked(now, &self.around.events));
        let before = self.book.len();
        self.book.bind(path, key?, now);
        self.count_addresses(before);
        if at != self.around.index
            && let Some(neighbour) = self.around.neighbours.get(at)
        {
            // Each check says it again, so a lost one does no harm.
            neighbour.pass(Misled::Owner { path, owner: self.around.index });
        }
        key
    }

    fn pass_on(&self, owner: Option<usize>, path: Path, datagram: &[u8]) {
        let Some(neighbour) = owner.and_then(|owner| self.around.neighbours.get(owner)) else {
            add(&self.around.counters.strangers, 1);
            return;
        };
        let (bytes, at) = (BytesMut::from(datagram), self.around.index);
        if !neighbour.pass(Misled::Datagram { path, bytes, at }) {
            add(&self.around.counters.dropped, 1);
        }
    }
}
