//! The broker and the database die during a call and come back. Media goes on meanwhile.

use std::time::Duration;

use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::services::Server;
use cordboard_tests::socket::Socket;
use cordboard_tests::sql::count;
use cordboard_tests::story::{
    self, AGENT, Party, PlacedCall, contact, place_call, ready_recording, sign_in, until_recording,
    until_state,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::json;

/// What media may pause at most while a server is away.
const NO_GAP: Duration = Duration::from_millis(1500);
/// Until everything is as before once a server is back.
const RECOVERY: Duration = Duration::from_secs(40);

async fn platform() -> Platform {
    Platform::with(Options { private_servers: true, ..Options::default() }).await
}

async fn recorded_call(platform: &Platform) -> (Client, PlacedCall, Party, Party) {
    let agent = sign_in(platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let caller = Party::join(&agent, &placed.id, &Sending::audio(&Clip::load(Scene::Agent))).await;
    let callee = Party::join_by_link(
        &platform.anonymous(1),
        &placed.join_token,
        &Sending::audio(&Clip::load(Scene::Contact)),
    )
    .await;
    callee.consent(true).await;
    until_recording(&agent, &placed.id, "RECORDING", STEP).await;
    for party in [&caller, &callee] {
        party.hears(Kind::Audio, 50).await;
        party.media.received().reset_gap();
    }
    (agent, placed, caller, callee)
}

fn assert_no_gap(parties: [&Party; 2]) {
    for party in parties {
        let gap = party.media.received().counts(Kind::Audio).longest_gap;
        assert!(gap < NO_GAP, "media paused for {gap:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_dies_during_a_call() {
    let platform = platform().await;
    let (agent, placed, caller, callee) = recorded_call(&platform).await;
    let socket = Socket::connect(platform.base(1), agent.token()).await;
    let query = "subscription($id: ID!) { callEvents(callId: $id) { version kind } }";
    let mut events = socket.subscribe(query, json!({ "id": placed.id })).await;

    platform.servers.kill(Server::RabbitMq);
    caller.hears(Kind::Audio, 100).await;
    // What the database knows still works, and its news still comes.
    let mute = json!({ "legId": caller.leg, "muted": true });
    agent
        .send(
            "mutation($input: LegUpdateInput!) { legUpdate(input: $input) { userErrors { code } } }",
            json!({ "input": mute }),
        )
        .await;
    events.until("the mute", RECOVERY, |it| it["callEvents"]["kind"] == "MUTED").await;
    // A call that is placed now waits for its worker, or is refused with an honest error.
    let other_contact = contact(&agent, "Grace Hopper").await;
    let answer = agent
        .send(
            "mutation($input: CallPlaceInput!) { callPlace(input: $input) { call { id } userErrors { code } } }",
            json!({ "input": { "contactId": other_contact, "media": "AUDIO" } }),
        )
        .await;
    let waiting = answer.body["data"]["callPlace"]["call"]["id"].as_str().map(str::to_owned);
    if waiting.is_none() {
        assert_eq!(answer.error_code(), "UNAVAILABLE");
    }

    platform.servers.start(Server::RabbitMq);
    if let Some(waiting) = waiting {
        until_state(&agent, &waiting, "RINGING", RECOVERY).await;
        story::end(&agent, &waiting).await;
    }
    eventually("a call placed after the return finds a worker", RECOVERY, || async {
        let placed = place_call(&agent, &other_contact, "AUDIO").await;
        let ringing = eventually("it rings", Duration::from_secs(15), || async {
            let call = story::call(&agent, &placed.id).await;
            (call["state"] == "RINGING").then_some(())
        });
        ringing.await;
        story::end(&agent, &placed.id).await;
        Some(())
    })
    .await;
    caller.hears(Kind::Audio, 50).await;
    assert_no_gap([&caller, &callee]);
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT max(epoch)::bigint FROM call").await, 1, "no call moved");

    story::end(&agent, &placed.id).await;
    caller.close().await;
    callee.close().await;
    ready_recording(&agent, &placed.id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_dies_during_a_call() {
    let mut platform = platform().await;
    let (agent, placed, caller, callee) = recorded_call(&platform).await;

    platform.servers.kill(Server::Postgres);
    // Longer than a worker's heartbeat is waited for: nobody is declared dead for it after.
    caller.hears(Kind::Audio, 400).await;
    let answer = agent.send("{ contacts(first: 1) { edges { node { id } } } }", json!({})).await;
    assert_eq!(answer.error_code(), "UNAVAILABLE");
    for api in &platform.apis {
        api.unready().await;
    }
    platform.servers.start(Server::Postgres);
    platform.all_ready().await;

    let call = until_state(&agent, &placed.id, "IN_PROGRESS", RECOVERY).await;
    assert_eq!(call["result"], json!(null));
    caller.hears(Kind::Audio, 100).await;
    callee.hears(Kind::Audio, 100).await;
    assert_no_gap([&caller, &callee]);
    // Long enough for a scheduler to do something rash.
    caller.hears(Kind::Audio, 400).await;
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT max(epoch)::bigint FROM call").await, 1, "the call didn't move");

    story::end(&agent, &placed.id).await;
    caller.close().await;
    callee.close().await;
    let recording = ready_recording(&agent, &placed.id).await;
    let seconds = recording["durationSeconds"].as_f64().expect("a duration");
    assert!(seconds > 16.0, "nothing was lost: {seconds} s");
}
