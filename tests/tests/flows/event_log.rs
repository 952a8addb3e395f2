//! The log of events: nothing is lost and a call's order is kept, whoever dies in between.

use std::collections::HashMap;
use std::time::Duration;

use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::{Socket, Subscription};
use cordboard_tests::sql::count;
use cordboard_tests::story::{self, AGENT, contact, place_call, sign_in, text, until_state};
use cordboard_tests::wait::{STEP, eventually, in_time};
use serde_json::{Value, json};

const EVENTS: &str =
    "subscription($after: String) { callEvents(after: $after) { cursor version kind call { id } } }";

async fn platform(workers: usize) -> Platform {
    Platform::with(Options { workers: Some(workers), ..Options::default() }).await
}

async fn next(events: &mut Subscription) -> Value {
    in_time("an event", STEP, events.next()).await.expect("the subscription lives")["callEvents"].clone()
}

#[tokio::test]
async fn a_client_that_was_away_while_its_api_died_misses_nothing() {
    let mut platform = platform(0).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let mut events = socket.subscribe(EVENTS, json!({})).await;
    let seen = place_call(&agent, &contact, "AUDIO").await;
    let last =
        events.until("the first call", STEP, |it| it["callEvents"]["call"]["id"] == json!(seen.id)).await;
    let after = last["callEvents"]["cursor"].clone();

    platform.apis[0].kill();
    socket.closed(STEP).await;
    let agent = agent.at(platform.base(1));
    let mut placed = Vec::new();
    for _ in 0..5 {
        let call = place_call(&agent, &contact, "AUDIO").await;
        story::end(&agent, &call.id).await;
        placed.push(call.id);
    }
    platform.apis[0].revive().await;

    // Back at either api, also one that wasn't there when it happened.
    for api in 0..2 {
        let socket = Socket::connect(platform.base(api), agent.token()).await;
        let mut events = socket.subscribe(EVENTS, json!({ "after": after })).await;
        let mut versions: HashMap<String, i64> = HashMap::new();
        let mut ended = Vec::new();
        while ended.len() < placed.len() {
            let event = next(&mut events).await;
            let id = text(&event["call"]["id"]).to_owned();
            let version = event["version"].as_i64().expect("a version");
            let before = versions.insert(id.clone(), version).unwrap_or_default();
            if id != seen.id {
                assert_eq!(version, before + 1, "{id} without a gap or a repeat");
            }
            if event["kind"] == "ENDED" {
                ended.push(id);
            }
        }
        assert_eq!(ended, placed);
    }
}

#[tokio::test]
async fn an_api_that_dies_between_commit_and_publish_leaves_nothing_behind() {
    let mut platform = platform(1).await;
    let agent = sign_in(&platform, 1, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let socket = Socket::connect(platform.base(1), agent.token()).await;
    let mut events = socket.subscribe(EVENTS, json!({})).await;

    platform.apis[0].arm().await;
    let doomed = agent.at(platform.base(0));
    let answer = doomed
        .try_send(
            "mutation($input: CallPlaceInput!) { callPlace(input: $input) { call { id } } }",
            json!({ "input": { "contactId": contact, "media": "AUDIO" } }),
        )
        .await;
    assert!(answer.is_err(), "the api died before it could answer: {answer:?}");
    platform.apis[0].ended().await;

    // The event reaches the other api's subscribers, and the sweep sends the job to a worker.
    let event = next(&mut events).await;
    let id = text(&event["call"]["id"]).to_owned();
    until_state(&agent, &id, "RINGING", STEP).await;
    let sql = platform.sql().await;
    eventually("an empty outbox", STEP, || async {
        (count(&sql, "SELECT count(*) FROM outbox").await == 0).then_some(())
    })
    .await;
    assert_eq!(count(&sql, "SELECT count(*) FROM call").await, 1);
}

#[tokio::test]
async fn a_cursor_older_than_the_log_says_so() {
    let platform = platform(0).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let mut events = socket.subscribe(EVENTS, json!({})).await;
    place_call(&agent, &contact, "AUDIO").await;
    let old = next(&mut events).await["cursor"].clone();

    let sql = platform.sql().await;
    sql.batch_execute("UPDATE event_floor SET (xid, seq) = (SELECT pg_current_xact_id(), 9000000000)")
        .await
        .expect("the log forgets");
    let mut late = socket.subscribe(EVENTS, json!({ "after": old })).await;
    assert_eq!(late.refused().await, "CURSOR_EXPIRED");
    let mut nonsense = socket.subscribe(EVENTS, json!({ "after": "no cursor" })).await;
    assert_eq!(nonsense.refused().await, "BAD_USER_INPUT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_keeps_reconnecting_sees_each_event_of_each_call() {
    let platform = platform(1).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    const CALLS: usize = 20;

    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let mut events = socket.subscribe(EVENTS, json!({})).await;
    let begin = place_call(&agent, &contact, "AUDIO").await;
    story::end(&agent, &begin.id).await;
    let begun = events.until("a beginning", STEP, |it| it["callEvents"]["kind"] == "ENDED").await;
    let mut after = begun["callEvents"]["cursor"].clone();

    let bases = [platform.base(0).to_owned(), platform.base(1).to_owned()];
    let token = agent.token().map(str::to_owned);
    let reader = tokio::spawn(async move {
        let mut seen: HashMap<String, Vec<i64>> = HashMap::new();
        let mut ended = 0;
        for round in 0.. {
            let socket = Socket::connect(&bases[round % 2], token.as_deref()).await;
            let mut events = socket.subscribe(EVENTS, json!({ "after": after })).await;
            for _ in 0..7 {
                let event = next(&mut events).await;
                after = event["cursor"].clone();
                ended += usize::from(event["kind"] == "ENDED");
                let version = event["version"].as_i64().expect("a version");
                seen.entry(text(&event["call"]["id"]).to_owned()).or_default().push(version);
                if ended == CALLS {
                    return seen;
                }
            }
        }
        seen
    });
    for call in 0..CALLS {
        let agent = agent.at(platform.base(call % 2));
        let placed = place_call(&agent, &contact, "AUDIO").await;
        story::end(&agent, &placed.id).await;
    }
    let seen = in_time("all ends", Duration::from_secs(60), reader).await.expect("the reader");
    assert_eq!(seen.len(), CALLS);
    for (call, versions) in seen {
        let whole: Vec<i64> = (1..=versions.len() as i64).collect();
        assert_eq!(versions, whole, "{call}");
    }
}
