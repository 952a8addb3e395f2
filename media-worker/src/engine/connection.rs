//! One rtc peer connection and the little around it that rtc leaves to its user: the two set-up
//! fixes (see `receive`), rewriting what is forwarded, and hearing RTCP.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCIceConnectionState;
use rtc::peer_connection::transport::RTCDtlsTransportState;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp::Packet;
use rtc::rtp::header::Header;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use super::credentials::ShardCrypto;
use super::feedback::Feedback;
use super::rewrite::{Rewriter, Source};
use super::sdp::{self, Offer};
use super::{MediaKind, NegotiateError, setup, stun};

/// A DTLS flight is at most a few datagrams; more is not waited with.
const MOST_HELD: usize = 8;

/// An outgoing track, as it was negotiated.
struct Sender {
    id: RTCRtpSenderId,
    ssrc: u32,
    /// The number both sides give to this kind's codec.
    payload_type: Option<u8>,
    /// Whether the browser wants to receive it.
    sends: bool,
    rewriter: Rewriter,
}

pub(super) struct Connection {
    peer: RTCPeerConnection,
    feedback: Receiver<Feedback>,
    senders: [Sender; 2],
    local: SocketAddr,
    pub offer: Offer,
    pub ufrag: String,
    pub password: String,
    ice_connected: bool,
    secure: bool,
    ended: bool,
    /// DTLS that came before ICE was connected: rtc would drop it, the browser repeat it a second later.
    held: Vec<BytesMut>,
    /// The nominating check that came before our own had succeeded: rtc neither answers nor remembers it.
    nomination: Option<(SocketAddrV4, BytesMut)>,
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
        let mut sender = |kind: MediaKind| -> Result<Sender, Error> {
            let ssrc = rand::random();
            let id = peer.add_track(setup::track(kind, ssrc))?;
            let rewriter = Rewriter::new(ssrc, kind.clock_rate());
            Ok(Sender {
                id,
                ssrc,
                payload_type: None,
                sends: false,
                rewriter,
            })
        };
        let senders = [sender(MediaKind::Audio)?, sender(MediaKind::Video)?];
        let mut connection = Connection {
            peer,
            feedback,
            senders,
            local: (local.0, local.1).into(),
            offer: offer.clone(),
            ufrag: String::new(),
            password: String::new(),
            ice_connected: false,
            secure: false,
            ended: false,
            held: Vec::new(),
            nomination: None,
        };
        connection
            .peer
            .add_local_candidate(setup::local_candidate(local.0, local.1)?)?;
        let answer = connection.answer(offer, sdp, now)?;
        Ok((connection, answer))
    }

    /// Answers an offer for this connection: a change of directions, or an ICE restart.
    pub fn answer(
        &mut self,
        offer: Offer,
        sdp: &str,
        now: Instant,
    ) -> Result<String, NegotiateError> {
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
        self.offer = offer;
        for (kind, sender) in MediaKind::ALL.into_iter().zip(&mut self.senders) {
            sender.sends = self
                .peer
                .rtp_transceiver(sender.id.into())
                .is_some_and(|transceiver| transceiver.current_direction().has_send());
            sender.payload_type = self.peer.rtp_sender(sender.id).and_then(|mut rtp| {
                let codecs = &rtp.get_parameters().rtp_parameters.codecs;
                codecs
                    .iter()
                    .find(|codec| kind.is_codec(&codec.rtp_codec.mime_type))
                    .map(|c| c.payload_type)
            });
        }
        Ok(text)
    }

    /// Takes back an offer that could not be answered, so that the connection stays what it was.
    pub fn roll_back(&mut self, now: Instant) {
        if let Ok(nothing) = RTCSessionDescription::rollback(None) {
            let _ = self.peer.set_remote_description(now, nothing);
        }
    }

    pub fn receive(&mut self, datagram: BytesMut, peer: SocketAddrV4, now: Instant) {
        if stun::is_stun(&datagram) {
            self.receive_stun(datagram, peer, now);
        } else if is_dtls(&datagram) && !self.ice_connected {
            if self.held.len() < MOST_HELD {
                self.held.push(datagram);
            }
        } else {
            let dtls = is_dtls(&datagram);
            self.hand_in(datagram, peer.into(), now);
            if dtls {
                self.notice_dtls_state();
            }
        }
    }

    fn receive_stun(&mut self, datagram: BytesMut, peer: SocketAddrV4, now: Instant) {
        if !self.ice_connected && stun::check(&datagram).is_some_and(|check| check.nominates) {
            self.nomination = Some((peer, datagram.clone()));
        }
        let answered = stun::is_success(&datagram);
        self.hand_in(datagram, peer.into(), now);
        if answered
            && !self.ice_connected
            && let Some((from, check)) = self.nomination.take_if(|(from, _)| *from == peer)
        {
            self.hand_in(check, from.into(), now);
        }
    }

    fn hand_in(&mut self, message: BytesMut, peer_addr: SocketAddr, now: Instant) {
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        // rtc says no to what is broken, late or not for it: on a network that is everyday.
        if let Err(error) = self.peer.handle_read(TaggedBytesMut {
            now,
            transport,
            message,
        }) {
            tracing::trace!(%error, "datagram refused");
        }
    }

    fn notice_dtls_state(&mut self) {
        let state = self
            .peer
            .rtp_sender(self.senders[0].id)
            .and_then(|sender| sender.transport().map(|transport| transport.state()));
        match state {
            Some(RTCDtlsTransportState::Connected) => self.secure = true,
            Some(RTCDtlsTransportState::Closed | RTCDtlsTransportState::Failed) => {
                self.ended = true
            }
            _ => {}
        }
    }

    /// Lets rtc go on after datagrams or its time-out.
    pub fn advance(&mut self, now: Instant) {
        while let Some(event) = self.peer.poll_event() {
            if let RTCPeerConnectionEvent::OnIceConnectionStateChangeEvent(state) = event {
                self.ice_connected = matches!(
                    state,
                    RTCIceConnectionState::Connected | RTCIceConnectionState::Completed
                );
                if self.ice_connected {
                    for datagram in std::mem::take(&mut self.held) {
                        self.hand_in(datagram, self.local, now);
                    }
                    self.notice_dtls_state();
                }
            }
        }
    }

    pub fn next_media(&mut self) -> Option<Media> {
        while let Some(message) = self.peer.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message
                && let Some(kind) = self.kind_of(packet.header.payload_type)
            {
                return Some(Media {
                    kind,
                    packet,
                    arrival: message.now,
                });
            }
        }
        None
    }

    fn kind_of(&self, payload_type: u8) -> Option<MediaKind> {
        let is = |kind: MediaKind| self.senders[kind.index()].payload_type == Some(payload_type);
        MediaKind::ALL.into_iter().find(|kind| is(*kind))
    }

    pub fn next_feedback(&mut self) -> Option<Feedback> {
        self.feedback.try_recv().ok()
    }

    /// The kind of our track with this SSRC.
    pub fn own_track(&self, ssrc: u32) -> Option<MediaKind> {
        MediaKind::ALL
            .into_iter()
            .find(|kind| self.senders[kind.index()].ssrc == ssrc)
    }

    /// True once media can go both ways: the DTLS handshake is done.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    pub fn is_connected(&self) -> bool {
        self.ice_connected
    }

    /// The browser said good-bye, or the handshake failed for good.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Sends a packet on as ours.
    pub fn forward(
        &mut self,
        kind: MediaKind,
        source: Source,
        header: &Header,
        payload: &Bytes,
        now: Instant,
    ) -> bool {
        let sender = &mut self.senders[kind.index()];
        let Some(payload_type) = sender.payload_type.filter(|_| self.secure && sender.sends) else {
            return false;
        };
        let mut header = header.clone();
        if !sender
            .rewriter
            .rewrite(&mut header, source, payload_type, now)
        {
            return false;
        }
        let packet = Packet {
            header,
            payload: payload.clone(),
        };
        let Some(mut rtp) = self.peer.rtp_sender(sender.id) else {
            return false;
        };
        let written = rtp.write_rtp(now, packet);
        if let Err(error) = &written {
            tracing::debug!(%error, kind = kind.name(), "packet not sent");
        }
        written.is_ok()
    }

    /// When a packet was last sent on our track.
    pub fn last_sent(&self, kind: MediaKind) -> Option<Instant> {
        self.senders[kind.index()].rewriter.last_at()
    }

    /// Asks the browser for a key frame of its track.
    pub fn request_key_frame(&mut self, media_ssrc: u32, now: Instant) {
        let sender = &self.senders[MediaKind::Video.index()];
        let request = PictureLossIndication {
            sender_ssrc: sender.ssrc,
            media_ssrc,
        };
        if let Some(mut rtp) = self.peer.rtp_sender(sender.id)
            && let Err(error) = rtp.write_rtcp(now, vec![Box::new(request)])
        {
            tracing::debug!(%error, "key frame not asked for");
        }
    }

    pub fn next_datagram(&mut self) -> Option<(SocketAddr, BytesMut)> {
        self.peer
            .poll_write()
            .map(|out| (out.transport.peer_addr, out.message))
    }

    pub fn handle_timeout(&mut self, now: Instant) {
        if let Err(error) = self.peer.handle_timeout(now) {
            tracing::debug!(%error, "time-out not handled");
        }
    }

    /// When rtc wants to be called again; never sooner than a millisecond, so that nothing can spin.
    pub fn deadline(&mut self, now: Instant) -> Option<Instant> {
        Some(
            self.peer
                .poll_timeout()?
                .max(now + Duration::from_millis(1)),
        )
    }

    /// Says good-bye; what it has to send stands in `next_datagram`.
    pub fn close(&mut self) {
        if let Err(error) = self.peer.close() {
            tracing::debug!(%error, "not closed cleanly");
        }
    }
}

/// RFC 7983.
fn is_dtls(datagram: &[u8]) -> bool {
    datagram
        .first()
        .is_some_and(|first| (20..64).contains(first))
}
