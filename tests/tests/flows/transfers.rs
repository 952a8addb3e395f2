//! Hold and transfers over media: who hears whom at every step, while the programs that serve them die.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
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
const MOVED: Duration = Duration::from_secs(20);

fn voice(scene: Scene) -> HashSet<Bytes> {
    Clip::load(scene).audio.iter().map(|packet| packet.payload.clone()).collect()
}

/// Waits until almost all of the last two seconds' sound is made of these frames.
async fn hears(who: &Party, what: &str, frames: &HashSet<Bytes>) {
    eventually(what, STEP, || async { (who.media.received().share_heard(frames) > 0.9).then_some(()) }).await;
}

/// Nothing of the last two seconds' sound was one of these frames.
fn hears_nothing_of(who: &Party, what: &str, frames: &HashSet<Bytes>) {
    let share = who.media.received().share_heard(frames);
    assert!(share == 0.0, "{what}: {share}");
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
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let offer = tab.rings().await;
    let agent = tab.answer(&offer).await;
    until_state(&tab.client, &placed.id, "IN_PROGRESS", STEP).await;
    (tab, placed, agent, contact)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_held_and_handed_over_while_programs_die() {
    let mut platform = Platform::start().await;
    let hold_music = music(&platform, "support", 660.0).await;
    let (one, two, ada) = (voice(Scene::Agent), voice(Scene::FlashAndBeep), voice(Scene::Contact));
    let (tab, placed, mut agent, mut contact) = talk(&platform).await;
    contact.consent(true).await;
    until_recording(&tab.client, &placed.id, "RECORDING", STEP).await;
    let recorded = Instant::now();
    hears(&contact, "the agent", &one).await;
    agent.hears(Kind::Audio, 150).await;

    // On hold: music, and not a word of the agent, for either side.
    let mut silent = Duration::ZERO;
    let held = Instant::now();
    let call = json!({ "callId": placed.id });
    tab.client.mutate("callHold", call.clone(), "call { state }").await;
    hears(&contact, "music on hold", &hold_music).await;
    contact.hears(Kind::Audio, 100).await;
    hears_nothing_of(&contact, "the agent behind the hold", &one);
    hears_nothing_of(&agent, "the contact on hold", &ada);
    tab.client.mutate("callResume", call, "call { state }").await;
    silent += held.elapsed();
    hears(&contact, "the agent again", &one).await;
    agent.hears(Kind::Audio, 100).await;

    // The api dies after it has begun the transfer, before anybody is told. Asked again, the other one has begun the same.
    let mut colleague = Tab::available(&platform, 1, OTHER_AGENT).await;
    platform.apis[0].arm().await;
    let handed = Instant::now();
    let input = json!({ "callId": placed.id, "kind": "WARM", "toAgentId": colleague.agent().await["id"], "idempotencyKey": "hand over" });
    let query = "mutation($input: CallTransferInput!) { callTransfer(input: $input) { transfer { id state } userErrors { code message } } }";
    let died = tab.client.try_send(query, json!({ "input": input })).await;
    assert!(died.is_err(), "the api was to die: {died:?}");
    platform.apis[0].ended().await;
    let client = tab.client.at(platform.base(1));
    let begun = client.mutate("callTransfer", input, "transfer { id state side from { id } }").await;
    let transfer = json!({ "transferId": begun["transfer"]["id"] });
    assert_eq!(begun["transfer"]["state"], "RINGING");
    assert_eq!(count(&platform.sql().await, "SELECT count(*) FROM transfer").await, 1);
    let offer = colleague.rings().await;
    assert_eq!(offer["call"]["id"], placed.id.as_str());
    hears(&contact, "music while it rings", &hold_music).await;
    colleague.accept(&offer).await.expect("the offer is still there");
    let beep = Sending::audio(&Clip::load(Scene::FlashAndBeep));
    let mut second = Party::join(&colleague.client, &placed.id, &beep).await;
    until_transfer(&client, &placed.id, "CONSULTING").await;
    platform.apis[0].disarm().await;
    hears(&second, "the agent who asks", &one).await;
    hears(&agent, "the colleague", &two).await;
    hears(&contact, "music while they consult", &hold_music).await;

    // The media worker dies: all three go on where they were.
    let victim = platform.worker_of(&placed.id).await;
    platform.workers[victim].kill();
    tokio::join!(agent.follow_move(MOVED), contact.follow_move(MOVED), second.follow_move(MOVED));
    hears(&second, "the agent who asks, on the other worker", &one).await;
    hears(&contact, "music on the other worker", &hold_music).await;
    hears_nothing_of(&contact, "the consultation", &one);

    // With the contact, then the colleague has the call.
    client
        .mutate(
            "transferSwap",
            json!({ "transferId": transfer["transferId"], "with": "CONTACT" }),
            "transfer { side }",
        )
        .await;
    silent += handed.elapsed();
    hears(&contact, "the agent, after the swap", &one).await;
    second.hears(Kind::Audio, 50).await;
    hears_nothing_of(&second, "the contact, for whom the colleague waits", &ada);
    client.mutate("transferComplete", transfer.clone(), "transfer { state }").await;
    let over = Instant::now();
    hears(&contact, "the colleague", &two).await;
    hears(&second, "the contact", &ada).await;
    until_transfer(&client, &placed.id, "COMPLETED").await;
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
    change_queue(&platform, "sales", json!({ "maxWaitSeconds": 6, "requiredSkills": [] })).await;
    let (one, ada) = (voice(Scene::Agent), voice(Scene::Contact));
    let (tab, placed, agent, contact) = talk(&platform).await;
    let queue = tab.client.data("{ queue(key: \"sales\") { id } }", json!({})).await["queue"]["id"].clone();
    let input = json!({ "callId": placed.id, "kind": "BLIND", "toQueueId": queue });
    tab.client.mutate("callTransfer", input.clone(), "transfer { state }").await;
    hears(&contact, "the queue's music", &waiting_music).await;
    agent.hears(Kind::Audio, 100).await;
    hears_nothing_of(&agent, "the contact who waits", &ada);
    // Nobody is there: it comes back by itself.
    let failed = until_transfer(&tab.client, &placed.id, "FAILED").await;
    assert!(text(&failed["reason"]).contains("Nobody"), "{failed}");
    until_state(&tab.client, &placed.id, "IN_PROGRESS", STEP).await;
    hears(&contact, "the agent again", &one).await;
    hears(&agent, "the contact again", &ada).await;

    change_queue(&platform, "sales", json!({ "maxWaitSeconds": 60 })).await;
    tab.client.mutate("callTransfer", input, "transfer { state }").await;
    agent.leave().await;
    until_transfer(&tab.client, &placed.id, "COMPLETED").await;
    tab.until("WRAP_UP", STEP).await;
    let mut colleague = Tab::available(&platform, 1, OTHER_AGENT).await;
    let offer = colleague.rings().await;
    assert_eq!(offer["call"]["id"], text(&json!(placed.id)));
    let second = colleague.answer(&offer).await;
    until_state(&colleague.client, &placed.id, "IN_PROGRESS", STEP).await;
    hears(&contact, "whoever took it out of the queue", &one).await;
    hears(&second, "the contact", &ada).await;
    for party in [agent, contact, second] {
        party.close().await;
    }
}
