//! How a leg's rtc connection is made: Opus and VP8 alone, and the interceptors a forwarder needs.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rtc::interceptor::{NackGeneratorBuilder, NackResponderBuilder, Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{configure_rtcp_reports, configure_twcc};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::shared::error::Error;

use super::MediaKind;
use super::credentials::ShardCrypto;
use super::feedback::{Ear, Feedback};
use crate::media;

/// Nearest the wire, before any interceptor that takes RTCP out.
const EAR: usize = 500;
/// Packets kept for retransmission: 256 are about a second of 2 Mbit/s video, 300 KB at most.
const RETRANSMISSION: u16 = 256;
/// A gap is asked for a few times within that second, then it is the key frame's business.
const NACKS_A_PACKET: u16 = 8;
const NACK_INTERVAL: Duration = Duration::from_millis(40);
/// Our own consent checks; silence itself is judged by the leg, so rtc's time-outs are off:
/// its `Failed` forgets all candidates, and a laptop that wakes up could not come back.
const CONSENT: Duration = Duration::from_secs(2);

pub(super) fn codec(kind: MediaKind) -> RTCRtpCodecParameters {
    let (mime_type, channels, fmtp, payload_type) = match kind {
        MediaKind::Audio => (MIME_TYPE_OPUS, 2, "minptime=10;useinbandfec=1", 111),
        MediaKind::Video => (MIME_TYPE_VP8, 0, "", 96),
    };
    let feedback =
        |typ: &str, parameter: &str| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
    let rtcp_feedback = match kind {
        MediaKind::Audio => vec![],
        MediaKind::Video => {
            vec![feedback("ccm", "fir"), feedback("nack", ""), feedback("nack", "pli")]
        }
    };
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate: media::clock_rate(kind),
            channels,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback,
        },
        payload_type,
    }
}

pub(super) fn is_codec(kind: MediaKind, mime_type: &str) -> bool {
    mime_type.eq_ignore_ascii_case(&codec(kind).rtp_codec.mime_type)
}

pub(super) fn codec_kind(kind: MediaKind) -> RtpCodecKind {
    match kind {
        MediaKind::Audio => RtpCodecKind::Audio,
        MediaKind::Video => RtpCodecKind::Video,
    }
}

/// A connection that will answer, and where its RTCP can be heard.
pub(super) fn peer_connection(
    crypto: Arc<ShardCrypto>,
    now: Instant,
) -> Result<(RTCPeerConnection, Receiver<Feedback>), Error> {
    let mut media = MediaEngine::default();
    for kind in MediaKind::ALL.iter().copied() {
        media.register_codec(codec(kind), codec_kind(kind))?;
    }
    let (out, feedback) = channel();
    let registry = Registry::new()
        .with(Slot::from(EAR), Ear::new(out))
        .with(Slot::NackResponder, NackResponderBuilder::new().with_size(RETRANSMISSION).build())
        .with(
            Slot::NackGenerator,
            NackGeneratorBuilder::new()
                .with_size(RETRANSMISSION)
                .with_interval(NACK_INTERVAL)
                .with_max_nacks_per_packet(NACKS_A_PACKET)
                .build(),
        );
    let registry = configure_twcc(configure_rtcp_reports(registry), &mut media)?;
    let settings = SettingEngineBuilder::new()
        .with_crypto_provider(crypto)
        .with_ice_timeouts(Some(Duration::ZERO), Some(Duration::ZERO), Some(CONSENT))
        .with_answering_dtls_role(RTCDtlsRole::Server)
        .build();
    let peer = RTCPeerConnectionBuilder::new()
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .build(now)?;
    Ok((peer, feedback))
}

/// One track of a slot; both its tracks are one stream, so that the browser keeps them in step. A track's name is its own
/// alone in the connection: rtc goes by it.
pub(super) fn track(kind: MediaKind, ssrc: u32, slot: usize) -> MediaStreamTrack {
    MediaStreamTrack::new(
        format!("slot{slot}"),
        format!("slot{slot}-{}", media::name(kind)),
        media::name(kind).to_owned(),
        codec_kind(kind),
        vec![RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..RTCRtpCodingParameters::default()
            },
            codec: codec(kind).rtp_codec,
            ..RTCRtpEncodingParameters::default()
        }],
    )
}

/// The one local candidate rtc knows. Which of our addresses a datagram really came to is the
/// socket's matter; to rtc they are all this one.
pub(super) fn local_candidate(address: Ipv4Addr, port: u16) -> Result<RTCIceCandidateInit, Error> {
    let candidate = CandidateHostConfig {
        base_config: CandidateConfig {
            network: "udp".to_owned(),
            address: address.to_string(),
            port,
            component: 1,
            ..CandidateConfig::default()
        },
        ..CandidateHostConfig::default()
    }
    .new_candidate_host()?;
    RTCIceCandidate::from(&candidate).to_json()
}
