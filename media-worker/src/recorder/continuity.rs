//! Whether a packet continues a sender's stream or begins another (RFC 3550 section 5.1; section A.1 for the window).

use std::time::{Duration, Instant};

/// A sequence number this far from the last belongs to a restarted sender, or follows an outage after which nothing can be
/// put together anyway (RFC 3550 A.1: MAX_DROPOUT).
const MAX_DROPOUT: u16 = 3000;
/// Packets of a replaced stream may still be under way for so long.
const STRAGGLERS: Duration = Duration::from_secs(2);

/// The fields of an RTP header that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtpHeader {
    pub ssrc: u32,
    pub sequence: u16,
}

impl RtpHeader {
    /// None if this is no RTP packet of version 2.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let fixed: &[u8; 12] = packet.first_chunk()?;
        (fixed[0] >> 6 == 2).then(|| Self {
            sequence: u16::from_be_bytes([fixed[2], fixed[3]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Continues,
    Begins,
    /// Of a stream that has been replaced.
    Straggler,
}

/// The stream one sender sends at present.
#[derive(Debug)]
pub struct Continuity {
    current: RtpHeader,
    replaced: Option<(u32, Instant)>,
}

impl Continuity {
    pub fn new(first: RtpHeader) -> Self {
        Self { current: first, replaced: None }
    }

    pub fn judge(&mut self, header: RtpHeader, arrival: Instant) -> Verdict {
        if header.ssrc != self.current.ssrc {
            if let Some((ssrc, since)) = self.replaced
                && ssrc == header.ssrc
                && arrival < since + STRAGGLERS
            {
                return Verdict::Straggler;
            }
            self.replaced = Some((self.current.ssrc, arrival));
            self.current = header;
            return Verdict::Begins;
        }
        let ahead = header.sequence.wrapping_sub(self.current.sequence);
        if ahead < MAX_DROPOUT {
            self.current = header;
            Verdict::Continues
        } else if ahead > MAX_DROPOUT.wrapping_neg() {
            Verdict::Continues
        } else {
            self.current = header;
            Verdict::Begins
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(ssrc: u32, sequence: u16) -> RtpHeader {
        RtpHeader { ssrc, sequence }
    }

    #[test]
    fn a_stream_continues_through_loss_reordering_and_wrap() {
        let now = Instant::now();
        let mut continuity = Continuity::new(header(1, 65_530));
        for sequence in [65_531, 65_529, 3, 65_535, 2_900] {
            assert_eq!(continuity.judge(header(1, sequence), now), Verdict::Continues, "{sequence}");
        }
    }

    #[test]
    fn a_restarted_sender_begins_a_new_stream() {
        let now = Instant::now();
        let mut continuity = Continuity::new(header(1, 100));
        assert_eq!(continuity.judge(header(1, 30_000), now), Verdict::Begins);
        assert_eq!(continuity.judge(header(1, 30_001), now), Verdict::Continues);
        assert_eq!(continuity.judge(header(2, 7), now), Verdict::Begins);
        assert_eq!(
            continuity.judge(header(1, 30_002), now),
            Verdict::Straggler,
            "late packets don't flap the track"
        );
        assert_eq!(
            continuity.judge(header(1, 30_003), now + STRAGGLERS),
            Verdict::Begins,
            "a sender may go back to its old stream"
        );
    }

    #[test]
    fn what_is_no_rtp_has_no_header() {
        assert_eq!(RtpHeader::parse(&[0x80; 11]), None);
        assert_eq!(RtpHeader::parse(&[0x40; 20]), None);
        let packet = [0x90, 0xe0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 9, 9];
        assert_eq!(RtpHeader::parse(&packet), Some(header(0x304, 0x102)));
    }
}
