//! Hold and transfers over media: who hears whom at every step, while the programs that serve them die.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending, contributor};
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::Side;
use cordboard_tests::sql::count;
use cordboard_tests::story::{
    ADMIN, AGENT, OTHER_AGENT, Party, PlacedCall, Tab, change_queue, frames, listen, ready_audio, sign_in,
    text, tone, until_recording, until_state, wait_in_queue,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::{Value, json};

const TRANSFERS: &str =
    "query($id: ID!) { node(id: $id) { ... on Call { transfers { id state side reason toAgent { id } } } } }";
const MOVED: Duration = Duration::from_secs(40);

/// Waits until half a second's worth more of somebody's voice has come.
async fn hears(who: &Party, whom: &Party) {
    let source = contributor(&whom.leg);
    let before = who.media.received().counts_of(Kind::Audio, source).packets;
    eventually("a voice", STEP, || async {
        (who.media.received().counts_of(Kind::Audio, source).packets >= before + 25).then_some(())
    })
    .await;
}

/// Waits until the music is heard, also beside a slot that is silent.
async fn hears_music(who: &Party, what: &str, music: &HashSet<Bytes>) {
    eventually(what, STEP, || async { (who.media.received().share_heard(music) > 0.45).then_some(()) }).await;
}

/// For two seconds and more, by what `clock` hears, nothing comes of the others.
async fn hears_nobody<const N: usize>(who: &Party, others: [&Party; N], clock: &Party) {
    let heard = |since: Instant| {
        let heard = who.media.received().sources_since(Kind::Audio, since);
        others.iter().any(|other| heard.contains(&contributor(&other.leg)))
    };
    // What was under way when they were parted; and a busy worker parts them after the answer that it shall.
    eventually("the others fall silent", STEP, || async {
        let since = Instant::now();
        clock.hears(Kind::Audio, 25).await;
        (!heard(since)).then_some(())
    })
    .await;
    let since = Instant::now();
    clock.hears(Kind::Audio, 100).await;
    assert!(!heard(since), "heard through the hold");
}

async fn until_transfer(viewer: &Client, call: &str, state: &str) -> Value {
    eventually(&format!("a transfer that is {state}"), STEP, || async {
        let seen = viewer.data(TRANSFERS, json!({ "id": call })).await;
        let last = seen["node"]["transfers"].as_array().and_then(|all| all.last().cloned());
        last.filter(|it| it["state"] == state)
    })
    .await
}

/// A queue's own music.
async fn music(platform: &Platform, queue: &str, hertz: f64) -> HashSet<Bytes> {
    let admin = sign_in(platform, 0, ADMIN).await;
    let file = ready_audio(&admin, queue, tone(hertz, 3)).await;
    change_queue(platform, queue, json!({ "holdMusicId": file["id"] })).await;
    frames(&admin, &file).await
}

/// An agent who talks with a contact out of the queue `support`.
async fn talk(platform: &Platform) -> (Tab, PlacedCall, Party, Party) {
    let mut tab = Tab::available(platform, 0, AGENT).await;
    let (placed, mut contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let offer = tab.rings().await;
    let mut agent = tab.answer(&offer).await;
    contact.follow_offers();
    agent.follow_offers();
    until_state(&tab.client, &placed.id, "IN_PROGRESS", STEP).await;
    (tab, placed, agent, contact)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_held_and_handed_over_while_programs_die() {
    let mut platform = Platform::start().await;
    let hold_music = music(&platform, "support", 660.0).await;
    let (tab, placed, mut agent, mut contact) = talk(&platform).await;
    let recorded = Instant::now();
    contact.consent(true).await;
    until_recording(&tab.client, &placed.id, "RECORDING", STEP).await;
    hears(&contact, &agent).await;
    agent.hears(Kind::Audio, 150).await;

    // On hold: music, and not a word of the agent, for either side.
    let mut silent = Duration::ZERO;
    let call = json!({ "callId": placed.id });
    tab.client.mutate("callHold", call.clone(), "call { state }").await;
    let held = Instant::now();
    hears_music(&contact, "music on hold", &hold_music).await;
    // The agent hears nothing at all: the contact's music tells the time.
    tokio::join!(async { hears_nobody(&contact, [&agent], &contact).await }, async {
        hears_nobody(&agent, [&contact], &contact).await
    });
    silent += held.elapsed();
    tab.client.mutate("callResume", call, "call { state }").await;
    tokio::join!(hears(&contact, &agent), hears(&agent, &contact));

    // The api dies after it has begun the transfer, before anybody is told. Asked again, the other one has begun the same.
    let mut colleague = Tab::available(&platform, 1, OTHER_AGENT).await;
    agent.turn_to(platform.base(1));
    agent.follow_offers();
    platform.apis[0].arm().await;
    let to = colleague.agent().await["id"].clone();
    let input =
        json!({ "callId": placed.id, "kind": "WARM", "toAgentId": to, "idempotencyKey": "hand over" });
    let query = "mutation($input: CallTransferInput!) { callTransfer(input: $input) { transfer { id state } userErrors { code message } } }";
    let died = tab.client.try_send(query, json!({ "input": input })).await;
    assert!(died.is_err(), "the api was to die: {died:?}");
    platform.apis[0].ended().await;
    let client = tab.client.at(platform.base(1));
    let begun = client.mutate("callTransfer", input, "transfer { id state side from { id } }").await;
    let id = begun["transfer"]["id"].clone();
    let handed = Instant::now();
    assert_eq!(begun["transfer"]["state"], "RINGING");
    assert_eq!(count(&platform.sql().await, "SELECT count(*) FROM transfer").await, 1);
    let offer = colleague.rings().await;
    assert_eq!(offer["call"]["id"], placed.id.as_str());
    hears_music(&contact, "music while it rings", &hold_music).await;
    let beep = Sending::audio(&Clip::load(Scene::FlashAndBeep));
    colleague.accept(&offer).await.expect("the offer is still there");
    let mut second = Party::join(&colleague.client, &placed.id, &beep).await;
    second.follow_offers();
    platform.apis[0].disarm().await;
    until_transfer(&client, &placed.id, "CONSULTING").await;
    tokio::join!(hears(&second, &agent), hears(&agent, &second));
    tokio::join!(async { hears_nobody(&contact, [&agent, &second], &contact).await }, async {
        hears_nobody(&second, [&contact], &second).await
    });

    // The media worker dies: all three go on where they were.
    let victim = platform.worker_of(&placed.id).await;
    platform.workers[victim].kill();
    tokio::join!(agent.follow_move(MOVED), contact.follow_move(MOVED), second.follow_move(MOVED));
    tokio::join!(hears(&second, &agent), hears(&agent, &second));
    hears_music(&contact, "music on the other worker", &hold_music).await;
    hears_nobody(&contact, [&agent, &second], &contact).await;

    // With the contact, with both, then the colleague has the call.
    let swap = json!({ "transferId": id, "with": "CONTACT" });
    silent += handed.elapsed();
    client.mutate("transferSwap", swap, "transfer { side }").await;
    tokio::join!(hears(&contact, &agent), hears(&agent, &contact), async {
        hears_nobody(&second, [&agent, &contact], &second).await
    });
    client.mutate("transferSwap", json!({ "transferId": id, "with": "EVERYONE" }), "transfer { side }").await;
    for (one, two) in [(&contact, &agent), (&agent, &second), (&second, &contact)] {
        tokio::join!(hears(one, two), hears(two, one));
    }
    client.mutate("transferComplete", json!({ "transferId": id }), "transfer { state }").await;
    let over = Instant::now();
    until_transfer(&client, &placed.id, "COMPLETED").await;
    tokio::join!(hears(&contact, &second), hears(&second, &contact));
    tab.until("WRAP_UP", STEP).await;
    contact.leave().await;
    until_state(&colleague.client, &placed.id, "ENDED", STEP).await;
    for party in [agent, contact, second] {
        party.close().await;
    }
    // Of the agent's tone nothing was written while the contact was parked.
    let decoded = listen(&platform, &colleague.client, &placed).await;
    let audible = (over - recorded).saturating_sub(silent).as_secs_f64();
    let heard = decoded.tone_seconds(Side::Left, Scene::Agent.tone());
    assert!(heard > 4.0 && heard < audible + 2.0, "{heard} s of the agent in {audible} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_handed_to_a_queue_comes_back_and_is_left_there() {
    let platform = Platform::start().await;
    let waiting_music = music(&platform, "sales", 550.0).await;
    change_queue(&platform, "sales", json!({ "maxWaitSeconds": 14, "requiredSkills": [] })).await;
    let (tab, placed, agent, contact) = talk(&platform).await;
    let queue = tab.client.data("{ queue(key: \"sales\") { id } }", json!({})).await["queue"]["id"].clone();
    let input = json!({ "callId": placed.id, "kind": "BLIND", "toQueueId": queue });
    tab.client.mutate("callTransfer", input.clone(), "transfer { state }").await;
    hears_music(&contact, "the queue's music", &waiting_music).await;
    tokio::join!(async { hears_nobody(&contact, [&agent], &contact).await }, async {
        hears_nobody(&agent, [&contact], &agent).await
    });
    // Nobody is there: it comes back by itself.
    let failed = until_transfer(&tab.client, &placed.id, "FAILED").await;
    assert!(text(&failed["reason"]).contains("Nobody"), "{failed}");
    until_state(&tab.client, &placed.id, "IN_PROGRESS", STEP).await;
    tokio::join!(hears(&contact, &agent), hears(&agent, &contact));

    change_queue(&platform, "sales", json!({ "maxWaitSeconds": 60 })).await;
    tab.client.mutate("callTransfer", input, "transfer { state }").await;
    agent.leave().await;
    until_transfer(&tab.client, &placed.id, "COMPLETED").await;
    tab.until("WRAP_UP", STEP).await;
    // Rung as soon as available.
    let mut colleague = Tab::open(&sign_in(&platform, 1, OTHER_AGENT).await).await;
    colleague.set("AVAILABLE").await;
    let offer = colleague.rings().await;
    assert_eq!(offer["call"]["id"], placed.id.as_str());
    let mut second = colleague.answer(&offer).await;
    second.follow_offers();
    until_state(&colleague.client, &placed.id, "IN_PROGRESS", STEP).await;
    tokio::join!(hears(&contact, &second), hears(&second, &contact));
    for party in [agent, contact, second] {
        party.close().await;
    }
}
