//! One party of a call: who they are to the api, and their media.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::text;
use crate::graphql::Client;
use crate::participant::{Answering, Kind, Participant, Sending};
use crate::socket::Socket;
use crate::wait::{STEP, in_time};

/// What a page asks of `callJoin`.
pub const JOIN: &str =
    "join { leg { id role state } epoch generation guestToken consentWording iceServers { urls } }";

/// A joined leg with its connection. Let it go with [`Party::close`].
pub struct Party {
    pub client: Client,
    pub leg: String,
    pub epoch: i64,
    pub generation: i64,
    pub consent_wording: Option<String>,
    pub media: Participant,
    join: Value,
    sending: Sending,
    /// Answers the platform's offers, once asked to.
    following: Option<JoinHandle<()>>,
}

impl Party {
    /// A user joins a call.
    pub async fn join(user: &Client, call: &str, sending: &Sending) -> Self {
        Self::join_with(user.clone(), json!({ "callId": call }), sending).await
    }

    /// A contact opens the link of the placed call.
    pub async fn join_by_link(anonymous: &Client, join_token: &str, sending: &Sending) -> Self {
        let join = json!({ "joinToken": join_token, "name": "Visitor" });
        Self::join_with(anonymous.clone(), join, sending).await
    }

    async fn join_with(client: Client, asked: Value, sending: &Sending) -> Self {
        let payload = client.mutate("callJoin", asked.clone(), JOIN).await;
        Self::joined(client, asked, &payload["join"], sending).await
    }

    /// A page that has joined already: `join` is what `callJoin` answered to what was `asked`.
    pub async fn joined(client: Client, asked: Value, join: &Value, sending: &Sending) -> Self {
        let mut party = Self {
            client,
            leg: String::new(),
            epoch: 0,
            generation: 0,
            consent_wording: None,
            media: Participant::new(sending).await,
            join: asked,
            sending: sending.clone(),
            following: None,
        };
        party.take(join);
        party.negotiate().await;
        party
    }

    /// `callJoin`, the first time or again: learns the leg, the epoch and a guest's token.
    async fn call_join(&mut self) {
        let payload = self.client.mutate("callJoin", self.join.clone(), JOIN).await;
        self.take(&payload["join"]);
    }

    fn take(&mut self, join: &Value) {
        text(&join["leg"]["id"]).clone_into(&mut self.leg);
        self.epoch = join["epoch"].as_i64().expect("an epoch");
        self.generation = join["generation"].as_i64().expect("a generation");
        self.consent_wording = join["consentWording"].as_str().map(str::to_owned);
        if let Some(token) = join["guestToken"].as_str() {
            self.client = self.client.with_token(token);
        }
    }

    /// Offer, answer, connection. Repeats while the platform has no worker for the call yet.
    async fn negotiate(&mut self) {
        let offer = self.media.offer().await;
        let deadline = Instant::now() + STEP;
        loop {
            let input = json!({ "legId": self.leg, "epoch": self.epoch, "type": "OFFER", "sdp": offer });
            let payload = self.client.payload("legNegotiate", input, "answer { sdp epoch revision }").await;
            if let Some(answer) = payload["answer"]["sdp"].as_str() {
                // Before a worker has the call its epoch is 0: the answer tells the true one.
                self.epoch = payload["answer"]["epoch"].as_i64().expect("an epoch");
                self.media.answered(answer.to_owned()).await;
                break;
            }
            assert!(Instant::now() < deadline, "legNegotiate keeps failing: {payload}");
            match payload["userErrors"][0]["code"].as_str() {
                Some("MEDIA_UNAVAILABLE") => tokio::time::sleep(Duration::from_millis(100)).await,
                // The call moved between the join and the offer.
                Some("STALE") => Box::pin(self.call_join()).await,
                _ => panic!("legNegotiate answered {payload}"),
            }
        }
        self.media.connected().await;
    }

