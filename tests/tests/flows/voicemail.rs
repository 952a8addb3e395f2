//! Nobody answers: a contact leaves a message, and an agent finds it, listens to it and says so.

use std::ops::Range;
use std::time::Duration;

use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::Sending;
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::Side;
use cordboard_tests::socket::Socket;
use cordboard_tests::sql::count;
use cordboard_tests::story::{
    self, ADMIN, AGENT, Party, change_queue, closed_hours, download, frames, nodes, play, ready_audio,
    sign_in, text, tone,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::{Value, json};

/// A message is prepared beside whatever else the machine does.
const PREPARED: Duration = Duration::from_secs(120);
const TOLD: &str = "subscription { notifications { kind title body subject { ... on Voicemail {
    id durationSeconds leftAt heardAt queue { key } agent { id } recording { id } call { id contact { name } voicemail { id } }
    task { id title assignee { id } contact { name } } } } } }";
const CALL: &str = "query($id: ID!) { call(id: $id) { state result voicemailState voicemailWording voicemailAvailable recordingState } }";

/// Somebody whose microphone gives a beep a second, and silence between.
async fn join(stranger: &Client, payload: &Value) -> Party {
    let sending = Sending::audio(&Clip::load(Scene::FlashAndBeep));
    Party::join_by_link(stranger, text(&payload["joinToken"]), &sending).await
}

async fn until_message(viewer: &Client, call: &str, state: &str, within: Duration) -> Value {
    eventually(&format!("the message is {state}"), within, || async {
        let seen = viewer.data(CALL, json!({ "id": call })).await["call"].clone();
        (seen["voicemailState"] == state).then_some(seen)
    })
    .await
}

/// Speaks on for so long.
async fn speaks(party: &Party, seconds: u64) {
    let goal = party.media.sent_packets() + 50 * seconds;
    let spoken = || async { (party.media.sent_packets() >= goal).then_some(()) };
    eventually("the message is spoken", STEP + Duration::from_secs(seconds), spoken).await;
}

