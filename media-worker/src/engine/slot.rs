//! A pair of outgoing tracks, voice and picture, that carries one source at a time. Slot 0 goes into the browser's own
//! media sections; the others are sections that we add (`renegotiation`).

use std::time::{Duration, Instant};

use rtc::peer_connection::RTCPeerConnection;
use rtc::rtp_transceiver::rtp_sender::RTCRtpCodecParameters;
use rtc::rtp_transceiver::{RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::shared::error::Error;

use super::downlink::Downlink;
use super::rewrite::Rewriter;
use super::{MediaKind, setup};
use crate::media;

/// As many as a call has other parties.
pub(super) const MOST_SLOTS: usize = 15;

/// An outgoing track, as it was negotiated.
pub(super) struct Sender {
    pub id: RTCRtpSenderId,
    pub ssrc: u32,
    /// The number both sides give to this kind's codec.
    pub payload_type: Option<u8>,
    /// Whether the browser wants to receive it.
    pub sends: bool,
    pub rewriter: Rewriter,
}

pub(super) struct Slot {
    pub senders: [Sender; 2],
    pub downlink: Downlink,
    pub picture: Rate,
    /// The browser has taken it or not; until then neither.
    pub answered: bool,
}

impl Slot {
    /// The next slot of a connection. The first one's tracks go both ways, in the browser's own sections.
    pub fn add(peer: &mut RTCPeerConnection, number: usize, now: Instant) -> Result<Slot, Error> {
        let mut sender = |kind: MediaKind| -> Result<Sender, Error> {
            let ssrc = rand::random();
            let track = setup::track(kind, ssrc, number);
            let id = if number == 0 {
                peer.add_track(track)?
            } else {
                let direction = RTCRtpTransceiverDirection::Sendonly;
                let only = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
                peer.add_transceiver_from_track(track, Some(only))?.into()
            };
            let rewriter = Rewriter::new(ssrc, media::clock_rate(kind));
            Ok(Sender { id, ssrc, payload_type: None, sends: false, rewriter })
        };
        let senders = [sender(MediaKind::Audio)?, sender(MediaKind::Video)?];
        Ok(Slot { senders, downlink: Downlink::default(), picture: Rate::new(now), answered: number == 0 })
    }

    /// Takes over what was negotiated.
    pub fn read(&mut self, peer: &mut RTCPeerConnection) {
        for (kind, sender) in MediaKind::ALL.iter().copied().zip(&mut self.senders) {
            sender.sends = peer
                .rtp_transceiver(sender.id.into())
                .is_some_and(|transceiver| transceiver.current_direction().has_send());
            let is_ours = |codec: &&RTCRtpCodecParameters| setup::is_codec(kind, &codec.rtp_codec.mime_type);
            sender.payload_type = peer.rtp_sender(sender.id).and_then(|mut rtp| {
                let codecs = &rtp.get_parameters().rtp_parameters.codecs;
                codecs.iter().find(is_ours).map(|codec| codec.payload_type)
            });
        }
    }

    /// Whether a source can be put into it. What becomes of the first one shows with its first answer.
    pub fn is_open(&self, number: usize) -> bool {
        number == 0 || self.answered && self.senders.iter().any(|sender| sender.sends)
    }

    /// The kind of its track with this SSRC.
    pub fn track(&self, ssrc: u32) -> Option<MediaKind> {
        MediaKind::ALL.iter().copied().find(|kind| self.senders[*kind as usize].ssrc == ssrc)
    }
}

/// Kilobits a second, averaged over the last whole second.
#[derive(Debug)]
pub(super) struct Rate {
    since: Instant,
    bytes: usize,
    kbps: f32,
}

impl Rate {
    pub fn new(now: Instant) -> Rate {
        Rate { since: now, bytes: 0, kbps: 0.0 }
    }

    pub fn count(&mut self, bytes: usize, now: Instant) {
        self.kbps(now);
        self.bytes += bytes;
    }

    pub fn kbps(&mut self, now: Instant) -> f32 {
        let elapsed = now.saturating_duration_since(self.since);
        if elapsed >= Duration::from_secs(1) {
            self.kbps = self.bytes as f32 * 8.0 / 1000.0 / elapsed.as_secs_f32();
            (self.since, self.bytes) = (now, 0);
        }
        self.kbps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_the_last_whole_second() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        rate.count(125_000, start);
        assert_eq!(rate.kbps(start + Duration::from_millis(900)), 0.0);
        assert_eq!(rate.kbps(start + Duration::from_secs(1)), 1_000.0);
        assert_eq!(rate.kbps(start + Duration::from_secs(2)), 0.0);
    }
}
