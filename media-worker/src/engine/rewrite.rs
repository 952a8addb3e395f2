//! An outgoing track is one unbroken stream to its receiver, whoever's packets it carries just now:
//! own SSRC and payload type, sequence numbers without a jump when the source changes, no header
//! extensions that the receiver didn't negotiate, and the source's name among its contributing sources.

use std::time::Instant;

use rtc::rtp::header::Header;

/// Where packets come from; another one is another stream to be joined on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    /// A leg's connection and its SSRC, or a name of our own.
    pub key: u64,
    pub ssrc: u32,
    /// Whose media it is, for the receiver: it stands in each packet as its contributing source (RFC 3550, section 5.1), so
    /// it needs no signalling and is right at once when the source changes. None for what is ours.
    pub contributor: Option<u32>,
}

/// After so many packets of one source nothing from before its beginning can still arrive.
const SETTLED: u16 = 1024;

#[derive(Debug)]
pub(super) struct Rewriter {
    ssrc: u32,
    clock_rate: u32,
    source: Option<Source>,
    sequence_offset: u16,
    timestamp_offset: u32,
    /// The source's first sequence number, while older ones would take numbers already used.
    floor: Option<u16>,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    sequence: u16,
    timestamp: u32,
    at: Instant,
}

impl Rewriter {
    pub fn new(ssrc: u32, clock_rate: u32) -> Rewriter {
        Rewriter {
            ssrc,
            clock_rate,
            source: None,
            sequence_offset: 0,
            timestamp_offset: 0,
            floor: None,
            last: None,
        }
    }

    /// Makes `header` ours; false if the packet came too late to have a place in the stream.
    pub fn rewrite(&mut self, header: &mut Header, source: Source, payload_type: u8, now: Instant) -> bool {
        if self.source != Some(source) {
            self.join(header, source, now);
        }
        if let Some(floor) = self.floor {
            let since = header.sequence_number.wrapping_sub(floor);
            if since >= 0x8000 {
                return false;
            }
            if since > SETTLED {
                self.floor = None;
            }
        }
        header.sequence_number = header.sequence_number.wrapping_add(self.sequence_offset);
        header.timestamp = header.timestamp.wrapping_add(self.timestamp_offset);
        header.ssrc = self.ssrc;
        header.payload_type = payload_type;
        header.padding = false;
        header.csrc = source.contributor.into_iter().collect();
        header.extension = false;
        header.extension_profile = 0;
        header.extensions.clear();
        header.extensions_padding = 0;

        let newer = self.last.is_none_or(|last| header.sequence_number.wrapping_sub(last.sequence) < 0x8000);
        if newer {
            self.last = Some(Last { sequence: header.sequence_number, timestamp: header.timestamp, at: now });
        }
        true
    }

    /// When the last packet went out, whatever its source.
    pub fn last_at(&self) -> Option<Instant> {
        self.last.map(|last| last.at)
    }

    fn join(&mut self, header: &Header, source: Source, now: Instant) {
        self.source = Some(source);
        self.floor = Some(header.sequence_number);
        let Some(last) = self.last else {
            // The stream begins in the lower half, as a browser's does: where its number begins anew before the receiver has
            // heard a packet, SRTP can't know that it did, and nothing is ever heard (RFC 3711, section 3.3.1).
            self.sequence_offset = header.sequence_number & 0x8000;
            return;
        };
        // The gap is as long on the media clock as it was on the wall, and never nothing.
        let elapsed = now.saturating_duration_since(last.at).as_micros();
        let ticks = (elapsed * u128::from(self.clock_rate) / 1_000_000).max(1);
        let timestamp = last.timestamp.wrapping_add(u32::try_from(ticks).unwrap_or(u32::MAX));
        self.sequence_offset = last.sequence.wrapping_add(1).wrapping_sub(header.sequence_number);
        self.timestamp_offset = timestamp.wrapping_sub(header.timestamp);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const A: Source = Source { key: 1, ssrc: 10, contributor: Some(0xa) };
    const B: Source = Source { key: 2, ssrc: 20, contributor: None };

    fn packet(sequence_number: u16, timestamp: u32) -> Header {
        Header { sequence_number, timestamp, ssrc: 5, csrc: vec![6], extension: true, ..Header::default() }
    }

    #[test]
    fn order_and_gaps_of_a_source_are_kept() {
        let mut rewriter = Rewriter::new(7, 90_000);
        let now = Instant::now();
        let mut seen = Vec::new();
        for sequence in [65_534, 65_535, 1, 0, 2] {
            let mut header = packet(sequence, 0);
            assert!(rewriter.rewrite(&mut header, A, 96, now));
            assert_eq!((header.ssrc, header.payload_type, header.extension), (7, 96, false));
            assert_eq!(header.csrc, [0xa], "whose it is, not what it came with");
            seen.push(header.sequence_number);
        }
        assert_eq!(seen, [32_766, 32_767, 32_769, 32_768, 32_770], "begun in the lower half");
    }

    #[test]
    fn another_source_goes_on_where_the_last_one_stopped() {
        let mut rewriter = Rewriter::new(7, 90_000);
        let start = Instant::now();
        assert!(rewriter.rewrite(&mut packet(100, 1_000), A, 96, start));
        let mut next = packet(40_000, 7_777);
        assert!(rewriter.rewrite(&mut next, B, 96, start + Duration::from_millis(100)));
        assert_eq!((next.sequence_number, next.timestamp), (101, 10_000));
        assert!(next.csrc.is_empty());
        assert!(!rewriter.rewrite(&mut packet(39_999, 7_700), B, 96, start), "older than its beginning");
        let mut back = packet(101, 1_000);
        assert!(rewriter.rewrite(&mut back, A, 96, start + Duration::from_millis(200)));
        assert_eq!(back.sequence_number, 102);
    }

    #[test]
    fn a_long_stream_wraps() {
        let mut rewriter = Rewriter::new(7, 90_000);
        let now = Instant::now();
        for sequence in (0..200_000_u32).map(|n| n as u16) {
            assert!(rewriter.rewrite(&mut packet(sequence, 0), A, 96, now));
        }
    }
}
