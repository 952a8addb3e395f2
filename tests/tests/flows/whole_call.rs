//! The main job: a call between an agent and a contact on different apis, recorded and watched.

use std::time::Duration;

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::{Side, decode, read_ladder};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{
    self, AGENT, Party, contact, download, place_call, play, ready_recording, sign_in, text, until_recording,
    until_state,
};
use cordboard_tests::wait::{STEP, eventually};
use reqwest::StatusCode;
use serde_json::json;
use sha2::{Digest, Sha256};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agent_and_contact_talk_and_the_recording_can_be_watched() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let (agent_clip, contact_clip) = (Clip::load(Scene::Agent), Clip::load(Scene::Contact));

    let placed = place_call(&agent, &contact, "VIDEO").await;
    let watcher = Socket::connect(platform.base(1), agent.token()).await;
    let mut events = watcher
        .subscribe(
            "subscription($id: ID!) { callEvents(callId: $id) { cursor version kind call { id state } } }",
            json!({ "id": placed.id }),
        )
        .await;

    let caller = Party::join(&agent, &placed.id, &Sending::video(&agent_clip)).await;
    let callee =
        Party::join_by_link(&platform.anonymous(1), &placed.join_token, &Sending::video(&contact_clip)).await;
    tokio::join!(
        caller.hears(Kind::Audio, 25),
        caller.hears(Kind::Video, 25),
        callee.hears(Kind::Audio, 25),
        callee.hears(Kind::Video, 25),
    );
    // Behind the silence that stands in for somebody who has not come yet.
    eventually("each hears the other alone", STEP, || async {
        let shares = [(&caller, &contact_clip), (&callee, &agent_clip)]
            .map(|(who, clip)| who.media.received().share_heard_of(clip));
        shares.iter().all(|share| *share > 0.9).then_some(())
    })
    .await;
    let talking = until_state(&agent, &placed.id, "IN_PROGRESS", STEP).await;
    assert!(talking["answeredAt"].is_string());
    assert!(talking["setupSeconds"].as_f64().expect("a set-up time") < 10.0);

    // Nobody is recorded before all said yes.
    assert!(callee.consent_wording.is_some(), "the contact is asked");
    assert!(caller.consent_wording.is_none(), "the agent isn't");
    assert_eq!(talking["recordings"], json!([]));
    assert_eq!(platform.objects().await, Vec::<String>::new());
    callee.consent(true).await;
    until_recording(&agent, &placed.id, "RECORDING", STEP).await;
    tokio::join!(caller.hears(Kind::Audio, 600), callee.hears(Kind::Audio, 600));

    let ended = story::end(&agent, &placed.id).await;
    assert_eq!(ended["state"], "ENDED");
    assert_eq!(ended["result"], "COMPLETED");
    // A second end is no error.
    assert_eq!(story::end(&agent, &placed.id).await["result"], "COMPLETED");
    caller.close().await;
    callee.close().await;

    // Each step was told once, in order, without a gap.
    let mut kinds = Vec::new();
    let mut version = 0;
    loop {
        let event =
            events.until("the call's events", Duration::from_secs(120), |_| true).await["callEvents"].clone();
        let this = event["version"].as_i64().expect("a version");
        assert!(this > version, "{this} after {version}: {kinds:?}");
        version = this;
        kinds.push(text(&event["kind"]).to_owned());
        if event["kind"] == "RECORDING_READY" {
            break;
        }
    }
    let place = |kind: &str| kinds.iter().position(|it| it == kind);
    for (earlier, later) in [
        ("LEG_JOINED", "CONNECTED"),
        ("CONNECTED", "CONSENT_GIVEN"),
        ("CONSENT_GIVEN", "RECORDING_STARTED"),
        ("RECORDING_STARTED", "ENDED"),
        ("ENDED", "RECORDING_READY"),
    ] {
        let (one, other) = (place(earlier), place(later));
        assert!(one.is_some() && one < other, "{earlier} before {later}: {kinds:?}");
    }

    let recording = ready_recording(&agent, &placed.id).await;
    let seconds = recording["durationSeconds"].as_f64().expect("a duration");
    assert!((11.0..25.0).contains(&seconds), "{seconds} s were recorded");
    watch(&platform, &agent, &recording, seconds).await;
}

