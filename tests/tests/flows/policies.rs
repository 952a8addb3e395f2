//! Who is asked, who is recorded, who may watch: by the installation's policy.

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{
    self, AGENT, OTHER_AGENT, Party, SUPERVISOR, Talk, contact, place_call, play, ready_recording, sign_in,
    text, until_recording, until_state,
};
use cordboard_tests::wait::STEP;
use reqwest::StatusCode;
use serde_json::json;

async fn platform(name: &'static str, value: &str) -> Platform {
    Platform::with(Options {
        environment: vec![(name, value.to_owned())],
        workers: Some(1),
        schedulers: Some(1),
        ..Options::default()
    })
    .await
}

/// A call with both parties in it, about whose recording nobody has said anything.
async fn call(platform: &Platform) -> Talk {
    let agent = sign_in(platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let caller = Party::join(&agent, &placed.id, &Sending::audio(&Clip::load(Scene::Agent))).await;
    let sending = Sending::audio(&Clip::load(Scene::Contact));
    let callee = Party::join_by_link(&platform.anonymous(1), &placed.join_token, &sending).await;
    until_state(&agent, &placed.id, "IN_PROGRESS", STEP).await;
    Talk { agent, placed, caller, callee }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_policy_nobody_is_asked_and_the_call_is_recorded() {
    let platform = platform("CORDBOARD_CONSENT_POLICY", "NONE").await;
    let talk = call(&platform).await;
    assert!(talk.callee.consent_wording.is_none());
    until_recording(&talk.agent, &talk.placed.id, "RECORDING", STEP).await;
    talk.hang_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_calls_are_not_recorded_nobody_is_asked_and_nothing_is_kept() {
    let platform = platform("CORDBOARD_RECORD_CALLS", "false").await;
    let talk = call(&platform).await;
    assert!(talk.callee.consent_wording.is_none());
    talk.caller.hears(Kind::Audio, 100).await;
    let (agent, placed) = talk.hang_up().await;
    assert_eq!(story::call(&agent, &placed.id).await["recordings"], json!([]));
    assert_eq!(platform.objects().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_is_for_those_who_may_and_each_look_is_noted() {
    let platform = Platform::start().await;
    let talk = Talk::begin(&platform).await;
    let leg = talk.callee.leg.clone();
    let signals = Socket::connect(platform.base(1), talk.callee.client.token()).await;
    let query =
        "subscription($leg: ID!) { legSignals(legId: $leg) { __typename ... on LegEnded { reason } } }";
    let mut signals = signals.subscribe(query, json!({ "leg": leg })).await;
    let guest = talk.callee.client.clone();
    let (agent, placed) = talk.hang_up().await;
    // The contact's page is told that it is over.
    let ended = |it: &serde_json::Value| it["legSignals"]["__typename"] == "LegEnded";
    signals.until("the end of the leg", STEP, ended).await;

    let recording = ready_recording(&agent, &placed.id).await;
    let input = json!({ "recordingId": recording["id"], "reason": "curiosity" });
    let colleague = sign_in(&platform, 1, OTHER_AGENT).await;
    assert_eq!(colleague.refused("recordingPlay", input.clone()).await, "NOT_FOUND");
    assert_eq!(guest.failed("recordingPlay", input).await, "FORBIDDEN");

    // A link from one api works at the other; a changed one nowhere.
    let supervisor = sign_in(&platform, 1, SUPERVISOR).await;
    let playback = play(&supervisor, &recording).await;
    let address = text(&playback["hlsUrl"]).to_owned();
    let path = &address[address.find("/play/").expect("a path")..];
    for api in [0, 1] {
        let answer = platform.anonymous(api).get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let other = path.replacen("/play/", "/play/x", 1);
        let answer = platform.anonymous(api).get(&other).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let outside = path.replacen("master.m3u8", "..%2f..%2f..%2fetc%2fpasswd", 1);
        let answer = platform.anonymous(api).get(&outside).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let sql = platform.sql().await;
    sql.batch_execute("UPDATE recording_access SET expires_at = now()").await.expect("time passes");
    let late = platform.anonymous(0).get(path).send().await.expect("an answer");
    assert_eq!(late.status(), StatusCode::NOT_FOUND);

    let query = "query($id: ID!) { node(id: $id) { ... on Recording { accesses(first: 10) { edges { node { reason user { email } } } } } } }";
    let accesses = supervisor.data(query, json!({ "id": recording["id"] })).await;
    let accesses = story::nodes(&accesses["node"]["accesses"]);
    assert_eq!(accesses.len(), 1, "refused ones are none: {accesses:?}");
    assert_eq!(accesses[0]["user"]["email"], SUPERVISOR);
}