    /// Answers the question whether the call may be recorded.
    pub async fn consent(&self, given: bool) {
        let input = json!({ "legId": self.leg, "given": given });
        self.client.mutate("consentGive", input, "leg { id consent { given } }").await;
    }

    /// Joins again with a connection made anew, as a reloaded page does.
    pub async fn reload(&mut self) {
        self.call_join().await;
        self.renew().await;
    }

    /// New ICE credentials on the same connection, as after a change of network.
    pub async fn restart_ice(&mut self) {
        self.media.restart_ice().await;
        self.negotiate().await;
    }

    async fn renew(&mut self) {
        let fresh = Participant::new(&self.sending).await;
        std::mem::replace(&mut self.media, fresh).close().await;
        self.negotiate().await;
        if self.following.is_some() {
            self.follow_offers();
        }
    }

    /// From now on answers what the platform offers, as a browser does: further slots, once there are several to hear.
    pub fn follow_offers(&mut self) {
        let answers = answer_offers(self.client.clone(), self.leg.clone(), self.media.answering());
        if let Some(before) = self.following.replace(tokio::spawn(answers)) {
            before.abort();
        }
    }

    /// Waits for the news that the call has moved to another worker, and follows it there.
    pub async fn follow_move(&mut self, within: Duration) {
        let moved = in_time("MediaMoved", within, self.moved_epoch()).await;
        self.epoch = moved.expect("the call goes on");
        self.renew().await;
    }

    /// The lease under which the call goes on elsewhere; none once it has ended.
    async fn moved_epoch(&self) -> Option<i64> {
        let query = "subscription($leg: ID!) { legSignals(legId: $leg) { __typename
            ... on MediaMoved { reason epoch iceServers { urls } } } }";
        loop {
            let socket = Socket::connect(self.client.base(), self.client.token()).await;
            let mut signals = socket.subscribe(query, json!({ "leg": self.leg })).await;
            while let Some(signal) = signals.next().await {
                let signal = &signal["legSignals"];
                match signal["__typename"].as_str() {
                    Some("MediaMoved") => return Some(signal["epoch"].as_i64().expect("an epoch")),
                    Some("LegEnded") => return None,
                    _ => {}
                }
            }
            // The api that told it has gone.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// From now on through another api process.
    pub fn turn_to(&mut self, base: &str) {
        self.client = self.client.at(base);
    }

    /// Waits for so many more packets of this kind of media.
    pub async fn hears(&self, kind: Kind, more: u64) {
        self.media.hears(kind, more).await;
    }

    /// Hangs up for this party alone.
    pub async fn leave(&self) {
        self.client.mutate("legLeave", json!({ "legId": self.leg }), "").await;
    }

    /// Closes the connection.
    pub async fn close(self) {
        if let Some(following) = self.following {
            following.abort();
        }
        self.media.close().await;
    }
}

/// Follows a leg's signals and answers offers, until its connection is replaced.
async fn answer_offers(client: Client, leg: String, answering: Answering) {
    let query = "subscription($leg: ID!) { legSignals(legId: $leg) { __typename
        ... on SdpOffer { sdp revision epoch } } }";
    let mut answered = 0;
    loop {
        let socket = Socket::connect(client.base(), client.token()).await;
        let mut signals = socket.subscribe(query, json!({ "leg": leg })).await;
        while let Some(signal) = signals.next().await {
            let offer = &signal["legSignals"];
            let Some(revision) = offer["revision"].as_i64().filter(|revision| *revision > answered) else {
                continue;
            };
            answered = revision;
            let sdp = answering.answer(text(&offer["sdp"]).to_owned()).await;
            let input = json!({ "legId": leg, "epoch": offer["epoch"], "type": "ANSWER", "sdp": sdp, "revision": revision });
            let payload = client.payload("legNegotiate", input, "answer { sdp }").await;
            // Void meanwhile, or the leg moved: the next offer holds.
            let code = payload["userErrors"][0]["code"].as_str();
            assert!(matches!(code, None | Some("STALE" | "CALL_ENDED" | "LEG_GONE")), "{payload}");
        }
    }
}
