//! A participant's other half: it answers what the platform offers by itself, as a browser does.

use std::sync::Arc;

use webrtc::peer_connection::{PeerConnection, RTCSessionDescription};

/// Answers offers for one connection. Cheap to clone.
#[derive(Clone)]
pub struct Answering(Arc<dyn PeerConnection>);

impl Answering {
    pub(super) fn new(peer: &Arc<dyn PeerConnection>) -> Self {
        Self(Arc::clone(peer))
    }

    /// Takes an offer and gives the answer. Its addresses were told before.
    ///
    /// # Panics
    /// When the offer can't be taken.
    pub async fn answer(&self, offer: String) -> String {
        let offer = RTCSessionDescription::offer(offer).expect("an offer that parses");
        self.0.set_remote_description(offer).await.expect("the offer is taken");
        let answer = self.0.create_answer(None).await.expect("an answer");
        let sdp = answer.sdp.clone();
        self.0.set_local_description(answer).await.expect("the answer is taken");
        sdp
    }
}
