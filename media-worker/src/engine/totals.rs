//! Counts over the whole engine. They never decide anything.

use std::sync::atomic::{AtomicU64, Ordering};

/// A snapshot. `legs`, `calls`, `addresses` and `sockets` are what is held now, the others only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineTotals {
    pub legs: u64,
    pub calls: u64,
    /// Remote addresses bound to legs.
    pub addresses: u64,
    pub sockets: u64,
    pub packets_in: u64,
    pub packets_out: u64,
    /// Datagrams of nobody known, or with a forged check.
    pub strangers: u64,
    /// Datagrams that a full buffer or queue did not take.
    pub dropped: u64,
    pub key_frame_requests: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub legs: AtomicU64,
    pub calls: AtomicU64,
    pub addresses: AtomicU64,
    pub sockets: AtomicU64,
    pub packets_in: AtomicU64,
    pub packets_out: AtomicU64,
    pub strangers: AtomicU64,
    pub dropped: AtomicU64,
    pub key_frame_requests: AtomicU64,
}

impl Counters {
    pub fn totals(&self) -> EngineTotals {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        EngineTotals {
            legs: get(&self.legs),
            calls: get(&self.calls),
            addresses: get(&self.addresses),
            sockets: get(&self.sockets),
            packets_in: get(&self.packets_in),
            packets_out: get(&self.packets_out),
            strangers: get(&self.strangers),
            dropped: get(&self.dropped),
            key_frame_requests: get(&self.key_frame_requests),
        }
    }
}

/// Tells Prometheus. One shard does it for all.
pub(super) fn publish(totals: EngineTotals) {
    metrics::gauge!("cordboard_media_legs").set(totals.legs as f64);
    metrics::gauge!("cordboard_media_calls").set(totals.calls as f64);
    metrics::gauge!("cordboard_media_addresses").set(totals.addresses as f64);
    metrics::counter!("cordboard_media_packets_received_total").absolute(totals.packets_in);
    metrics::counter!("cordboard_media_packets_sent_total").absolute(totals.packets_out);
    metrics::counter!("cordboard_media_packets_stray_total").absolute(totals.strangers);
    metrics::counter!("cordboard_media_packets_dropped_total").absolute(totals.dropped);
    metrics::counter!("cordboard_media_key_frame_requests_total").absolute(totals.key_frame_requests);
}

pub(super) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

pub(super) fn subtract(counter: &AtomicU64, count: usize) {
    counter.fetch_sub(count as u64, Ordering::Relaxed);
}
