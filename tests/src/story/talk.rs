//! An audio call that is being recorded: the agent on the first api, the contact on the second.

use std::time::Duration;

use super::{
    AGENT, Party, PlacedCall, contact, download, end, place_call, play, ready_recording, sign_in,
    until_recording,
};
use crate::graphql::Client;
use crate::media::{Clip, Scene};
use crate::participant::{Kind, Sending};
use crate::platform::Platform;
use crate::playback::Decoded;
use crate::wait::STEP;

/// A call with both its parties.
pub struct Talk {
    pub agent: Client,
    pub placed: PlacedCall,
    pub caller: Party,
    pub callee: Party,
}

impl Talk {
    /// Places the call, brings both in, gets the consent and waits until it is being recorded.
    pub async fn begin(platform: &Platform) -> Self {
        Self::begin_with(platform, &Sending::audio(&Clip::load(Scene::Contact))).await
    }

    /// The same with a contact who has a network of its own, which may fail.
    pub async fn begin_over_network(platform: &Platform) -> Self {
        let contact = Sending { own_network: true, ..Sending::audio(&Clip::load(Scene::Contact)) };
        Self::begin_with(platform, &contact).await
    }

    async fn begin_with(platform: &Platform, contacts: &Sending) -> Self {
        let agent = sign_in(platform, 0, AGENT).await;
        let contact = contact(&agent, "Ada Lovelace").await;
        let placed = place_call(&agent, &contact, "AUDIO").await;
        let sending = Sending::audio(&Clip::load(Scene::Agent));
        let caller = Party::join(&agent, &placed.id, &sending).await;
        let callee = Party::join_by_link(&platform.anonymous(1), &placed.join_token, contacts).await;
        callee.consent(true).await;
        until_recording(&agent, &placed.id, "RECORDING", STEP).await;
        let talk = Self { agent, placed, caller, callee };
        talk.hear(100).await;
        talk.reset_gap();
        talk
    }

    /// Both hear so many packets more (50 a second).
    pub async fn hear(&self, packets: u64) {
        tokio::join!(self.caller.hears(Kind::Audio, packets), self.callee.hears(Kind::Audio, packets));
    }

    /// Measures gaps from now on.
    pub fn reset_gap(&self) {
        self.caller.media.received().reset_gap();
        self.callee.media.received().reset_gap();
    }

    /// The longest time that one of them heard nothing.
    pub fn longest_gap(&self) -> Duration {
        let gap = |party: &Party| party.media.received().counts(Kind::Audio).longest_gap;
        gap(&self.caller).max(gap(&self.callee))
    }

    /// Media paused for less than a second and a half.
    pub fn assert_no_gap(&self) {
        let gap = self.longest_gap();
        assert!(gap < Duration::from_millis(1500), "media paused for {gap:?}");
    }

    /// Hangs up and closes both connections.
    pub async fn hang_up(self) -> (Client, PlacedCall) {
        end(&self.agent, &self.placed.id).await;
        self.caller.close().await;
        self.callee.close().await;
        (self.agent, self.placed)
    }

    /// Hangs up, waits for the recording and decodes it.
    pub async fn hang_up_and_listen(self, platform: &Platform) -> Decoded {
        let (agent, placed) = self.hang_up().await;
        listen(platform, &agent, &placed).await
    }
}

/// Waits for a call's recording and decodes its sound.
pub async fn listen(platform: &Platform, agent: &Client, placed: &PlacedCall) -> Decoded {
    let recording = ready_recording(agent, &placed.id).await;
    download(platform, agent, &play(agent, &recording).await, false).await
}
