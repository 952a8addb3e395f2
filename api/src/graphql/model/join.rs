//! Joining a call: the web side of a leg.

use async_graphql::{Context, Object, SimpleObject, Union};
use domain::{
    calls::{self, join},
    config::Config,
    routing::{Estimate, Visit},
};

use super::{Call, CallState, Leg, MediaKind, QueueClosed};
use crate::graphql::{
    context::{ContextExt, named},
    fault::Answer,
    loaders::OutlookOf,
    scalars::DateTime,
};

/// A STUN or TURN server for `RTCPeerConnection`.
#[derive(Clone, SimpleObject)]
pub struct IceServer {
    /// `stun:`, `turn:` and `turns:` addresses.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
    /// When username and credential end.
    pub expires_at: Option<DateTime>,
}

impl IceServer {
    /// Those of the installation.
    pub fn all(config: &Config) -> Vec<Self> {
        if config.ice_servers.is_empty() {
            return Vec::new();
        }
        vec![Self { urls: config.ice_servers.clone(), username: None, credential: None, expires_at: None }]
    }
}

/// What a browser needs to bring up its side of a call.
pub struct JoinInfo {
    pub joined: join::Joined,
    pub ice_servers: Vec<IceServer>,
}

/// What a browser needs to bring up its side of a call.
#[Object]
impl JoinInfo {
    /// The caller's leg.
    async fn leg(&self) -> Leg {
        Leg(self.joined.leg.clone())
    }

    /// The call.
    async fn call(&self) -> Call {
        Call(self.joined.call.clone())
    }

    /// Goes into `legNegotiate` and `legTrickle`; 0 while no media worker has the call yet, which `legNegotiate` waits for.
    async fn epoch(&self) -> i32 {
        self.joined.call.epoch
    }

    /// Counts the pages that took the leg up, of which the last one has it. Goes into `legNegotiate`, `legTrickle`, `legSignals`
    /// and, when the same page joins again, `callJoin`.
    async fn generation(&self) -> i32 {
        self.joined.leg.generation
    }

    /// For `RTCPeerConnection`.
    async fn ice_servers(&self) -> &[IceServer] {
        &self.ice_servers
    }

    /// The bearer token that the link is bound to; null for one who joins with it. Keep it for a reload.
    async fn guest_token(&self) -> Option<&str> {
        self.joined.guest_token.as_deref()
    }

    /// To be shown and answered by `consentGive`; null when there is nothing to ask.
    async fn consent_wording(&self) -> Option<&str> {
        self.joined.consent_wording.as_deref()
    }
}

/// What a join link says before it is taken up.
pub struct Invitation {
    it: join::Invitation,
    /// That in which the call is.
    visit: Option<Visit>,
}

impl Invitation {
    pub async fn load(context: &Context<'_>, it: join::Invitation) -> Answer<Self> {
        let visit = named(context, it.call.visit_id).await?;
        Ok(Self { it, visit })
    }

    fn waits(&self) -> bool {
        let call = &self.it.call;
        waits(call.state, call.answer_by.is_some(), self.visit.as_ref().map(|visit| visit.callback))
    }

    async fn queue(&self, context: &Context<'_>) -> Answer<Option<String>> {
        Ok(named(context, self.it.call.queue_id).await?.map(|queue| queue.name))
    }

    async fn outlook(&self, context: &Context<'_>) -> Answer<Option<Estimate>> {
        named(context, self.it.call.visit_id.filter(|_| self.waits()).map(OutlookOf)).await
    }
}

/// In a queue, with no agent on the line. A call-back waits until its contact is rung; one that was answered and lost its
/// agent waits like any other, with its contact in the call. `visit` is whether the open visit is a call-back's.
fn waits(state: calls::CallState, rung: bool, visit: Option<bool>) -> bool {
    use calls::CallState::{Queued, Ringing};
    !rung && visit.is_some_and(|callback| callback || matches!(state, Queued | Ringing))
}

/// What a join link says before it is taken up.
#[Object]
impl Invitation {
    /// Who is calling: the agent, or the queue's name while there is none yet.
    async fn caller_name(&self, context: &Context<'_>) -> Answer<String> {
        if self.waits() || self.it.caller.is_empty() {
            return Ok(self.queue(context).await?.unwrap_or_else(|| self.it.caller.clone()));
        }
        Ok(self.it.caller.clone())
    }

    /// Whether it is the link of a call-back. False while it waits again after it was answered: then it is joined like any
    /// other call that waits.
    async fn callback(&self) -> bool {
        self.visit.as_ref().map_or(self.it.call.callback_of.is_some(), |visit| visit.callback)
    }

    /// Nobody is there yet who would talk. Of a call-back: don't join before, but ask again every few seconds.
    async fn waiting(&self) -> bool {
        self.waits()
    }

