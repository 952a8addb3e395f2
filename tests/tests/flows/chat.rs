//! The chat beside a call: live, in order, and caught up with after a break.

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::{Socket, Subscription};
use cordboard_tests::story::{self, AGENT, OTHER_AGENT, contact, place_call, sign_in, text};
use cordboard_tests::wait::STEP;
use serde_json::{Value, json};

const EVENTS: &str = "subscription($call: ID!, $after: String) { callEvents(callId: $call, after: $after) {
    cursor kind detail message { id body at from { id name role } } } }";
const CHAT: &str = "query($id: ID!, $after: String) { call(id: $id) { messages(first: 2, after: $after) {
    totalCount nodes { id body from { name role } } pageInfo { hasNextPage endCursor } } } }";
const NODE: &str = "query($id: ID!) { node(id: $id) { id ... on Message { body } } }";

async fn write(who: &Client, call: &str, body: &str) -> Value {
    let input = json!({ "callId": call, "body": body, "idempotencyKey": body });
    who.mutate("messageSend", input, "message { id body }").await["message"].clone()
}

async fn next_message(events: &mut Subscription) -> Value {
    let sent = events.until("a message", STEP, |it| it["callEvents"]["kind"] == "MESSAGE_SENT").await;
    let event = sent["callEvents"].clone();
    assert_eq!(event["detail"], event["message"]["id"], "{event}");
    event
}

/// The whole chat, page by page.
async fn read(viewer: &Client, call: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = viewer.data(CHAT, json!({ "id": call, "after": after })).await;
        let page = &data["call"]["messages"];
        all.extend(page["nodes"].as_array().expect("messages").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], all.len());
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parties_write_to_each_other_and_miss_nothing_while_they_are_away() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let call = placed.id.as_str();
    agent.mutate("callJoin", json!({ "callId": call }), "join { epoch }").await;
    let join = json!({ "joinToken": placed.join_token });
    let stranger = platform.anonymous(1);
    let joined = stranger.mutate("callJoin", join, "join { guestToken }").await;
    let guest = stranger.with_token(text(&joined["join"]["guestToken"]));

    // The agent listens at one api, the contact at the other.
    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let mut heard = socket.subscribe(EVENTS, json!({ "call": call })).await;
    let theirs = Socket::connect(platform.base(1), guest.token()).await;
    let mut theirs = theirs.subscribe(EVENTS, json!({ "call": call })).await;
    let hello = write(&guest, call, "Hello").await;
    let told = next_message(&mut heard).await;
    assert_eq!((&told["message"]["id"], &told["message"]["body"]), (&hello["id"], &json!("Hello")));
    let from = &told["message"]["from"];
    assert_eq!((&from["role"], &from["name"]), (&json!("CONTACT"), &json!("Ada Lovelace")));
    next_message(&mut theirs).await;
    write(&agent, call, "Good morning").await;
    let answer = next_message(&mut theirs).await;
    assert_eq!(answer["message"]["body"], "Good morning");
    assert_eq!(answer["message"]["from"]["role"], "AGENT");

    // The agent's network is gone for a while. A repeated request is no second message.
    let after = next_message(&mut heard).await["cursor"].clone();
    drop(socket);
    for body in ["Are", "you", "there?"] {
        let first = write(&guest, call, body).await;
        assert_eq!(write(&guest, call, body).await, first);
    }
    let socket = Socket::connect(platform.base(1), agent.token()).await;
    let mut heard = socket.subscribe(EVENTS, json!({ "call": call, "after": after })).await;
    write(&guest, call, "Hm.").await;
    let mut caught_up = Vec::new();
    for _ in 0..4 {
        caught_up.push(next_message(&mut heard).await["message"]["body"].clone());
    }
    assert_eq!(caught_up, ["Are", "you", "there?", "Hm."]);

    let chat = read(&agent, call).await;
    let said: Vec<_> = chat.iter().map(|message| text(&message["body"])).collect();
    assert_eq!(said, ["Hello", "Good morning", "Are", "you", "there?", "Hm."]);
    assert_eq!(read(&guest, call).await, chat);
    let cards = "query($id: ID!) { call(id: $id) { messages(first: 1) { nodes { from { user { email } } } } } }";
    assert_eq!(guest.send(cards, json!({ "id": call })).await.error_code(), "FORBIDDEN");
    let colleague = sign_in(&platform, 1, OTHER_AGENT).await;
    assert_eq!(colleague.data(NODE, json!({ "id": hello["id"] })).await["node"], Value::Null);
    let wrong = json!({ "callId": call, "body": "Me too" });
    assert_eq!(colleague.refused("messageSend", wrong.clone()).await, "NOT_FOUND");
    assert_eq!(stranger.failed("messageSend", wrong.clone()).await, "UNAUTHENTICATED");

    // Afterwards it is read, but nobody writes any more.
    story::end(&agent, call).await;
    assert_eq!(agent.refused("messageSend", wrong.clone()).await, "CALL_ENDED");
    assert_eq!(guest.failed("messageSend", wrong).await, "FORBIDDEN");
    assert_eq!(read(&agent, call).await, chat);
    let back = "{ viewer { guest { call { messages(last: 1) { nodes { body } } } } } }";
    let back = guest.data(back, json!({})).await;
    assert_eq!(back["viewer"]["guest"]["call"]["messages"]["nodes"], json!([{ "body": "Hm." }]));
    assert_eq!(agent.data(NODE, json!({ "id": hello["id"] })).await["node"]["body"], "Hello");
}