/// Waits until the last beep began so many milliseconds ago: between two of them.
async fn until_pause(party: &Party, milliseconds: Range<u128>) {
    let since_beep = || party.media.playing_since().elapsed().as_millis() % 1000;
    let pause = || async { milliseconds.contains(&since_beep()).then_some(()) };
    eventually("a pause between two beeps", STEP, pause).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_left_after_hours_is_found_and_heard() {
    let mut platform = Platform::start().await;
    let admin = sign_in(&platform, 0, ADMIN).await;
    let greeting = ready_audio(&admin, "We are closed", tone(660.0, 4)).await;
    let words = frames(&admin, &greeting).await;
    let closed = json!({ "hours": closed_hours(), "voicemail": true, "voicemailGreetingId": greeting["id"] });
    change_queue(&platform, "support", closed).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let mut told = socket.subscribe(TOLD, json!({})).await;

    // The closed page offers it.
    let stranger = platform.anonymous(1);
    let info = "{ queueInfo(key: \"support\") { open voicemail voicemailWording } }";
    let info = stranger.data(info, json!({})).await["queueInfo"].clone();
    assert_eq!((&info["open"], &info["voicemail"]), (&json!(false), &json!(true)));
    assert!(text(&info["voicemailWording"]).contains("recorded"), "{info}");
    let mut request = json!({ "queueKey": "support", "name": "Ada Lovelace", "email": "ada@example.org", "media": "AUDIO" });
    assert_eq!(stranger.refused("callRequest", request.clone()).await, "QUEUE_CLOSED");
    request["voicemail"] = json!(true);
    let fields = "call { id state voicemailState voicemailWording } joinToken";
    let requested = stranger.mutate("callRequest", request, fields).await;
    assert_eq!(requested["call"]["voicemailState"], "GREETING");
    assert_eq!(requested["call"]["voicemailWording"], info["voicemailWording"]);
    let call = text(&requested["call"]["id"]).to_owned();

    let mut contact = join(&stranger, &requested).await;
    eventually("the greeting", STEP, || async {
        (contact.media.received().share_heard(&words) > 0.5).then_some(())
    })
    .await;
    // The recording begins with the first packet after this mute and ends with the last one before the next, whenever anybody
    // is told: so there is more than half a second of silence to be cut off at either end.
    contact.media.set_silent(true);
    until_message(&contact.client, &call, "RECORDING", STEP).await;
    until_pause(&contact, 200..450).await;
    contact.media.set_silent(false);
    speaks(&contact, 5).await;
    // What is not stored yet would be lost with the worker, and the message would begin later.
    let sql = platform.sql().await;
    eventually("a part of it is stored", STEP, || async {
        (count(&sql, "SELECT count(*) FROM recording_object").await > 0).then_some(())
    })
    .await;
    // Its worker dies: nobody is greeted again, and the message goes on.
    let victim = platform.worker_of(&call).await;
    platform.workers[victim].kill();
    contact.follow_move(2 * STEP).await;
    speaks(&contact, 5).await;
    assert_eq!(contact.media.received().share_heard(&words), 0.0);
    until_pause(&contact, 650..900).await;
    contact.media.set_silent(true);
    contact.leave().await;
    contact.close().await;
    let ended = admin.data(CALL, json!({ "id": call })).await["call"].clone();
    assert_eq!((&ended["state"], &ended["result"]), (&json!("ENDED"), &json!("VOICEMAIL")));

    let told =
        told.until("the message", PREPARED, |it| it["notifications"]["kind"] == "voicemail.left").await;
    let told = &told["notifications"];
    assert_eq!(told["title"], "Ada Lovelace left a message");
    let message = &told["subject"];
    assert_eq!((&message["queue"]["key"], &message["agent"]), (&json!("support"), &json!(null)));
    assert_eq!((&message["call"]["id"], &message["call"]["voicemail"]["id"]), (&json!(call), &message["id"]));
    let task = &message["task"];
    assert_eq!((&task["assignee"], &task["contact"]["name"]), (&json!(null), &json!("Ada Lovelace")));
    let tasks =
        "query($id: ID!) { tasks(first: 10, filter: { callId: $id }) { edges { node { id title } } } }";
    let tasks = nodes(&agent.data(tasks, json!({ "id": call })).await["tasks"]);
    assert_eq!(tasks, [json!({ "id": task["id"], "title": "Listen to the message of Ada Lovelace" })]);

    let playback = play(&agent, &message["recording"]).await;
    let heard = download(&platform, &agent, &playback, false).await;
    for side in [Side::Left, Side::Right] {
        let loud = |sample: &[i16; 2]| sample[side as usize].unsigned_abs() > 3000;
        let first = heard.samples.iter().position(loud).expect("a beep") as f64 / 48_000.0;
        let last = heard.samples.iter().rposition(loud).expect("a beep") as f64 / 48_000.0;
        let silence = (first, heard.seconds() - last);
        let kept = 0.2..0.4;
        assert!(kept.contains(&silence.0) && kept.contains(&silence.1), "{silence:?}");
        // The crash costs four seconds at most, the way over some more.
        assert!(heard.beeps(side).len() >= 4, "{:?}", heard.beeps(side));
    }
    let told_seconds = message["durationSeconds"].as_f64().expect("seconds");
    assert!((told_seconds - heard.seconds()).abs() < 0.1, "{told_seconds} s, heard {}", heard.seconds());

    let list = "{ voicemails(first: 10, filter: { unheard: true }) { totalCount edges { node { id } } } }";
    let unheard = agent.data(list, json!({})).await["voicemails"].clone();
    assert_eq!(nodes(&unheard), [json!({ "id": message["id"] })]);
    let input = json!({ "voicemailId": message["id"] });
    let marked = agent.mutate("voicemailHeard", input, "voicemail { heardAt heardBy { email } }").await;
    assert_eq!(marked["voicemail"]["heardBy"]["email"], AGENT);
    assert_eq!(agent.data(list, json!({})).await["voicemails"]["totalCount"], 0);

    silent(&platform, &admin, &agent).await;
    seen(&platform, &admin, &agent).await;
}

/// A message with a picture, where the call has one.
async fn seen(platform: &Platform, admin: &Client, agent: &Client) {
    change_queue(platform, "lonely", json!({ "media": ["AUDIO", "VIDEO"] })).await;
    let stranger = platform.anonymous(0);
    let request =
        json!({ "queueKey": "lonely", "name": "Mary Somerville", "media": "VIDEO", "voicemail": true });
    let requested = stranger.mutate("callRequest", request, "call { id } joinToken").await;
    let call = text(&requested["call"]["id"]).to_owned();
    let sending = Sending::video(&Clip::load(Scene::Contact));
    let contact = Party::join_by_link(&stranger, text(&requested["joinToken"]), &sending).await;
    until_message(&contact.client, &call, "RECORDING", STEP).await;
    // Packets of both kinds.
    speaks(&contact, 30).await;
    contact.leave().await;
    contact.close().await;
    until_message(admin, &call, "DONE", PREPARED).await;
    let query =
        "query($id: ID!) { call(id: $id) { voicemail { recording { renditions { name height } } } } }";
    let found = agent.data(query, json!({ "id": call })).await["call"]["voicemail"]["recording"].clone();
    let heights: Vec<i64> = found["renditions"]
        .as_array()
        .expect("renditions")
        .iter()
        .filter_map(|it| it["height"].as_i64())
        .collect();
    assert!(heights.contains(&720), "{found}");
}

/// One who waits, chooses to leave a message, and then says next to nothing.
async fn silent(platform: &Platform, admin: &Client, agent: &Client) {
    let queue = json!({ "key": "lonely", "name": "Lonely", "voicemail": true });
    let queue = admin.mutate("queueCreate", queue, "queue { id voicemail voicemailGreeting { id } }").await;
    let viewer = agent.data("{ viewer { user { agent { id } } } }", json!({})).await;
    let member = json!({ "queueId": queue["queue"]["id"], "agentId": viewer["viewer"]["user"]["agent"]["id"], "member": true });
    admin.mutate("queueMemberSet", member, "queue { id }").await;
    let stranger = platform.anonymous(0);
    let request = json!({ "queueKey": "lonely", "name": "Charles Babbage", "media": "AUDIO" });
    let requested = stranger.mutate("callRequest", request, "call { id } joinToken").await;
    let call = text(&requested["call"]["id"]).to_owned();
    let contact = join(&stranger, &requested).await;
    story::until_state(admin, &call, "QUEUED", STEP).await;
    let waits = contact.client.data(CALL, json!({ "id": call })).await["call"].clone();
    assert_eq!(waits["voicemailAvailable"], true);
    let fields = "call { id state voicemailState voicemailAvailable }";
    let begun = contact.client.mutate("voicemailLeave", json!({ "callId": call }), fields).await;
    assert_eq!(
        begun["call"],
        json!({ "id": call, "state": "IN_PROGRESS", "voicemailState": "GREETING", "voicemailAvailable": false })
    );
    until_message(&contact.client, &call, "RECORDING", STEP).await;
    speaks(&contact, 1).await;
    // Nothing more, however long it takes to hang up.
    contact.media.set_silent(true);
    contact.leave().await;
    contact.close().await;
    let dropped = until_message(admin, &call, "DROPPED", PREPARED).await;
    assert_eq!(dropped["recordingState"], "DELETED");
    let told = "{ notifications(first: 10) { totalCount } }";
    assert_eq!(agent.data(told, json!({})).await["notifications"]["totalCount"], 1, "of the first alone");
    // Nothing of it stays in the bucket.
    eventually("the objects are gone", STEP, || async {
        let kept = format!("recordings/{}", recording_of(platform, &call).await);
        (!platform.objects().await.iter().any(|key| key.starts_with(&kept))).then_some(())
    })
    .await;
}

async fn recording_of(platform: &Platform, call: &str) -> String {
    let id = uuid::Uuid::try_parse(call.trim_start_matches("call_")).expect("a typed id").to_string();
    let query = "SELECT replace(id::text, '-', '') FROM recording WHERE call_id::text = $1";
    platform.sql().await.query_one(query, &[&id]).await.expect("a recording").get(0)
}
