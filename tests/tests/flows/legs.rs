//! One party's connection: lost, taken up again, moved to another network.

use std::time::Duration;

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::Side;
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{self, Party, Talk, until_state};
use cordboard_tests::wait::{STEP, eventually};
use domain::calls::signal::command_queue;
use domain::ids::WorkerId;
use serde_json::{Value, json};
use uuid::Uuid;

async fn until_leg(platform: &Platform, talk: &Talk, leg: &str, state: &str) {
    eventually(&format!("the leg is {state}"), STEP, || async {
        let call = story::call(&talk.agent.at(platform.base(1)), &talk.placed.id).await;
        let legs = call["legs"].as_array().expect("legs");
        legs.iter().any(|it| it["id"] == json!(leg) && it["state"] == state).then_some(())
    })
    .await;
}

/// What the worker of the only call answers to a command of an api that has looked at the leg before.
async fn commanded(platform: &Platform, command: Value) -> Value {
    let sql = platform.sql().await;
    let row = sql.query_one("SELECT worker_id::text FROM call", &[]).await.expect("a call");
    let worker = WorkerId(Uuid::try_parse(row.get(0)).expect("a worker"));
    let body = json!({ "trace_id": null, "command": command }).to_string();
    let bus = platform.domain().bus;
    let reply = bus.command(&command_queue(worker), body.as_bytes(), STEP).await.expect("a reply");
    serde_json::from_slice(&reply).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_who_vanishes_may_come_back_and_at_last_is_gone() {
    let platform = Platform::start().await;
    let mut talk = Talk::begin_over_network(&platform).await;
    let leg = talk.callee.leg.clone();

    talk.callee.media.network().go_away();
    until_leg(&platform, &talk, &leg, "RECONNECTING").await;
    // The agent waits in the same call.
    assert_eq!(until_state(&talk.agent, &talk.placed.id, "IN_PROGRESS", STEP).await["result"], json!(null));
    talk.callee.reload().await;
    until_leg(&platform, &talk, &leg, "CONNECTED").await;
    talk.hear(100).await;

    talk.callee.media.network().go_away();
    until_leg(&platform, &talk, &leg, "RECONNECTING").await;
    // Half a minute passes.
    let sql = platform.sql().await;
    let passes = "UPDATE leg SET leave_by = leave_by - interval '30 seconds' WHERE state = 'RECONNECTING'";
    sql.batch_execute(passes).await.expect("time passes");
    let ended = until_state(&talk.agent, &talk.placed.id, "ENDED", STEP).await;
    assert_eq!(ended["result"], "COMPLETED", "{ended}");
    talk.caller.close().await;
    talk.callee.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_loses_packets_and_changes_its_port_is_put_up_with() {
    let platform = Platform::start().await;
    let talk = Talk::begin_over_network(&platform).await;
    talk.callee.media.network().lose(5);
    talk.hear(300).await;
    talk.callee.media.network().lose(0);
    talk.reset_gap();
    talk.callee.media.network().change_port().await;
    talk.hear(150).await;
    assert!(talk.longest_gap() < Duration::from_secs(6), "media paused for {:?}", talk.longest_gap());
    let decoded = talk.hang_up_and_listen(&platform).await;
    let heard = decoded.tone_seconds(Side::Right, Scene::Contact.tone());
    assert!(heard > 6.0, "{heard} s of the contact in {} s", decoded.seconds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_changes_its_network_restarts_ice_and_talks_on() {
    let platform = Platform::start().await;
    let mut talk = Talk::begin(&platform).await;
    talk.callee.restart_ice().await;
    talk.hear(150).await;
    talk.caller.restart_ice().await;
    talk.hear(150).await;
    // A leg that is silent for longer counts as gone.
    let gap = talk.longest_gap();
    assert!(gap < Duration::from_secs(5), "media paused for {gap:?}");
    let call = until_state(&talk.agent, &talk.placed.id, "IN_PROGRESS", STEP).await;
    for leg in call["legs"].as_array().expect("legs") {
        assert_eq!(leg["state"], "CONNECTED");
    }
    talk.hang_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_mutes_sends_nothing_and_stays_connected() {
    let platform = Platform::start().await;
    let talk = Talk::begin(&platform).await;
    talk.callee.media.set_silent(true);
    talk.caller.media.falls_silent(Kind::Audio, Duration::from_millis(800)).await;
    // Longer than a broken connection is given: consent checks keep it alive (RFC 7675).
    talk.callee.hears(Kind::Audio, 400).await;
    let call = until_state(&talk.agent, &talk.placed.id, "IN_PROGRESS", STEP).await;
    for leg in call["legs"].as_array().expect("legs") {
        assert_eq!(leg["state"], "CONNECTED", "{call}");
    }
    talk.callee.media.set_silent(false);
    talk.hear(50).await;
    talk.hang_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_on_in_another_window_talks_there_alone() {
    let platform = Platform::start().await;
    let mut talk = Talk::begin(&platform).await;
    let (leg, call) = (talk.caller.leg.clone(), talk.placed.id.clone());
    let (generation, epoch) = (talk.caller.generation, talk.caller.epoch);
    let query =
        "subscription($leg: ID!, $told: Int) { legSignals(legId: $leg, generation: $told) { __typename
        ... on LegTaken { reason } } }";
    let first = Socket::connect(platform.base(0), talk.agent.token()).await;
    let mut told = first.subscribe(query, json!({ "leg": leg, "told": generation })).await;

    let sending = Sending::audio(&Clip::load(Scene::Agent));
    let second = Party::join(&talk.agent.at(platform.base(1)), &call, &sending).await;
    assert_eq!((&second.leg, second.generation), (&leg, generation + 1));
    let taken = told.until("the news", STEP, |it| it["legSignals"]["__typename"] == "LegTaken").await;
    assert_eq!(taken["legSignals"]["reason"], "This call goes on in another window.");
    assert!(told.next().await.is_none(), "nothing comes after it");
    std::mem::replace(&mut talk.caller, second).close().await;

    // Whatever the first one tries to mend by itself, and by whichever api.
    for api in [0, 1] {
        let agent = talk.agent.at(platform.base(api));
        let joins = json!({ "callId": call, "generation": generation });
        assert_eq!(agent.refused("callJoin", joins).await, "LEG_TAKEN");
        let offer =
            json!({ "legId": leg, "epoch": epoch, "generation": generation, "type": "OFFER", "sdp": "v=0" });
        assert_eq!(agent.refused("legNegotiate", offer).await, "LEG_TAKEN");
        let candidates = json!({ "legId": leg, "epoch": epoch, "generation": generation, "candidates": [] });
        assert_eq!(agent.refused("legTrickle", candidates).await, "LEG_TAKEN");
    }
    // What an api had let through before the second one came reaches the worker after it.
    let said = json!({ "legId": leg, "epoch": epoch, "generation": generation + 1, "candidates": [] });
    talk.agent.mutate("legTrickle", said, "leg { id }").await;
    let offer = json!({ "call": call, "leg": leg, "epoch": epoch, "generation": generation,
        "kind": "OFFER", "sdp": "v=0", "revision": 0 });
    let refused = commanded(&platform, json!({ "Negotiate": offer })).await;
    assert_eq!(refused["Refused"]["code"], "LEG_TAKEN", "{refused}");
    // An api of an earlier version doesn't say.
    let unsaid = json!({ "call": call, "leg": leg, "epoch": epoch, "candidates": [] });
    assert_eq!(commanded(&platform, json!({ "Trickle": unsaid })).await, "Done");
    talk.hear(150).await;

    // The second one's connection breaks: it takes up what is its own.
    let joins = json!({ "callId": call, "generation": generation + 1 });
    let again = talk.agent.mutate("callJoin", joins, "join { generation }").await;
    assert_eq!(again["join"]["generation"], generation + 1);
    talk.caller.restart_ice().await;
    talk.hear(100).await;
    until_leg(&platform, &talk, &leg, "CONNECTED").await;
    talk.hang_up().await;
}
