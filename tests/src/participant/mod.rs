//! A synthetic participant: one WebRTC connection that plays a clip and counts what it hears and
//! sees. It knows nothing of GraphQL; [`crate::story`] carries its offers and answers.

mod answering;
mod clock;
mod connection;
mod network;
mod received;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{PeerConnection, RTCPeerConnectionState, RTCSessionDescription};

pub use self::answering::Answering;
use self::connection::{Handler, OPUS, VP8, connect, track};
pub use self::network::Network;
pub use self::received::{Contributor, Counts, Kind, Received, contributor};
use crate::media::{Clip, Replay};
use crate::wait::{STEP, eventually, in_time};

/// What a participant sends.
#[derive(Clone, Debug)]
pub struct Sending {
    pub clip: Clip,
    pub video: bool,
    /// How wrong the participant's wall clock is.
    pub clock_off_seconds: i64,
    /// Through a [`Network`] of its own, rather than straight to the worker.
    pub own_network: bool,
}

impl Sending {
    pub fn video(clip: &Clip) -> Self {
        Self { clip: clip.clone(), video: true, clock_off_seconds: 0, own_network: false }
    }

    pub fn audio(clip: &Clip) -> Self {
        Self { video: false, ..Self::video(clip) }
    }
}

/// One connection; closed when it is dropped, and before that where somebody waits for [`Participant::close`].
pub struct Participant {
    peer: Arc<dyn PeerConnection>,
    received: Arc<Received>,
    state: watch::Receiver<RTCPeerConnectionState>,
    gathered: watch::Receiver<bool>,
    silent: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    tracks: Vec<(Arc<TrackLocalStaticRTP>, Kind, u32)>,
    replays: Vec<JoinHandle<()>>,
    sending: Sending,
    playing_since: Option<tokio::time::Instant>,
    network: Option<Network>,
}

impl Participant {
    /// Makes the connection with its tracks; nothing is sent before [`Self::answered`].
    pub async fn new(sending: &Sending) -> Self {
        let received = Arc::new(Received::default());
        let (state_sender, state) = watch::channel(RTCPeerConnectionState::New);
        let (gathered_sender, gathered) = watch::channel(false);
        let peer = connect(
            sending.clock_off_seconds,
            Handler { received: Arc::clone(&received), state: state_sender, gathered: gathered_sender },
        )
        .await;
        let mut tracks = vec![(track(Kind::Audio), Kind::Audio)];
        if sending.video {
            tracks.push((track(Kind::Video), Kind::Video));
        }
        let mut added = Vec::new();
        for ((track, ssrc), kind) in tracks {
            peer.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await.expect("a track is added");
            added.push((track, kind, ssrc));
        }
        Self {
            peer,
            received,
            state,
            gathered,
            silent: Arc::new(AtomicBool::new(false)),
            sent: Arc::new(AtomicU64::new(0)),
            tracks: added,
            replays: Vec::new(),
            sending: sending.clone(),
            playing_since: None,
            network: None,
        }
    }

    /// An offer with every candidate inside.
    pub async fn offer(&self) -> String {
        let offer = self.peer.create_offer(None).await.expect("an offer");
        self.describe_local(offer).await
    }

    /// Answers an offer of the other side.
    pub async fn answer(&self, offer: String) -> String {
        let offer = RTCSessionDescription::offer(offer).expect("an offer that parses");
        self.peer.set_remote_description(offer).await.expect("the offer is taken");
        let answer = self.peer.create_answer(None).await.expect("an answer");
        self.describe_local(answer).await
    }

    /// What answers the other side's later offers, beside whatever the participant does.
    pub fn answering(&self) -> Answering {
        Answering::new(&self.peer)
    }

    async fn describe_local(&self, description: RTCSessionDescription) -> String {
        self.peer.set_local_description(description).await.expect("the local description is taken");
        let mut gathered = self.gathered.clone();
        in_time("candidates gathered", STEP, gathered.wait_for(|done| *done))
            .await
            .expect("the connection lives");
        let sdp = self.peer.local_description().await.expect("a local description").sdp;
        if self.sending.own_network { network::without_candidates(&sdp) } else { sdp }
    }

    /// Takes the other side's answer.
    pub async fn answered(&mut self, mut answer: String) {
        if self.sending.own_network {
            if self.network.is_none() {
                self.network = Some(Network::before(network::udp_candidate(&answer)).await);
            }
            answer = network::with_candidate(&answer, self.network().address());
        }
        let answer = RTCSessionDescription::answer(answer).expect("an answer that parses");
        self.peer.set_remote_description(answer).await.expect("the answer is taken");
    }

    /// Asks for new ICE credentials with the next offer.
    pub async fn restart_ice(&self) {
        self.peer.restart_ice().await.expect("ICE restarts");
    }

    /// Waits until DTLS stands, then begins to play.
    pub async fn connected(&mut self) {
        let mut state = self.state.clone();
        in_time(
            "a participant's connection",
            STEP,
            state.wait_for(|state| *state == RTCPeerConnectionState::Connected),
        )
        .await
        .expect("the connection lives");
        if !self.replays.is_empty() {
            return;
        }
        let start = tokio::time::Instant::now();
        self.playing_since = Some(start);
        for (track, kind, ssrc) in &self.tracks {
            let (packets, payload_type, clock) = match kind {
                Kind::Audio => (&self.sending.clip.audio, OPUS, 48_000),
                Kind::Video => (&self.sending.clip.video, VP8, 90_000),
            };
            let replay = Replay {
                track: Arc::clone(track),
                packets: Arc::clone(packets),
                ssrc: *ssrc,
                payload_type,
                clock,
                silent: Arc::clone(&self.silent),
                sent: Arc::clone(&self.sent),
            };
            self.replays.push(tokio::spawn(replay.run(start)));
        }
    }

    /// Stops or takes up sending, as mute and camera off do.
    pub fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    /// When the clip began to play.
    pub fn playing_since(&self) -> tokio::time::Instant {
        self.playing_since.expect("it plays")
    }

    /// The network of its own.
    pub fn network(&self) -> &Network {
        self.network.as_ref().expect("a network of its own")
    }

    pub fn sent_packets(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub fn received(&self) -> &Arc<Received> {
        &self.received
    }

    pub fn state(&self) -> RTCPeerConnectionState {
        *self.state.borrow()
    }

    /// Waits until `more` further packets of `kind` have come.
    pub async fn hears(&self, kind: Kind, more: u64) {
        let goal = self.received.counts(kind).packets + more;
        // Sound has 50 a second.
        let within = STEP + Duration::from_millis(20 * more);
        eventually(&format!("{more} more packets of {kind:?}"), within, || async {
            (self.received.counts(kind).packets >= goal).then_some(())
        })
        .await;
    }

    /// Waits until no packet of `kind` has come for `quiet`.
    pub async fn falls_silent(&self, kind: Kind, quiet: Duration) {
        eventually(&format!("silence of {kind:?}"), STEP, || async {
            self.received.counts(kind).last_at.is_none_or(|at| at.elapsed() >= quiet).then_some(())
        })
        .await;
    }

    /// Ends the connection as a browser's `close()` does.
    pub async fn close(self) {
        self.peer.close().await.expect("the connection closes");
    }
}

/// Whoever stumbles is gone, too: a connection that is only dropped would go on.
impl Drop for Participant {
    fn drop(&mut self) {
        self.replays.iter().for_each(JoinHandle::abort);
        let peer = Arc::clone(&self.peer);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { peer.close().await });
        }
    }
}
