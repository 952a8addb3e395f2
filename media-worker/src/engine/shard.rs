//! One thread of the engine: its socket, its legs, and the turn in which everything happens:
//! take what came, let the legs go on, pass their media to whom it is for, send.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use rtc::shared::marshal::Marshal;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::address_book::AddressBook;
use super::command::{Command, Misled, Neighbour, Waker};
use super::connection::Media;
use super::control::Call;
use super::credentials::ShardCrypto;
use super::downlink::MOST_KBPS;
use super::leg::{Input, Leg, LegKey};
use super::rewrite::Source;
use super::socket::{self, BATCH, Batch, Outgoing};
use super::totals::{self, Counters, add, subtract};
use super::{EngineEvent, Tap};

/// Full batches taken before the legs have their turn: beyond, latency would grow.
pub(super) const BATCHES_A_TURN: usize = 4;
const HOUSEKEEPING: Duration = Duration::from_secs(5);

pub(super) struct Surroundings {
    pub index: usize,
    /// Announced to browsers.
    pub addresses: Vec<Ipv4Addr>,
    /// What rtc takes for our only address.
    pub local: (Ipv4Addr, u16),
    pub socket: UdpSocket,
    pub crypto: Arc<ShardCrypto>,
    pub waker: Arc<Waker>,
    pub waiting: UnixDatagram,
    pub orders: mpsc::Receiver<Command>,
    pub misled: Receiver<Misled>,
    pub neighbours: Vec<Neighbour>,
    pub counters: Arc<Counters>,
    pub stop: Arc<AtomicBool>,
    pub events: mpsc::UnboundedSender<EngineEvent>,
}

pub(super) struct Shard {
    pub around: Surroundings,
    pub legs: HashMap<LegKey, Leg>,
    pub calls: HashMap<Uuid, Call>,
    pub book: AddressBook,
    pub next_key: LegKey,
    /// Legs that something happened to in this turn.
    pub touched: Vec<LegKey>,
    pub queue: Vec<Outgoing>,
    inputs: Vec<(LegKey, Input)>,
    due: HashMap<LegKey, Instant>,
    housekeeping: Instant,
}

impl Shard {
    pub fn new(around: Surroundings) -> Shard {
        Shard {
            around,
            legs: HashMap::new(),
            calls: HashMap::new(),
            book: AddressBook::default(),
            next_key: 0,
            touched: Vec::new(),
            queue: Vec::new(),
            inputs: Vec::new(),
            due: HashMap::new(),
            housekeeping: Instant::now() + HOUSEKEEPING,
        }
    }

    pub fn run(mut self) {
        let mut batch = Batch::new();
        let mut next = self.housekeeping;
        while !self.around.stop.load(Ordering::Acquire) {
            let timeout = next.saturating_duration_since(Instant::now());
            socket::wait(&self.around.socket, &self.around.waiting, timeout);
            self.around.waker.rest(&self.around.waiting);
            while let Ok(command) = self.around.orders.try_recv() {
                self.obey(command);
            }
            self.take_misled();
            for _ in 0..BATCHES_A_TURN {
                if !socket::receive(&self.around.socket, &mut batch) {
                    break;
                }
                add(&self.around.counters.packets_in, batch.len());
                let now = Instant::now();
                for (path, datagram) in batch.datagrams() {
                    self.take(path, datagram, self.around.index, now);
                }
                if batch.len() < BATCH {
                    break;
                }
            }
            next = self.turn(Instant::now());
        }
        self.close_everything("the media engine stopped");
        self.send();
        subtract(&self.around.counters.sockets, 1);
    }

    pub fn touch(&mut self, key: LegKey) {
        if !self.touched.contains(&key) {
            self.touched.push(key);
        }
    }

    /// Everything that follows from what was taken; says when the next turn is due.
    fn turn(&mut self, now: Instant) -> Instant {
        let due: Vec<LegKey> = self.due.iter().filter(|(_, due)| **due <= now).map(|(key, _)| *key).collect();
        for key in due {
            self.touch(key);
            if let Some(leg) = self.legs.get_mut(&key)
                && guarded(leg, |leg| leg.connection.handle_timeout(now)).is_none()
            {
                self.close_broken(key);
            }
        }
        for key in self.touched.clone() {
            let Some(leg) = self.legs.get_mut(&key) else {
                continue;
            };
            let (events, inputs) = (&self.around.events, &mut self.inputs);
            if guarded(leg, |leg| leg.advance(now, events, |input| inputs.push((key, input)))).is_none() {
                self.close_broken(key);
            }
        }
        self.distribute(now);
        for key in std::mem::take(&mut self.touched) {
            self.offer_slots(key, now);
            let Some(leg) = self.legs.get_mut(&key) else {
                continue;
            };
            let (book, queue, events) = (&self.book, &mut self.queue, &self.around.events);
            let path = |peer: SocketAddr| book.path(&socket::v4(peer)?, key);
            let counters = &self.around.counters;
            let flushed = guarded(leg, |leg| {
                add(&counters.key_frame_requests, usize::from(leg.work(now, events)));
                leg.flush(now, path, queue)
            });
            match flushed {
                Some(due) => drop(self.due.insert(key, due)),
                None => self.close_broken(key),
            }
        }
        self.send();
        if now >= self.housekeeping {
            self.keep_house(now);
        }
        self.due.values().copied().fold(self.housekeeping, Instant::min)
    }