    /// The queue that the call came through.
    async fn queue_name(&self, context: &Context<'_>) -> Answer<Option<String>> {
        self.queue(context).await
    }

    /// What is told about the queue while the call waits in it and it is closed; null while it is open.
    async fn queue_closed(&self, context: &Context<'_>) -> Answer<Option<QueueClosed>> {
        let queue = named(context, self.it.call.queue_id.filter(|_| self.waits())).await?;
        Ok(queue.and_then(|queue| QueueClosed::of(queue, context.platform().clock.now())))
    }

    /// Its place in the queue, 1 for the next one; null when it doesn't wait.
    async fn position(&self, context: &Context<'_>) -> Answer<Option<i64>> {
        Ok(self.outlook(context).await?.map(|outlook| outlook.inputs.position))
    }

    /// How long it will still wait; null when it doesn't, and while nobody works.
    async fn estimated_wait_seconds(&self, context: &Context<'_>) -> Answer<Option<f64>> {
        Ok(self.outlook(context).await?.and_then(|outlook| outlook.seconds))
    }

    /// Whom the link is for.
    async fn contact_name(&self) -> &str {
        &self.it.leg.name
    }

    /// Voice alone, or picture too.
    async fn media(&self) -> MediaKind {
        self.it.call.media.into()
    }

    /// What it is about.
    async fn subject(&self) -> Option<&str> {
        self.it.call.subject.as_deref()
    }

    /// Where the call is in its life.
    async fn state(&self) -> CallState {
        self.it.call.state.into()
    }

    /// What will be asked about recording; null when nothing is.
    async fn consent_wording(&self) -> Option<&str> {
        self.it.consent_wording.as_deref()
    }
}

/// What the server wants of a leg's connection.
#[derive(Union)]
pub enum LegSignal {
    SdpOffer(SdpOffer),
    SdpAnswer(SdpAnswer),
    IceCandidate(IceCandidate),
    MediaMoved(MediaMoved),
    LegEnded(LegEnded),
    LegTaken(LegTaken),
}

/// An offer of the server for more media: the leg has more others to hear than slots. Answer it with `legNegotiate` and its
/// revision. A slot is a pair of tracks, voice and picture, of a stream named `slot0`, `slot1` …; it carries one party at a
/// time. Whose media it is stands in the packets: `RTCRtpReceiver.getContributingSources()` gives the last eight hex digits of
/// the leg's id as `source`, nothing for music. A slot that is free is used again without an offer.
#[derive(SimpleObject)]
pub struct SdpOffer {
    /// The session description.
    pub sdp: String,
    /// Goes back with the answer. It grows within an epoch; the same offer may come twice.
    pub revision: i32,
    /// The epoch that it belongs to.
    pub epoch: i32,
}

/// The server's answer to an offer.
#[derive(SimpleObject)]
pub struct SdpAnswer {
    /// The session description, with the server's candidates in it.
    pub sdp: String,
    /// That of the offer; 0 where the offer had none.
    pub revision: i32,
    /// The epoch that it belongs to.
    pub epoch: i32,
}

/// A candidate of the server.
#[derive(SimpleObject)]
pub struct IceCandidate {
    /// As in SDP, without `a=`.
    pub candidate: String,
    /// The media section by its id.
    pub sdp_mid: Option<String>,
    /// The media section by its place.
    #[graphql(name = "sdpMLineIndex")]
    pub sdp_m_line_index: Option<i32>,
}

/// Another media worker carries the call: make a new connection and negotiate with the new epoch.
#[derive(SimpleObject)]
pub struct MediaMoved {
    /// Plain words.
    pub reason: String,
    /// The new epoch.
    pub epoch: i32,
    /// For the new connection.
    pub ice_servers: Vec<IceServer>,
}

/// The leg is over: close the connection.
#[derive(SimpleObject)]
pub struct LegEnded {
    /// Plain words.
    pub reason: String,
}

/// Another page of the same party has joined and has the leg: close the connection. The call goes on there, and may be taken
/// back by `callJoin` without `generation`, if the person wants it.
#[derive(SimpleObject)]
pub struct LegTaken {
    /// Plain words.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use domain::calls::CallState::{Connecting, InProgress, Queued, Ringing};

    use super::waits;

    #[test]
    fn a_link_says_whether_somebody_is_there() {
        // A call that waits, or whose agent is being asked; then the agent comes.
        assert!(waits(Queued, false, Some(false)) && waits(Ringing, false, Some(false)));
        assert!(!waits(Connecting, false, Some(false)) && !waits(InProgress, false, None));
        // A call-back: its contact is rung once the agent is ready, not before.
        assert!(waits(Connecting, false, Some(true)) && !waits(Connecting, true, Some(true)));
    }
}
