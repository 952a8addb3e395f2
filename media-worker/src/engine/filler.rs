//! Silence for a leg that has no source yet: without packets of ours its reports could not say that
//! they arrive, and whoever waits alone in a call would never count as connected.

use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::rtp::header::Header;

use super::rewrite::Source;

/// One Opus frame of 20 ms, silent.
pub(super) const FRAME: Bytes = Bytes::from_static(&[0xf8, 0xff, 0xfe]);
pub(super) const SOURCE: Source = Source { key: u64::MAX, ssrc: 0, contributor: None };
const INTERVAL: Duration = Duration::from_millis(20);
const TICKS: u32 = 960;

#[derive(Debug)]
pub(super) struct Filler {
    /// Frames so far. A sequence number repeats after 22 minutes; a time that did would go back.
    count: u32,
    due: Instant,
}

impl Filler {
    pub fn new(now: Instant) -> Filler {
        Filler { count: 0, due: now }
    }

    pub fn due(&self) -> Instant {
        self.due
    }

    /// The header of the frame that is due, unless somebody is heard just now.
    pub fn next(&mut self, last_sent: Option<Instant>, now: Instant) -> Option<Header> {
        if now < self.due {
            return None;
        }
        self.due = now + INTERVAL;
        self.count = self.count.wrapping_add(1);
        let needed = last_sent.is_none_or(|last| now >= last + INTERVAL);
        needed.then(|| Header {
            version: 2,
            sequence_number: self.count as u16,
            timestamp: self.count.wrapping_mul(TICKS),
            ..Header::default()
        })
    }
}
