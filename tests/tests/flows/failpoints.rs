//! Processes die in the middle of things: after a commit and before what should follow it, while
//! they transcode, or because somebody asks them to go.

use std::time::Duration;

use cordboard_tests::media::Scene;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::playback::Side;
use cordboard_tests::sql::count;
use cordboard_tests::story::{
    AGENT, OTHER_AGENT, Tab, Talk, change_queue, contact, listen, place_call, sign_in, until_state,
    wait_in_queue,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::json;

#[tokio::test]
async fn a_worker_that_dies_between_its_lease_and_the_acknowledgement_loses_no_call() {
    let mut platform = Platform::start().await;
    platform.workers[0].arm_at("before_ack:media.calls").await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    // One of the first calls goes to the worker that is to die.
    let mut placed = Vec::new();
    while platform.workers[0].is_running() {
        assert!(placed.len() < 5, "five calls and none came to the first worker");
        let call = place_call(&agent, &contact, "AUDIO").await;
        until_state(&agent, &call.id, "RINGING", STEP).await;
        placed.push(call.id);
    }
    platform.workers[0].ended().await;
    for call in placed {
        eventually("the call is with the living worker", STEP, || async {
            (platform.worker_of(&call).await == 1).then_some(())
        })
        .await;
        until_state(&agent, &call, "RINGING", STEP).await;
    }
}

#[tokio::test]
async fn a_scheduler_that_dies_between_two_duties_leaves_the_rest_to_the_other() {
    let mut platform = Platform::with(Options {
        environment: vec![("CORDBOARD_RING_SECONDS", "2".to_owned())],
        workers: Some(1),
        ..Options::default()
    })
    .await;
    platform.schedulers[1].kill();
    platform.schedulers[0].arm_at("after_commit:ENDED").await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let one = place_call(&agent, &contact, "AUDIO").await;
    let other = place_call(&agent, &contact, "AUDIO").await;
    platform.schedulers[0].ended().await;

    platform.schedulers[1].start();
    for call in [&one, &other] {
        assert_eq!(until_state(&agent, &call.id, "ENDED", STEP).await["result"], "MISSED");
    }
    let sql = platform.sql().await;
    eventually("a task for each call", STEP, || async {
        (count(&sql, "SELECT count(*) FROM task").await == 2).then_some(())
    })
    .await;
}

/// What only time brings about: there is one scheduler, and it dies of each before the commit and after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduler_that_dies_of_a_step_is_followed_by_one_that_goes_on() {
    let mut platform =
        Platform::with(Options { schedulers: Some(1), workers: Some(1), ..Options::default() }).await;
    change_queue(&platform, "support", json!({ "offerSeconds": 6, "wrapUpSeconds": 5 })).await;
    let mut one = Tab::open(&sign_in(&platform, 0, AGENT).await).await;
    let mut two = Tab::open(&sign_in(&platform, 1, OTHER_AGENT).await).await;
    for (at, name) in [("before_commit", "Ada Lovelace"), ("after_commit", "Charles Babbage")] {
        two.set("AWAY").await;
        one.set("AVAILABLE").await;
        one.until("AVAILABLE", STEP).await;
        platform.schedulers[0].arm_at(&format!("{at}:POSITION_CHANGED")).await;
        let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", name).await;
        platform.schedulers[0].ended().await;

        platform.schedulers[0].arm_at(&format!("{at}:OFFER_TIMED_OUT")).await;
        assert_eq!(one.rings().await["call"]["id"], placed.id.as_str());
        two.set("AVAILABLE").await;
        platform.schedulers[0].ended().await;

        platform.schedulers[0].disarm().await;
        let offer = two.rings().await;
        assert_eq!(offer["call"]["id"], placed.id.as_str());
        let agent = two.answer(&offer).await;
        until_state(&two.client, &placed.id, "IN_PROGRESS", STEP).await;
        two.client.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
        two.until("WRAP_UP", STEP).await;
        platform.schedulers[0].arm_at(&format!("{at}:WRAPPED_UP")).await;
        platform.schedulers[0].ended().await;

        platform.schedulers[0].disarm().await;
        two.until("AVAILABLE", STEP).await;
        drop((agent, contact));
    }
    let sql = platform.sql().await;
    for kind in ["OFFER_TIMED_OUT", "WRAPPED_UP"] {
        let told = format!("SELECT count(*) FROM event WHERE kind = '{kind}'");
        assert_eq!(count(&sql, &told).await, 2, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_while_it_transcodes_is_replaced() {
    let mut platform = Platform::start().await;
    let talk = Talk::begin(&platform).await;
    talk.hear(250).await;
    let home = platform.worker_of(&talk.placed.id).await;
    let (agent, placed) = talk.hang_up().await;
    let sql = platform.sql().await;
    eventually("the transcoding begins", STEP, || async {
        let begun = "SELECT count(*) FROM recording WHERE attempt > 0";
        (count(&sql, begun).await == 1).then_some(())
    })
    .await;
    // Whoever has it: both go, so that nobody finishes it; one comes back.
    for worker in &mut platform.workers {
        worker.kill();
    }
    let passes =
        "UPDATE recording SET lease_until = now(), dispatch_at = now() WHERE lease_until IS NOT NULL";
    sql.batch_execute(passes).await.expect("time passes");
    let other = 1 - home;
    platform.workers[other].revive().await;
    let decoded = listen(&platform, &agent, &placed).await;
    assert!(decoded.tone_seconds(Side::Left, Scene::Agent.tone()) > 3.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_asked_to_go_hands_its_call_over() {
    let mut platform = Platform::start().await;
    let mut talk = Talk::begin(&platform).await;
    talk.hear(250).await;
    let leaving = platform.worker_of(&talk.placed.id).await;
    let (_, (), ()) = tokio::join!(
        platform.workers[leaving].stop(Duration::from_secs(40)),
        talk.caller.follow_move(2 * STEP),
        talk.callee.follow_move(2 * STEP)
    );
    talk.hear(200).await;
    assert_ne!(platform.worker_of(&talk.placed.id).await, leaving);
    // 2 + 5 s there, 4 s here; an orderly hand-over loses no object.
    let decoded = talk.hang_up_and_listen(&platform).await;
    let heard = decoded.tone_seconds(Side::Left, Scene::Agent.tone());
    assert!(heard > 9.5, "{heard} s in {} s", decoded.seconds());
}

#[tokio::test]
async fn every_program_ends_in_order_when_asked() {
    let mut platform = Platform::start().await;
    for process in platform.processes() {
        let status = process.stop(Duration::from_secs(15)).await;
        assert!(status.success(), "{}: {status}\n{}", process.name, process.tail());
    }
}
