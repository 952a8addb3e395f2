//! Whose a datagram is. A connectivity check says so by our ufrag in it; for all else the sender's
//! address does, once a check from there was found genuine. Entries that nobody uses expire.

use std::collections::HashMap;
use std::net::SocketAddrV4;
use std::time::{Duration, Instant};

use super::leg::LegKey;
use super::socket::Path;

/// Checks come every few seconds while an address is in use.
const EXPIRY: Duration = Duration::from_secs(60);
/// Interfaces, relays and NAT's moods make a few; beyond it the one longest unused goes.
const MOST_ADDRESSES: usize = 16;

struct Bound {
    leg: LegKey,
    path: Path,
    seen: Instant,
}

#[derive(Default)]
pub(super) struct AddressBook {
    ufrags: HashMap<String, LegKey>,
    bound: HashMap<SocketAddrV4, Bound>,
    /// Addresses whose leg lives on another shard, though the kernel hands its datagrams to us.
    elsewhere: HashMap<SocketAddrV4, (usize, Instant)>,
}

impl AddressBook {
    pub fn len(&self) -> usize {
        self.bound.len()
    }

    pub fn name(&mut self, ufrag: &str, leg: LegKey) {
        self.ufrags.insert(ufrag.to_owned(), leg);
    }

    pub fn unname(&mut self, ufrag: &str) {
        self.ufrags.remove(ufrag);
    }

    pub fn by_ufrag(&self, ufrag: &str) -> Option<LegKey> {
        self.ufrags.get(ufrag).copied()
    }

    /// A genuine check of the leg's came on this path.
    pub fn bind(&mut self, path: Path, leg: LegKey, now: Instant) {
        self.elsewhere.remove(&path.peer);
        self.bound.insert(path.peer, Bound { leg, path, seen: now });
        let mine = || self.bound.values().filter(|bound| bound.leg == leg);
        if mine().count() > MOST_ADDRESSES
            && let Some(oldest) = mine().min_by_key(|bound| bound.seen).map(|bound| bound.path.peer)
        {
            self.bound.remove(&oldest);
        }
    }

    pub fn by_address(&self, peer: &SocketAddrV4) -> Option<LegKey> {
        self.bound.get(peer).map(|bound| bound.leg)
    }

    /// The path to an address that a leg was authenticated at.
    pub fn path(&self, peer: &SocketAddrV4, leg: LegKey) -> Option<Path> {
        self.bound.get(peer).filter(|bound| bound.leg == leg).map(|bound| bound.path)
    }

    pub fn set_elsewhere(&mut self, peer: SocketAddrV4, shard: usize, now: Instant) {
        self.elsewhere.insert(peer, (shard, now));
    }

    pub fn elsewhere(&self, peer: &SocketAddrV4) -> Option<usize> {
        self.elsewhere.get(peer).map(|(shard, _)| *shard)
    }

    pub fn forget_addresses(&mut self, leg: LegKey) {
        self.bound.retain(|_, bound| bound.leg != leg);
    }

    pub fn forget(&mut self, leg: LegKey) {
        self.ufrags.retain(|_, named| *named != leg);
        self.forget_addresses(leg);
    }

    pub fn expire(&mut self, now: Instant) {
        let used = |seen: Instant| now.saturating_duration_since(seen) < EXPIRY;
        self.bound.retain(|_, bound| used(bound.seen));
        self.elsewhere.retain(|_, (_, seen)| used(*seen));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn path(port: u16) -> Path {
        let peer = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        Path { peer, local: Ipv4Addr::LOCALHOST }
    }

    #[test]
    fn a_leg_keeps_its_latest_addresses_and_loses_unused_ones() {
        let mut book = AddressBook::default();
        let start = Instant::now();
        for second in 0..30_u16 {
            book.bind(path(second), 1, start + Duration::from_secs(second.into()));
        }
        assert_eq!(book.len(), MOST_ADDRESSES);
        assert_eq!(book.by_address(&path(29).peer), Some(1));
        assert_eq!(book.by_address(&path(3).peer), None);
        book.expire(start + Duration::from_secs(85));
        assert_eq!(book.len(), 4, "those of the last 60 seconds");
        book.forget(1);
        assert_eq!(book.len(), 0);
    }
}