    fn keep_house(&mut self, now: Instant) {
        self.housekeeping = now + HOUSEKEEPING;
        let before = self.book.len();
        self.book.expire(now);
        self.count_addresses(before);
        self.legs.values().for_each(|leg| leg.quality.publish());
        if self.around.index == 0 {
            totals::publish(self.around.counters.totals());
        }
    }

    /// Passes on what the legs brought: media to their listeners and the tap, wishes to their sources.
    fn distribute(&mut self, now: Instant) {
        for (from, input) in std::mem::take(&mut self.inputs) {
            let Some(leg) = self.legs.get(&from) else { continue };
            match input {
                Input::Media(media) => {
                    let (listeners, source) = (leg.listeners.clone(), leg.source_of(from, &media));
                    // Padding alone (a probe for bandwidth) too: without it its sequence number would count as lost.
                    self.tell_tap(from, |leg, tap| {
                        if let Ok(packet) = media.packet.marshal() {
                            tap.rtp(leg, media.kind, media.arrival, &packet);
                        }
                    });
                    for (to, slot) in listeners {
                        self.forward(to, slot, source, &media, now);
                    }
                }
                Input::KeyFrame { slot } => {
                    let source = leg.assignment.source(slot);
                    self.ask_key_frame(source);
                }
                Input::Limit { slot } => {
                    if let Some(source) = leg.assignment.source(slot) {
                        self.limit(source, now);
                    }
                }
            }
        }
    }

    fn forward(&mut self, to: LegKey, slot: usize, source: Source, media: &Media, now: Instant) {
        let Some(leg) = self.legs.get_mut(&to) else { return };
        let (header, payload) = (&media.packet.header, &media.packet.payload);
        let forwarded =
            guarded(leg, |leg| leg.connection.forward((slot, media.kind), source, header, payload, now));
        if forwarded.is_none() {
            self.close_broken(to);
        }
        self.touch(to);
    }

    /// Tells a leg how much video all who get it can take: one picture goes to all.
    pub fn limit(&mut self, key: LegKey, now: Instant) {
        let Some(leg) = self.legs.get(&key) else { return };
        let limits = leg.listeners.iter().filter_map(|(to, slot)| self.legs.get(to)?.limit_of(*slot));
        let kbps = limits.fold(MOST_KBPS, f32::min);
        if let Some(leg) = self.legs.get_mut(&key)
            && guarded(leg, |leg| leg.limit(kbps, now)) == Some(true)
        {
            self.touch(key);
        }
    }

    /// A tap that panics is taken out: the call doesn't depend on it.
    fn tell_tap(&mut self, from: LegKey, tell: impl FnOnce(Uuid, &mut dyn Tap)) {
        let Some(leg) = self.legs.get(&from) else { return };
        let Some(call) = self.calls.get_mut(&leg.call) else { return };
        let Some(tap) = call.tap.as_mut() else { return };
        if catch_unwind(AssertUnwindSafe(|| tell(leg.id, tap.as_mut()))).is_err() {
            tracing::error!(call = %leg.call, "the call's tap failed and is taken out");
            call.tap = None;
        }
    }

    pub fn ask_key_frame(&mut self, of: Option<LegKey>) {
        if let Some(key) = of
            && let Some(leg) = self.legs.get_mut(&key)
        {
            leg.want_key_frame();
            self.touch(key);
        }
    }

    pub fn send(&mut self) {
        let waiting = self.queue.len();
        let sent = socket::send(&self.around.socket, &mut self.queue);
        add(&self.around.counters.packets_out, sent);
        add(&self.around.counters.dropped, waiting - sent);
    }

    /// Keeps the total of bound addresses right, after the book changed.
    pub fn count_addresses(&self, before: usize) {
        let now = self.book.len();
        add(&self.around.counters.addresses, now.saturating_sub(before));
        subtract(&self.around.counters.addresses, before.saturating_sub(now));
    }

    /// Takes a leg's connection out; it says good-bye on its way.
    pub fn remove(&mut self, key: LegKey) -> Option<Leg> {
        let mut leg = self.legs.remove(&key)?;
        let (now, queue, book) = (Instant::now(), &mut self.queue, &self.book);
        let path = |peer: SocketAddr| book.path(&socket::v4(peer)?, key);
        guarded(&mut leg, |leg| {
            leg.connection.close();
            leg.flush(now, path, queue)
        });
        self.due.remove(&key);
        let before = self.book.len();
        self.book.forget(key);
        self.count_addresses(before);
        Some(leg)
    }
}

/// Runs something of one leg's so that a mistake in it (or in rtc) ends that leg alone: `None` then.
pub(super) fn guarded<T>(leg: &mut Leg, work: impl FnOnce(&mut Leg) -> T) -> Option<T> {
    let span = leg.span.clone();
    span.in_scope(|| catch_unwind(AssertUnwindSafe(|| work(leg))).ok())
}
