//! The broker, the database and the object store die during a call and come back. Media goes on
//! meanwhile.

use std::time::Duration;

use cordboard_tests::media::Scene;
use cordboard_tests::participant::Kind;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::playback::Side;
use cordboard_tests::services::Server;
use cordboard_tests::socket::Socket;
use cordboard_tests::sql::count;
use cordboard_tests::story::{self, Talk, contact, listen, place_call, ready_recording, until_state};
use serde_json::json;

/// Until everything is as before once a server is back.
const RECOVERY: Duration = Duration::from_secs(40);

async fn platform() -> Platform {
    Platform::with(Options { private_servers: true, ..Options::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_dies_during_a_call() {
    let platform = platform().await;
    let talk = Talk::begin(&platform).await;
    let (agent, placed) = (talk.agent.clone(), talk.placed.clone());
    let socket = Socket::connect(platform.base(1), agent.token()).await;
    let query = "subscription($id: ID!) { callEvents(callId: $id) { version kind } }";
    let mut events = socket.subscribe(query, json!({ "id": placed.id })).await;

    platform.servers.kill(Server::RabbitMq);
    talk.caller.hears(Kind::Audio, 100).await;
    // What the database knows still works, and its news still comes.
    let mute = json!({ "legId": talk.caller.leg, "muted": true });
    agent.mutate("legUpdate", mute, "leg { muted }").await;
    events.until("the mute", RECOVERY, |it| it["callEvents"]["kind"] == "MUTED").await;
    // A call that is placed now waits for its worker.
    let other_contact = contact(&agent, "Grace Hopper").await;
    let waiting = place_call(&agent, &other_contact, "AUDIO").await;
    assert_eq!(story::call(&agent, &waiting.id).await["state"], "CREATED");

    platform.servers.start(Server::RabbitMq);
    until_state(&agent, &waiting.id, "RINGING", RECOVERY).await;
    story::end(&agent, &waiting.id).await;
    let later = place_call(&agent, &other_contact, "AUDIO").await;
    until_state(&agent, &later.id, "RINGING", RECOVERY).await;
    story::end(&agent, &later.id).await;
    talk.caller.hears(Kind::Audio, 50).await;
    talk.assert_no_gap();
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT max(epoch)::bigint FROM call").await, 1, "no call moved");

    talk.hang_up().await;
    ready_recording(&agent, &placed.id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_dies_during_a_call() {
    let mut platform = platform().await;
    let talk = Talk::begin(&platform).await;
    let (agent, placed) = (talk.agent.clone(), talk.placed.clone());

    platform.servers.kill(Server::Postgres);
    // Longer than a worker's heartbeat is waited for: nobody is declared dead for it after.
    talk.caller.hears(Kind::Audio, 400).await;
    let answer = agent.send("{ contacts(first: 1) { edges { node { id } } } }", json!({})).await;
    assert_eq!(answer.error_code(), "UNAVAILABLE");
    for api in &platform.apis {
        api.unready().await;
    }
    platform.servers.start(Server::Postgres);
    platform.all_ready().await;

    let call = until_state(&agent, &placed.id, "IN_PROGRESS", RECOVERY).await;
    assert_eq!(call["result"], json!(null));
    talk.caller.hears(Kind::Audio, 100).await;
    talk.callee.hears(Kind::Audio, 100).await;
    talk.assert_no_gap();
    // Long enough for a scheduler to do something rash.
    talk.caller.hears(Kind::Audio, 400).await;
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT max(epoch)::bigint FROM call").await, 1, "the call didn't move");

    talk.hang_up().await;
    let recording = ready_recording(&agent, &placed.id).await;
    let seconds = recording["durationSeconds"].as_f64().expect("a duration");
    assert!(seconds > 16.0, "nothing was lost: {seconds} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_object_store_dies_during_a_call() {
    let platform = platform().await;
    let talk = Talk::begin(&platform).await;
    talk.hear(250).await;
    platform.servers.kill(Server::ObjectStore);
    talk.hear(600).await;
    talk.assert_no_gap();
    // The call ends and what was said waits on the worker's disk.
    let (agent, placed) = talk.hang_up().await;
    platform.servers.start(Server::ObjectStore);
    let decoded = listen(&platform, &agent, &placed).await;
    for (side, scene) in [(Side::Left, Scene::Agent), (Side::Right, Scene::Contact)] {
        let heard = decoded.tone_seconds(side, scene.tone());
        assert!(heard > 17.0, "nothing was lost: {heard} s of {scene:?}");
    }
}
