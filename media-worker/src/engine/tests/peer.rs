//! A participant in the test's own hands: an rtc connection that offers, driven step by step.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::interceptor::Slot;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtp::Packet;
use rtc::rtp::header::Header;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use super::limits::LimitEar;
use crate::engine::feedback::{Ear, Feedback};
use crate::engine::{MediaKind, setup};

/// Nothing on loopback takes longer.
pub const PATIENCE: Duration = Duration::from_secs(15);

pub struct Peer {
    rtc: RTCPeerConnection,
    socket: UdpSocket,
    /// Its first address, the only one its rtc knows.
    address: SocketAddr,
    heard: Receiver<Feedback>,
    told: Receiver<f32>,
    /// Its tracks: id, SSRC, next sequence number.
    senders: HashMap<MediaKind, (RTCRtpSenderId, u32, u16)>,
    pub connected: bool,
    pub received: Vec<(MediaKind, Packet)>,
    pub key_frame_requests: usize,
    /// What it was told to send at most, in kbit/s.
    pub limits: Vec<f32>,
    /// Tells this participant's packets from others'.
    pub name: String,
}

impl Peer {
    pub fn new(name: impl Into<String>) -> Peer {
        let mut peer = Peer::without_tracks(name);
        MediaKind::ALL.iter().copied().for_each(|kind| peer.add(kind));
        peer
    }

    pub fn add(&mut self, kind: MediaKind) {
        let ssrc = rand::random();
        let id = self.rtc.add_track(setup::track(kind, ssrc, 0)).unwrap();
        // In the lower half, as browsers do: it must not begin anew before the first packet arrives (RFC 3711, 3.3.1).
        self.senders.insert(kind, (id, ssrc, rand::random::<u16>() / 2));
    }

    pub fn without_tracks(name: impl Into<String>) -> Peer {
        let mut media = MediaEngine::default();
        for kind in MediaKind::ALL.iter().copied() {
            media.register_codec(setup::codec(kind), setup::codec_kind(kind)).unwrap();
        }
        let ((out, heard), (tell, told)) = (channel(), channel());
        let registry = register_default_interceptors(rtc::interceptor::Registry::new(), &mut media).unwrap();
        let now = Instant::now();
        let rtc = RTCPeerConnectionBuilder::new()
            .with_media_engine(media)
            .with_interceptor_registry(
                registry.with(Slot::from(500), Ear::new(out)).with(Slot::from(400), LimitEar::new(tell)),
            )
            .build(now)
            .unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let (senders, received) = (HashMap::new(), Vec::new());
        let address = socket.local_addr().unwrap();
        Peer {
            rtc,
            socket,
            address,
            heard,
            told,
            senders,
            connected: false,
            received,
            key_frame_requests: 0,
            limits: Vec::new(),
            name: name.into(),
        }
    }

    pub fn offer(&mut self) -> String {
        let candidate = setup::local_candidate([127, 0, 0, 1].into(), self.address.port()).unwrap();
        self.rtc.add_local_candidate(candidate).unwrap();
        let offer = self.rtc.create_offer(None).unwrap();
        let sdp = offer.sdp.clone();
        self.rtc.set_local_description(Instant::now(), offer).unwrap();
        sdp
    }

    pub fn restart_ice(&mut self) -> String {
        self.rtc.restart_ice();
        self.offer()
    }

    pub fn take_answer(&mut self, sdp: String) {
        let answer = RTCSessionDescription::answer(sdp).unwrap();
        self.rtc.set_remote_description(Instant::now(), answer).unwrap();
    }

    /// Answers an offer of the engine's.
    pub fn take_offer(&mut self, sdp: String) -> String {
        let now = Instant::now();
        let offer = RTCSessionDescription::offer(sdp).unwrap();
        self.rtc.set_remote_description(now, offer).unwrap();
        let answer = self.rtc.create_answer(None).unwrap();
        let sdp = answer.sdp.clone();
        self.rtc.set_local_description(now, answer).unwrap();
        sdp
    }

    /// Takes its own unanswered offer back.
    pub fn withdraw(&mut self) {
        let nothing = RTCSessionDescription::rollback(None).unwrap();
        self.rtc.set_local_description(Instant::now(), nothing).unwrap();
    }

    /// Comes from another address from now on, as a phone does that leaves the house.
    pub fn move_house(&mut self) {
        self.socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        self.socket.set_nonblocking(true).unwrap();
    }

