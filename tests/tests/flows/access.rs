//! Who may see and do what: colleagues, and a guest during its call and afterwards.

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{
    self, AGENT, OTHER_AGENT, Talk, contact, place_call, sign_in, text, until_recording,
};
use cordboard_tests::wait::STEP;
use serde_json::{Value, json};

const NODE: &str = "query($id: ID!) { node(id: $id) { id } }";
const SIGNALS: &str =
    "subscription($leg: ID!) { legSignals(legId: $leg) { __typename ... on LegEnded { reason } } }";
const EVENTS: &str = "subscription($after: String) { callEvents(after: $after) { kind call { id state } } }";

async fn node(viewer: &Client, id: &str) -> Value {
    viewer.data(NODE, json!({ "id": id })).await["node"]["id"].clone()
}

fn is_leg_ended(data: &Value) -> bool {
    data["legSignals"]["__typename"] == "LegEnded"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_a_colleague_is_not_there() {
    let platform = Platform::start().await;
    let talk = Talk::begin(&platform).await;
    let call = talk.placed.id.clone();
    let recording = until_recording(&talk.agent, &call, "RECORDING", STEP).await;
    let about = json!({ "title": "Send the offer", "callId": call });
    let task = talk.agent.mutate("taskCreate", about.clone(), "task { id }").await;
    let rows = [&call, &talk.callee.leg, text(&recording["id"]), text(&task["task"]["id"])];

    let colleague = sign_in(&platform, 1, OTHER_AGENT).await;
    for row in rows {
        assert_eq!(node(&talk.agent, row).await, json!(row));
        assert_eq!(node(&colleague, row).await, Value::Null, "{row}");
    }
    assert_eq!(colleague.refused("taskCreate", about).await, "NOT_FOUND");
    talk.hang_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_has_its_call_and_afterwards_only_a_look_back() {
    let platform = Platform::start().await;
    let talk = Talk::begin(&platform).await;
    let (call, leg) = (talk.placed.id.clone(), talk.callee.leg.clone());
    let guest = talk.callee.client.clone();
    assert_eq!(node(&guest, &call).await, json!(call));
    let both =
        guest.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [call, leg] })).await;
    assert_eq!(both["nodes"], json!([{ "id": call }, { "id": leg }]));

    let socket = Socket::connect(platform.base(1), guest.token()).await;
    let mut signals = socket.subscribe(SIGNALS, json!({ "leg": leg })).await;
    let first = "query($id: ID!) { call(id: $id) { events(first: 1) { edges { cursor } } } }";
    let first =
        guest.data(first, json!({ "id": call })).await["call"]["events"]["edges"][0]["cursor"].clone();
    let mut events = socket.subscribe(EVENTS, json!({ "after": first })).await;
    // Begun before the end: what came before it is there.
    events.until("the answer", STEP, |it| it["callEvents"]["kind"] == "CONNECTED").await;
    let join = json!({ "joinToken": talk.placed.join_token });
    talk.hang_up().await;
    // What is on its way comes first, then the socket goes.
    signals.until("the end of the leg", STEP, is_leg_ended).await;
    let ended = events.until("the end", STEP, |it| it["callEvents"]["kind"] == "ENDED").await;
    assert_eq!(ended["callEvents"]["call"], json!({ "id": call, "state": "ENDED" }));
    assert_eq!(socket.closed(STEP).await.code, Some(4401));

    let back =
        guest.data("{ viewer { permissions guest { call { id state } leg { id } } } }", json!({})).await;
    assert_eq!(back["viewer"]["guest"]["call"], json!({ "id": call, "state": "ENDED" }));
    assert_eq!(back["viewer"]["permissions"], json!(["callJoin", "callRate", "legSignals", "viewer"]));
    assert_eq!(guest.send(NODE, json!({ "id": call })).await.error_code(), "FORBIDDEN");
    assert_eq!(guest.failed("legLeave", json!({ "legId": leg })).await, "FORBIDDEN");
    assert_eq!(guest.refused("callJoin", join).await, "LINK_EXPIRED");

    // A page that had no connection when it ended is told, and that is all.
    let late = Socket::connect(platform.base(0), guest.token()).await;
    let mut events = late.subscribe(EVENTS, json!({})).await;
    let mut signals = late.subscribe(SIGNALS, json!({ "leg": leg })).await;
    signals.until("the end of the leg", STEP, is_leg_ended).await;
    let refused = events.refused().await;
    assert_eq!(refused, "FORBIDDEN");
    assert_eq!(late.closed(STEP).await.code, Some(4401));
}

#[tokio::test]
async fn a_link_that_is_bound_anew_ends_the_browser_before() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let join = json!({ "joinToken": placed.join_token });
    let first = platform.anonymous(0);
    let joined = first.mutate("callJoin", join.clone(), "join { guestToken }").await;
    let first = first.with_token(text(&joined["join"]["guestToken"]));
    let socket = Socket::connect(platform.base(0), first.token()).await;

    let second = platform.anonymous(1);
    assert_eq!(second.refused("callJoin", join.clone()).await, "LINK_IN_USE");
    let sql = platform.sql().await;
    sql.batch_execute("UPDATE leg SET away_since = away_since - interval '1 hour'")
        .await
        .expect("time passes");
    second.mutate("callJoin", join, "join { guestToken }").await;

    assert_eq!(socket.closed(STEP).await.code, Some(4401));
    let stranger = first.send("{ viewer { guest { name } } }", json!({})).await;
    assert_eq!(stranger.error_code(), "UNAUTHENTICATED");
    story::end(&agent, &placed.id).await;
}
