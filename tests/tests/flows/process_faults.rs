//! Each process is killed (kill -9) while people talk. The call goes on, and the recording lacks
//! at most what was in the open object.

use cordboard_tests::media::Scene;
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::Side;
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{Talk, until_state};
use cordboard_tests::wait::STEP;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_api_dies_and_the_call_and_its_news_go_on() {
    let mut platform = Platform::start().await;
    let mut talk = Talk::begin(&platform).await;
    let query = "subscription($id: ID!, $after: String) { callEvents(callId: $id, after: $after) { cursor version kind } }";
    let socket = Socket::connect(platform.base(0), talk.agent.token()).await;
    let mut events = socket.subscribe(query, json!({ "id": talk.placed.id })).await;
    talk.callee
        .client
        .mutate("legUpdate", json!({ "legId": talk.callee.leg, "muted": true }), "leg { muted }")
        .await;
    let last = events.until("the mute", STEP, |it| it["callEvents"]["kind"] == "MUTED").await;
    let last = &last["callEvents"];
    talk.reset_gap();

    for (victim, other) in [(0, 1), (1, 0)] {
        platform.apis[victim].kill();
        let base = platform.base(other).to_owned();
        talk.agent = talk.agent.at(&base);
        talk.caller.turn_to(&base);
        talk.callee.turn_to(&base);
        talk.hear(50).await;
        // The other api carries on: what happens now reaches the worker and everybody.
        let muted = victim == 1;
        talk.callee
            .client
            .mutate("legUpdate", json!({ "legId": talk.callee.leg, "muted": muted }), "leg { muted }")
            .await;
        platform.apis[victim].revive().await;
    }
    talk.assert_no_gap();

    // The agent's page comes back with its cursor: nothing was lost and the order is kept.
    let socket = Socket::connect(platform.base(1), talk.agent.token()).await;
    let after = json!({ "id": talk.placed.id, "after": last["cursor"] });
    let mut events = socket.subscribe(query, after).await;
    let mut version = last["version"].as_i64().expect("a version");
    for kind in ["UNMUTED", "MUTED"] {
        let event = events.until(kind, STEP, |_| true).await["callEvents"].clone();
        version += 1;
        assert_eq!((event["kind"].clone(), event["version"].as_i64()), (json!(kind), Some(version)));
    }
    let decoded = talk.hang_up_and_listen(&platform).await;
    assert!(decoded.tone_seconds(Side::Left, Scene::Agent.tone()) > 3.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_scheduler_dies_and_nobody_notices() {
    let mut platform = Platform::start().await;
    let talk = Talk::begin(&platform).await;
    talk.reset_gap();
    for victim in 0..2 {
        platform.schedulers[victim].kill();
        talk.hear(100).await;
        platform.schedulers[victim].revive().await;
    }
    // Both at once, for longer than a dead worker is given: nobody may be declared dead after.
    for scheduler in &mut platform.schedulers {
        scheduler.kill();
    }
    talk.hear(400).await;
    for scheduler in &mut platform.schedulers {
        scheduler.revive().await;
    }
    talk.hear(100).await;
    talk.assert_no_gap();
    let sql = platform.sql().await;
    assert_eq!(cordboard_tests::sql::count(&sql, "SELECT max(epoch)::bigint FROM call").await, 1);
    let decoded = talk.hang_up_and_listen(&platform).await;
    assert!(decoded.tone_seconds(Side::Left, Scene::Agent.tone()) > 12.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_worker_dies_and_the_call_moves_to_the_other() {
    let mut platform = Platform::start().await;
    let mut talk = Talk::begin(&platform).await;
    // Ten seconds on the first worker, so that there is much more than one object.
    talk.hear(500).await;
    for _ in 0..2 {
        let victim = platform.worker_of(&talk.placed.id).await;
        platform.workers[victim].kill();
        tokio::join!(talk.caller.follow_move(2 * STEP), talk.callee.follow_move(2 * STEP));
        talk.hear(300).await;
        let call = until_state(&talk.agent, &talk.placed.id, "IN_PROGRESS", STEP).await;
        assert_eq!(call["result"], json!(null));
        assert_ne!(platform.worker_of(&talk.placed.id).await, victim);
        platform.workers[victim].revive().await;
    }
    // A browser that missed the move is told so.
    let late =
        json!({ "legId": talk.caller.leg, "epoch": talk.caller.epoch - 1, "type": "OFFER", "sdp": "v=0" });
    assert_eq!(talk.agent.refused("legNegotiate", late).await, "STALE");
    assert!(talk.caller.epoch >= 3, "two moves: epoch {}", talk.caller.epoch);

    // 2 + 10 s before the first death, 6 s before the second, 6 s after: each death costs the
    // open object (4 s) and the moments that the connections took.
    let decoded = talk.hang_up_and_listen(&platform).await;
    for (side, scene) in [(Side::Left, Scene::Agent), (Side::Right, Scene::Contact)] {
        let heard = decoded.tone_seconds(side, scene.tone());
        assert!(heard > 24.0 - 2.0 * 5.5, "{heard} s of {scene:?} in {} s", decoded.seconds());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hung_worker_is_noticed_by_its_heartbeat() {
    let platform = Platform::start().await;
    let mut talk = Talk::begin(&platform).await;
    let victim = platform.worker_of(&talk.placed.id).await;
    platform.workers[victim].freeze();
    tokio::join!(talk.caller.follow_move(2 * STEP), talk.callee.follow_move(2 * STEP));
    talk.hear(100).await;
    // It comes back to life and mustn't spoil what is no longer its own.
    platform.workers[victim].thaw();
    talk.hear(200).await;
    assert_ne!(platform.worker_of(&talk.placed.id).await, victim);
    let decoded = talk.hang_up_and_listen(&platform).await;
    assert!(decoded.tone_seconds(Side::Left, Scene::Agent.tone()) > 4.0);
}
