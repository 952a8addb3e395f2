//! Who waits in a queue hears its music and its announcement, also after a worker died, and then the agent alone.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::Platform;
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{ADMIN, AGENT, Party, frames, ready_audio, sign_in, text, tone, until_state};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::json;

const OFFERS: &str = "subscription { offers { offer { id state call { id } } } }";

/// Waits until most of the last two seconds' sound is made of these frames.
async fn until_heard(who: &Party, what: &str, frames: &HashSet<Bytes>) {
    eventually(what, STEP, || async { (who.media.received().share_heard(frames) > 0.9).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_contact_hears_the_music_and_then_the_agent() {
    let mut platform = Platform::start().await;
    let admin = sign_in(&platform, 0, ADMIN).await;
    let music = ready_audio(&admin, "Music", tone(660.0, 4)).await;
    let announcement = ready_audio(&admin, "Please hold", tone(990.0, 3)).await;
    let heard = (frames(&admin, &music).await, frames(&admin, &announcement).await);
    let (music, announcement) = (&music["id"], &announcement["id"]);
    let queue = json!({ "key": "concert", "name": "Concert", "holdMusicId": music, "announcementId": announcement, "announcementSeconds": 10 });
    let queue =
        admin.mutate("queueCreate", queue, "queue { id holdMusic { name } announcement { name } }").await;
    assert_eq!(queue["queue"]["holdMusic"]["name"], "Music");

    let agent = sign_in(&platform, 0, AGENT).await;
    let viewer = agent.data("{ viewer { user { id } } }", json!({})).await;
    let agent_id = text(&viewer["viewer"]["user"]["id"]).replacen("user_", "agent_", 1);
    let member = json!({ "queueId": queue["queue"]["id"], "agentId": agent_id, "member": true });
    admin.mutate("queueMemberSet", member, "queue { id }").await;

    // Nobody is there: the contact waits.
    let anonymous = platform.anonymous(1);
    let request = json!({ "queueKey": "concert", "name": "Ada Lovelace", "media": "AUDIO" });
    let request = anonymous.mutate("callRequest", request, "call { id state } joinToken").await;
    let call = text(&request["call"]["id"]).to_owned();
    let sending = Sending::audio(&Clip::load(Scene::Contact));
    let mut contact = Party::join_by_link(&anonymous, text(&request["joinToken"]), &sending).await;
    until_heard(&contact, "the announcement", &heard.1).await;
    until_heard(&contact, "the music", &heard.0).await;
    // Ten seconds of music later.
    until_heard(&contact, "the announcement again", &heard.1).await;
    // Two seconds without a gap; one now and then is the machine's.
    eventually("music without a gap", STEP, || async {
        contact.media.received().reset_gap();
        contact.hears(Kind::Audio, 100).await;
        let gap = contact.media.received().counts(Kind::Audio).longest_gap;
        (gap < Duration::from_millis(500)).then_some(())
    })
    .await;

    // Its worker dies: the other one plays.
    let victim = platform.worker_of(&call).await;
    platform.workers[victim].kill();
    contact.follow_move(2 * STEP).await;
    until_heard(&contact, "the music on the other worker", &heard.0).await;

    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let mut offers = socket.subscribe(OFFERS, json!({})).await;
    agent.mutate("agentStatusSet", json!({ "status": "AVAILABLE" }), "agent { status }").await;
    let pending = |it: &serde_json::Value| it["offers"]["offer"]["state"] == "PENDING";
    let offer = offers.until("an offer", STEP, pending).await["offers"]["offer"].clone();
    assert_eq!(offer["call"]["id"], json!(call));
    let clip = Clip::load(Scene::Agent);
    agent.mutate("offerAccept", json!({ "offerId": offer["id"] }), "offer { state }").await;
    let answering = Party::join(&agent, &call, &Sending::audio(&clip)).await;
    until_state(&agent, &call, "IN_PROGRESS", STEP).await;
    let voice = clip.audio.iter().map(|packet| packet.payload.clone()).collect();
    until_heard(&contact, "the agent", &voice).await;
    answering.hears(Kind::Audio, 100).await;
    contact.hears(Kind::Audio, 100).await;
    for who in [&contact, &answering] {
        let received = who.media.received();
        assert_eq!(
            (received.share_heard(&heard.0), received.share_heard(&heard.1)),
            (0.0, 0.0),
            "no music any more"
        );
    }
    contact.close().await;
    answering.close().await;
}
