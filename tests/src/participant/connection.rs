//! The WebRTC connection beneath a participant: codecs, tracks, interceptors, events.

use std::sync::Arc;

use rtc::interceptor::Slot;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use tokio::sync::watch;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCPeerConnectionState, Registry, register_default_interceptors,
};

use super::clock::WrongClock;
use super::received::{Kind, Received};

pub(super) const OPUS: u8 = 111;
pub(super) const VP8: u8 = 96;

fn codec(kind: Kind) -> RTCRtpCodec {
    let feedback =
        |name: &str, parameter: &str| RTCPFeedback { typ: name.to_owned(), parameter: parameter.to_owned() };
    match kind {
        Kind::Audio => RTCRtpCodec {
            mime_type: MIME_TYPE_OPUS.to_owned(),
            clock_rate: 48_000,
            channels: 2,
            sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
            rtcp_feedback: vec![feedback("transport-cc", "")],
        },
        Kind::Video => RTCRtpCodec {
            mime_type: MIME_TYPE_VP8.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: vec![
                feedback("goog-remb", ""),
                feedback("ccm", "fir"),
                feedback("nack", ""),
                feedback("nack", "pli"),
                feedback("transport-cc", ""),
            ],
        },
    }
}

/// A track to send on, and its SSRC.
pub(super) fn track(kind: Kind) -> (Arc<TrackLocalStaticRTP>, u32) {
    let ssrc: u32 = rand::random();
    let (name, codec_kind) = match kind {
        Kind::Audio => ("audio", RtpCodecKind::Audio),
        Kind::Video => ("video", RtpCodecKind::Video),
    };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(ssrc),
            ..RTCRtpCodingParameters::default()
        },
        codec: codec(kind),
        ..RTCRtpEncodingParameters::default()
    };
    let track = MediaStreamTrack::new(
        "participant".to_owned(),
        name.to_owned(),
        name.to_owned(),
        codec_kind,
        vec![encoding],
    );
    (Arc::new(TrackLocalStaticRTP::new(track)), ssrc)
}

/// A connection that understands Opus and VP8.
pub(super) async fn connect(clock_off_seconds: i64, handler: Handler) -> Arc<dyn PeerConnection> {
    let mut engine = MediaEngine::default();
    for (kind, codec_kind, payload_type) in
        [(Kind::Audio, RtpCodecKind::Audio, OPUS), (Kind::Video, RtpCodecKind::Video, VP8)]
    {
        let parameters = RTCRtpCodecParameters { rtp_codec: codec(kind), payload_type };
        engine.register_codec(parameters, codec_kind).expect("a codec is registered");
    }
    let mut registry =
        register_default_interceptors(Registry::new(), &mut engine).expect("interceptors are registered");
    if clock_off_seconds != 0 {
        registry = registry.with(Slot::from(WrongClock::SLOT), WrongClock::new(clock_off_seconds));
    }
    let peer = PeerConnectionBuilder::new()
        .with_media_engine(engine)
        .with_interceptor_registry(registry)
        .with_handler(Arc::new(handler))
        .with_udp_addrs(vec!["127.0.0.1:0".to_owned()])
        .build()
        .await
        .expect("a peer connection");
    Arc::new(peer)
}

/// Takes note of what happens to a connection.
pub(super) struct Handler {
    pub(super) received: Arc<Received>,
    pub(super) state: watch::Sender<RTCPeerConnectionState>,
    pub(super) gathered: watch::Sender<bool>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        self.gathered.send_replace(state == RTCIceGatheringState::Complete);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.state.send_replace(state);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let received = Arc::clone(&self.received);
        // Reading happens beside the connection's driver: awaiting here would stall it.
        tokio::spawn(async move {
            let kind = match track.kind().await {
                RtpCodecKind::Video => Kind::Video,
                _ => Kind::Audio,
            };
            while let Some(event) = track.poll().await {
                match event {
                    TrackRemoteEvent::OnRtpPacket(packet) => received.take(kind, &packet),
                    TrackRemoteEvent::OnEnded => break,
                    _ => {}
                }
            }
        });
    }
}