    /// Sends one packet whose payload is the participant's name and `text`.
    pub fn say(&mut self, kind: MediaKind, text: &str) {
        let (id, ssrc, next) = self.senders.get_mut(&kind).unwrap();
        let (id, ssrc, sequence) = (*id, *ssrc, std::mem::replace(next, next.wrapping_add(1)));
        let header = Header {
            version: 2,
            ssrc,
            sequence_number: sequence,
            timestamp: u32::from(sequence) * 960,
            payload_type: setup::codec(kind).payload_type,
            ..Header::default()
        };
        let payload = Bytes::from(format!("{} {text}", self.name));
        let packet = Packet { header, payload };
        self.rtc.rtp_sender(id).unwrap().write_rtp(Instant::now(), packet).unwrap();
    }

    /// Of the one whom it saw last.
    pub fn lose_picture(&mut self) {
        let video = self.received.iter().rfind(|(kind, _)| *kind == MediaKind::Video);
        let media_ssrc = video.map(|(_, packet)| packet.header.ssrc).unwrap();
        let loss = PictureLossIndication { sender_ssrc: 0, media_ssrc };
        let id = self.senders[&MediaKind::Audio].0;
        self.rtc.rtp_sender(id).unwrap().write_rtcp(Instant::now(), vec![Box::new(loss)]).unwrap();
    }

    /// Reports twice, since once may be chance, how much it lost of a stream.
    pub fn report_loss(&mut self, ssrc: u32, percent: u32) {
        let fraction_lost = (percent * 256 / 100) as u8;
        let report = ReceptionReport { ssrc, fraction_lost, ..ReceptionReport::default() };
        let report = ReceiverReport { ssrc: 0, reports: vec![report], ..ReceiverReport::default() };
        let id = self.senders[&MediaKind::Audio].0;
        let mut sender = self.rtc.rtp_sender(id).unwrap();
        for _ in 0..2 {
            sender.write_rtcp(Instant::now(), vec![Box::new(report.clone())]).unwrap();
        }
    }

    /// What was said to it of a kind, without the silence that fills a lonely leg.
    pub fn heard(&self, kind: MediaKind) -> Vec<String> {
        let of_kind = self.received.iter().filter(|(other, _)| *other == kind);
        of_kind.filter_map(|(_, packet)| String::from_utf8(packet.payload.to_vec()).ok()).collect()
    }

    pub fn has_heard(&self, kind: MediaKind, text: &str) -> bool {
        self.heard(kind).iter().any(|heard| heard == text)
    }

    pub fn close(&mut self) {
        self.rtc.close().unwrap();
        self.step();
    }

    /// Sends and takes what there is.
    pub fn step(&mut self) {
        let now = Instant::now();
        let local_addr = self.address;
        let mut buffer = [0; 2048];
        while let Ok((length, peer_addr)) = self.socket.recv_from(&mut buffer) {
            let transport = TransportContext {
                local_addr,
                peer_addr,
                transport_protocol: TransportProtocol::UDP,
                ecn: None,
            };
            let message = BytesMut::from(&buffer[..length]);
            let _ = self.rtc.handle_read(TaggedBytesMut { now, transport, message });
        }
        if self.rtc.poll_timeout().is_some_and(|due| due <= now) {
            self.rtc.handle_timeout(now).unwrap();
        }
        while let Some(event) = self.rtc.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.connected = state == RTCPeerConnectionState::Connected;
            }
        }
        while let Some(message) = self.rtc.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message.message {
                let is = |kind: &MediaKind| setup::codec(*kind).payload_type == packet.header.payload_type;
                let kind = MediaKind::ALL.iter().copied().find(is).unwrap();
                self.received.push((kind, packet));
            }
        }
        while let Ok(feedback) = self.heard.try_recv() {
            self.key_frame_requests += usize::from(matches!(feedback, Feedback::KeyFrame { .. }));
        }
        self.limits.extend(self.told.try_iter());
        while let Some(out) = self.rtc.poll_write() {
            let _ = self.socket.send_to(&out.message, out.transport.peer_addr);
        }
    }
}

/// Lets all go on for the time a datagram needs on loopback.
pub fn step(peers: &mut [&mut Peer]) {
    peers.iter_mut().for_each(|peer| peer.step());
    // Each has a socket and timers of its own, and what a test waits for may be the engine's: nothing common to wait on.
    std::thread::sleep(Duration::from_millis(1));
}

/// Lets all go on until `done`; fails if that takes too long.
pub fn until(peers: &mut [&mut Peer], what: &str, mut done: impl FnMut(&mut [&mut Peer]) -> bool) {
    let start = Instant::now();
    while !done(peers) {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        step(peers);
    }
}
