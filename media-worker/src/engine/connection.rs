//! One rtc peer connection and the little around it that rtc leaves to its user: the two set-up
//! fixes (see `receive`), rewriting what is forwarded, and hearing RTCP.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
use rtc::rtp::Packet;
use rtc::rtp::header::Header;
use rtc::sansio::Protocol;

use super::credentials::ShardCrypto;
use super::feedback::Feedback;
use super::intake::MOST_HELD;
use super::rewrite::Source;
use super::sdp::{self, Offer};
use super::slot::{Sender, Slot};
use super::{MediaKind, NegotiateError, setup};

/// One of our tracks: its slot, and which of the two.
pub(super) type Track = (usize, MediaKind);

pub(super) struct Connection {
    pub peer: RTCPeerConnection,
    feedback: Receiver<Feedback>,
    /// Never without the first.
    pub slots: Vec<Slot>,
    pub local: SocketAddr,
    pub offer: Offer,
    pub ufrag: String,
    pub password: String,
    pub ice_connected: bool,
    /// The DTLS handshake is done: media can go both ways.
    pub secure: bool,
    /// The browser said good-bye, or the handshake failed for good.
    pub ended: bool,
    /// What came before ICE was connected, when it came.
    pub held: Vec<(Instant, BytesMut)>,
    /// The nominating check that came before our own had succeeded.
    pub nomination: Option<(SocketAddrV4, BytesMut)>,
    /// Packets of ours for when ICE is connected again.
    waiting: Vec<(Track, Packet)>,
}

/// A packet that the browser sent, decrypted.
pub(super) struct Media {
    pub kind: MediaKind,
    pub packet: Packet,
    pub arrival: Instant,
}

impl Connection {
    /// Answers a first offer. Both our tracks are added before the offer is read, so that they go
    /// into its media sections and a call of two needs no second negotiation.
    pub fn answer_first(
        offer: Offer,
        sdp: &str,
        crypto: Arc<ShardCrypto>,
        local: (Ipv4Addr, u16),
        now: Instant,
    ) -> Result<(Connection, String), NegotiateError> {
        let (mut peer, feedback) = setup::peer_connection(crypto, now)?;
        let slots = vec![Slot::add(&mut peer, 0, now)?];
        let mut connection = Connection {
            peer,
            feedback,
            slots,
            local: (local.0, local.1).into(),
            offer: offer.clone(),
            ufrag: String::new(),
            password: String::new(),
            ice_connected: false,
            secure: false,
            ended: false,
            held: Vec::new(),
            nomination: None,
            waiting: Vec::new(),
        };
        connection.peer.add_local_candidate(setup::local_candidate(local.0, local.1)?)?;
        let answer = connection.answer(offer, sdp, now)?;
        Ok((connection, answer))
    }

    /// Answers an offer for this connection: a change of directions, or an ICE restart.
    pub fn answer(&mut self, offer: Offer, sdp: &str, now: Instant) -> Result<String, NegotiateError> {
        let remote = RTCSessionDescription::offer(sdp::without_candidates(sdp))?;
        self.peer.set_remote_description(now, remote)?;
        let answer = self.peer.create_answer(None)?;
        let text = answer.sdp.clone();
        self.peer.set_local_description(now, answer)?;
        let written = |name| {
            let value = sdp::attribute(&text, name).map(str::to_owned);
            value.ok_or_else(|| NegotiateError::Sdp("no media in it that we speak".to_owned()))
        };
        (self.ufrag, self.password) = (written("ice-ufrag")?, written("ice-pwd")?);
        // A restart has no pair yet, though rtc says so only with its next event.
        self.ice_connected &= self.offer.ufrag == offer.ufrag;
        self.offer = offer;
        self.read_slots();
        Ok(text)
    }

    /// Takes over what was negotiated.
    pub fn read_slots(&mut self) {
        for slot in &mut self.slots {
            slot.read(&mut self.peer);
        }
    }

    /// Takes back an offer that could not be answered, so that the connection stays what it was.
    pub fn roll_back(&mut self, now: Instant) {
        if let Ok(nothing) = RTCSessionDescription::rollback(None) {
            let _ = self.peer.set_remote_description(now, nothing);
        }
    }

