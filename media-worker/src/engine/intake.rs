//! How datagrams get into a connection, with what rtc leaves to its user: it drops whatever comes
//! while ICE isn't connected, and forgets a nomination that came too early. Both cost a second at
//! the start; the first also tears a hole into a call whose ICE restarts.

use std::net::{SocketAddr, SocketAddrV4};
use std::time::Instant;

use bytes::BytesMut;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::state::RTCIceConnectionState;
use rtc::peer_connection::transport::RTCDtlsTransportState;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use super::MediaKind;
use super::connection::Connection;
use super::stun;

/// A DTLS flight, or a fifth of a second of media while ICE restarts; more is not waited with.
pub(super) const MOST_HELD: usize = 64;

impl Connection {
    pub fn receive(&mut self, datagram: BytesMut, peer: SocketAddrV4, now: Instant) {
        if stun::is_stun(&datagram) {
            self.receive_stun(datagram, peer, now);
        } else if !self.ice_connected {
            if self.held.len() < MOST_HELD {
                self.held.push((now, datagram));
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
        if let Err(error) = self.peer.handle_read(TaggedBytesMut { now, transport, message }) {
            tracing::trace!(%error, "datagram refused");
        }
    }

    fn notice_dtls_state(&mut self) {
        let sender = self.own(MediaKind::Audio).id;
        let state = self
            .peer
            .rtp_sender(sender)
            .and_then(|sender| sender.transport().map(|transport| transport.state()));
        match state {
            Some(RTCDtlsTransportState::Connected) => self.secure = true,
            Some(RTCDtlsTransportState::Closed | RTCDtlsTransportState::Failed) => {
                self.ended = true;
            }
            _ => {}
        }
    }

    /// Lets rtc go on after datagrams or its time-out.
    pub fn advance(&mut self, now: Instant) {
        while let Some(event) = self.peer.poll_event() {
            if let RTCPeerConnectionEvent::OnIceConnectionStateChangeEvent(state) = event {
                self.ice_connected =
                    matches!(state, RTCIceConnectionState::Connected | RTCIceConnectionState::Completed);
                if self.ice_connected {
                    for (arrival, datagram) in std::mem::take(&mut self.held) {
                        self.hand_in(datagram, self.local, arrival);
                    }
                    self.notice_dtls_state();
                    self.write_waiting(now);
                }
            }
        }
    }
}

/// RFC 7983.
fn is_dtls(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| (20..64).contains(first))
}