/// Watches as a player does and measures what is in it.
async fn watch(
    platform: &Platform,
    agent: &cordboard_tests::graphql::Client,
    recording: &serde_json::Value,
    seconds: f64,
) {
    let playback = play(agent, recording).await;
    let http = agent.http();
    let ladder = read_ladder(http, text(&playback["hlsUrl"])).await;
    assert!(ladder.video.len() >= 3, "three rungs of a 720p source: {ladder:?}");
    assert!(!ladder.audio.is_empty(), "audio only: {ladder:?}");
    for rung in &ladder.video {
        assert!(rung.height.is_some_and(|height| height <= 720));
        assert!((rung.seconds - seconds).abs() < 1.5, "{rung:?} of {seconds} s");
        assert_eq!(rung.starts.len(), ladder.video[0].starts.len());
        for (one, other) in rung.starts.iter().zip(&ladder.video[0].starts) {
            assert!((one - other).abs() < 0.05, "rungs are aligned: {ladder:?}");
        }
    }

    let download = text(&playback["downloadUrl"]);
    let whole = http.get(download).send().await.expect("an answer");
    assert_eq!(whole.status(), StatusCode::OK);
    let whole = whole.bytes().await.expect("a body");
    assert_eq!(text(&recording["sha256"]), hex::encode(Sha256::digest(&whole)));
    // A range in the middle, across the chunks in which it is encrypted.
    let (from, to) = (whole.len() / 3, whole.len() / 3 * 2);
    let part =
        http.get(download).header("range", format!("bytes={from}-{to}")).send().await.expect("an answer");
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()["content-range"].to_str().ok(),
        Some(format!("bytes {from}-{to}/{}", whole.len()).as_str())
    );
    assert_eq!(part.bytes().await.expect("a body"), whole.slice(from..=to));
    let beyond = http
        .get(download)
        .header("range", format!("bytes={}-", whole.len() + 10))
        .send()
        .await
        .expect("an answer");
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let poster = http.get(text(&playback["posterUrl"])).send().await;
    assert_eq!(poster.expect("an answer").status(), StatusCode::OK);

    let file = platform.folder().join("download.mp4");
    std::fs::write(&file, &whole).expect("the download is kept");
    let decoded = decode(&file, true);
    assert!((decoded.seconds() - seconds).abs() < 1.0);
    let (own, other) = (Scene::Agent.tone(), Scene::Contact.tone());
    assert!(decoded.tone_seconds(Side::Left, own) > 9.0, "the agent is left");
    assert!(decoded.tone_seconds(Side::Right, other) > 9.0, "the contact is right");
    assert!(decoded.tone_seconds(Side::Left, other) < 0.5, "and only there");
    assert!(decoded.tone_seconds(Side::Right, own) < 0.5, "and only there");
    assert!(!decoded.brightness.is_empty(), "there is a picture");

    // What lies in the bucket is encrypted.
    for key in platform.objects().await {
        let object = platform.bucket.get_object(&key).await.expect("an object");
        let bytes = object.bytes();
        assert_ne!(bytes.get(..4), Some(&[0x1a, 0x45, 0xdf, 0xa3][..]), "{key}");
        assert_ne!(bytes.get(4..8), Some(&b"ftyp"[..]), "{key}");
        assert!(!bytes.starts_with(b"#EXTM3U"), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_who_refuses_is_not_recorded() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let caller = Party::join(&agent, &placed.id, &Sending::audio(&Clip::load(Scene::Agent))).await;
    let callee = Party::join_by_link(
        &platform.anonymous(1),
        &placed.join_token,
        &Sending::audio(&Clip::load(Scene::Contact)),
    )
    .await;
    until_state(&agent, &placed.id, "IN_PROGRESS", STEP).await;

    // Yes at first, then no: what was written meanwhile goes.
    callee.consent(true).await;
    until_recording(&agent, &placed.id, "RECORDING", STEP).await;
    callee.hears(Kind::Audio, 250).await;
    callee.consent(false).await;
    callee.hears(Kind::Audio, 50).await;
    story::end(&agent, &placed.id).await;
    caller.close().await;
    callee.close().await;

    eventually("an empty bucket", STEP, || async { platform.objects().await.is_empty().then_some(()) }).await;
    let call = story::call(&agent, &placed.id).await;
    for recording in call["recordings"].as_array().expect("recordings") {
        assert_eq!(recording["state"], "DELETED", "{call}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_reload_and_the_audio_call_is_recorded_with_its_pause() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 1, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let (agent_clip, contact_clip) = (Clip::load(Scene::Agent), Clip::load(Scene::Contact));
    let mut caller = Party::join(&agent, &placed.id, &Sending::audio(&agent_clip)).await;
    let mut callee =
        Party::join_by_link(&platform.anonymous(0), &placed.join_token, &Sending::audio(&contact_clip)).await;
    callee.consent(true).await;
    let recording = until_recording(&agent, &placed.id, "RECORDING", STEP).await;
    caller.hears(Kind::Audio, 100).await;

    caller.reload().await;
    caller.hears(Kind::Audio, 50).await;
    callee.hears(Kind::Audio, 50).await;
    callee.reload().await;
    caller.hears(Kind::Audio, 50).await;
    callee.hears(Kind::Audio, 50).await;

    // The card number: what is said meanwhile is nowhere.
    let id = json!(text(&recording["id"]));
    agent
        .mutate(
            "recordingPause",
            json!({ "recordingId": id, "reason": "card number" }),
            "recording { state }",
        )
        .await;
    until_recording(&agent, &placed.id, "PAUSED", STEP).await;
    caller.hears(Kind::Audio, 150).await;
    agent.mutate("recordingResume", json!({ "recordingId": id }), "recording { state }").await;
    caller.hears(Kind::Audio, 150).await;
    assert_eq!(until_state(&agent, &placed.id, "IN_PROGRESS", STEP).await["result"], json!(null));
    story::end(&agent, &placed.id).await;
    caller.close().await;
    callee.close().await;

    let ready = ready_recording(&agent, &placed.id).await;
    let playback = play(&agent, &ready).await;
    let ladder = read_ladder(agent.http(), text(&playback["hlsUrl"])).await;
    assert!(ladder.video.is_empty() && !ladder.audio.is_empty(), "{ladder:?}");
    let decoded = download(&platform, &agent, &playback, false).await;
    let heard = decoded.tone_seconds(Side::Right, Scene::Contact.tone());
    let silent = decoded.seconds() - heard;
    assert!(heard > 6.0, "{heard} s of the contact's voice in {} s", decoded.seconds());
    // Three seconds, what pausing and resuming took, and the contact's reload.
    assert!((2.5..15.0).contains(&silent), "{silent} s without the contact: the pause");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_given_up_or_declined_before_it_is_answered_says_so() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;

    let abandoned = place_call(&agent, &contact, "AUDIO").await;
    assert_eq!(story::end(&agent, &abandoned.id).await["result"], "ABANDONED");

    let declined = place_call(&agent, &contact, "AUDIO").await;
    let guest = platform.anonymous(1);
    let join = guest
        .mutate(
            "callJoin",
            json!({ "joinToken": declined.join_token, "name": "Ada" }),
            "join { leg { id } guestToken }",
        )
        .await["join"]
        .clone();
    guest
        .with_token(text(&join["guestToken"]))
        .mutate("legLeave", json!({ "legId": join["leg"]["id"] }), "")
        .await;
    let call = until_state(&agent, &declined.id, "ENDED", STEP).await;
    assert_eq!(call["result"], "DECLINED");
    assert!(text(&call["endReason"]).len() > 3);
}