    pub fn next_media(&mut self) -> Option<Media> {
        while let Some(message) = self.peer.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message
                && let Some(kind) = self.kind_of(packet.header.payload_type)
            {
                return Some(Media { kind, packet, arrival: message.now });
            }
        }
        None
    }

    /// The first slot's tracks, which share their sections with the browser's own.
    pub fn own(&self, kind: MediaKind) -> &Sender {
        &self.slots[0].senders[kind as usize]
    }

    fn kind_of(&self, payload_type: u8) -> Option<MediaKind> {
        let is = |kind: MediaKind| self.own(kind).payload_type == Some(payload_type);
        MediaKind::ALL.iter().copied().find(|kind| is(*kind))
    }

    pub fn next_feedback(&mut self) -> Option<Feedback> {
        self.feedback.try_recv().ok()
    }

    /// Our track with this SSRC.
    pub fn own_track(&self, ssrc: u32) -> Option<Track> {
        self.slots.iter().enumerate().find_map(|(number, slot)| Some((number, slot.track(ssrc)?)))
    }

    /// Sends a packet on as ours.
    pub fn forward(&mut self, track: Track, source: Source, header: &Header, payload: &Bytes, now: Instant) {
        let Some(slot) = self.slots.get_mut(track.0) else { return };
        let sender = &mut slot.senders[track.1 as usize];
        let Some(payload_type) = sender.payload_type.filter(|_| self.secure && sender.sends) else {
            return;
        };
        let mut header = header.clone();
        if !sender.rewriter.rewrite(&mut header, source, payload_type, now) {
            return;
        }
        let payload = payload.clone();
        if track.1 == MediaKind::Video {
            slot.picture.count(payload.len(), now);
        }
        let packet = Packet { header, payload };
        if self.ice_connected {
            self.write(track, packet, now);
        } else if self.waiting.len() < MOST_HELD {
            self.waiting.push((track, packet));
        }
    }

    fn write(&mut self, (slot, kind): Track, packet: Packet, now: Instant) {
        let sender = self.slots.get(slot).map(|slot| slot.senders[kind as usize].id);
        let Some(mut rtp) = sender.and_then(|sender| self.peer.rtp_sender(sender)) else {
            return;
        };
        if let Err(error) = rtp.write_rtp(now, packet) {
            tracing::debug!(%error, %kind, slot, "packet not sent");
        }
    }

    /// Sends what ICE's restart held up.
    pub fn write_waiting(&mut self, now: Instant) {
        for (track, packet) in std::mem::take(&mut self.waiting) {
            self.write(track, packet, now);
        }
    }

    /// When a packet was last sent on our first track of a kind.
    pub fn last_sent(&self, kind: MediaKind) -> Option<Instant> {
        self.own(kind).rewriter.last_at()
    }

    /// Asks the browser for a key frame of its track.
    pub fn request_key_frame(&mut self, media_ssrc: u32, now: Instant) {
        let sender_ssrc = self.own(MediaKind::Video).ssrc;
        self.write_rtcp(Box::new(PictureLossIndication { sender_ssrc, media_ssrc }), now);
    }

    /// Tells the browser to send no more video than this (draft-alvestrand-rmcat-remb-03; browsers
    /// heed it beside their own measurement).
    pub fn limit_video(&mut self, media_ssrc: u32, kbps: f32, now: Instant) {
        let sender_ssrc = self.own(MediaKind::Video).ssrc;
        let (bitrate, ssrcs) = (kbps * 1000.0, vec![media_ssrc]);
        self.write_rtcp(Box::new(ReceiverEstimatedMaximumBitrate { sender_ssrc, bitrate, ssrcs }), now);
    }

    fn write_rtcp(&mut self, packet: Box<dyn rtcp::Packet>, now: Instant) {
        let sender = self.own(MediaKind::Video).id;
        if let Some(mut rtp) = self.peer.rtp_sender(sender)
            && let Err(error) = rtp.write_rtcp(now, vec![packet])
        {
            tracing::debug!(%error, "RTCP not sent");
        }
    }

    pub fn next_datagram(&mut self) -> Option<(SocketAddr, BytesMut)> {
        self.peer.poll_write().map(|out| (out.transport.peer_addr, out.message))
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if let Err(error) = self.peer.handle_timeout(now) {
            tracing::debug!(%error, "time-out not handled");
        }
    }

    /// When rtc wants to be called again; never sooner than a millisecond, so that nothing can spin.
    pub fn deadline(&mut self, now: Instant) -> Option<Instant> {
        Some(self.peer.poll_timeout()?.max(now + Duration::from_millis(1)))
    }

    /// Says good-bye; what it has to send stands in `next_datagram`.
    pub fn close(&mut self) {
        if let Err(error) = self.peer.close() {
            tracing::debug!(%error, "not closed cleanly");
        }
    }
}
