//! The chat beside a call: live, in order, caught up with after a break; and the files in it.

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::{Socket, Subscription};
use cordboard_tests::story::{self, AGENT, OTHER_AGENT, contact, path, place_call, sign_in, text, upload};
use cordboard_tests::wait::{STEP, eventually};
use reqwest::{StatusCode, header};
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
    let cards =
        "query($id: ID!) { call(id: $id) { messages(first: 1) { nodes { from { user { email } } } } } }";
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

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// Announces a file; answers its id and the path to upload it to.
async fn file(who: &Client, call: &str, name: &str, content_type: &str) -> (String, String) {
    let input = json!({ "callId": call, "name": name, "contentType": content_type, "bytes": 1000 });
    let made = who.mutate("messageFileCreate", input, "file { id url } uploadUrl").await;
    assert_eq!(made["file"]["url"], Value::Null);
    (text(&made["file"]["id"]).to_owned(), path(text(&made["uploadUrl"])))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_judged_by_its_content_and_read_by_whoever_reads_the_chat() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(1), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let call = placed.id.as_str();
    agent.mutate("callJoin", json!({ "callId": call }), "join { epoch }").await;
    let stranger = platform.anonymous(1);
    let join = json!({ "joinToken": placed.join_token });
    let joined = stranger.mutate("callJoin", join, "join { guestToken }").await;
    let guest = stranger.with_token(text(&joined["join"]["guestToken"]));

    // Whatever it is called, a program isn't taken, nor half a megabyte more than may be.
    let (picture, place) = file(&guest, call, "Größe \"L\".png", "image/jpeg").await;
    let (status, words) = upload(&guest, &place, b"MZ\x90\0 a program".to_vec()).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(words.contains("PDF or plain text"), "{words}");
    let large = [PNG, &vec![0; 10 * 1024 * 1024]].concat();
    assert_eq!(upload(&guest, &place, large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let early = json!({ "callId": call, "body": "", "fileId": picture });
    assert_eq!(guest.refused("messageSend", early.clone()).await, "INVALID");
    assert_eq!(upload(&guest, &place, PNG.to_vec()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(upload(&guest, &place, PNG.to_vec()).await.0, StatusCode::GONE);
    let stored = platform.objects().await;
    assert_eq!(stored.len(), 1, "what was refused left nothing: {stored:?}");
    let raw = platform.bucket.get_object(&stored[0]).await.expect("the object");
    assert!(!raw.as_slice().windows(4).any(|bytes| bytes == b"IHDR"), "it lies encrypted");
    assert_eq!(agent.refused("messageSend", early.clone()).await, "NOT_FOUND");
    let fields = "message { file { name contentType bytes url } }";
    let sent = guest.mutate("messageSend", early, fields).await["message"]["file"].clone();
    assert_eq!(
        (&sent["contentType"], &sent["bytes"]),
        (&json!("image/png"), &json!(PNG.len())),
        "as it is, not as it was said to be"
    );

    let chat =
        "query($id: ID!) { call(id: $id) { messages(first: 10) { nodes { body file { name url } } } } }";
    let read = agent.data(chat, json!({ "id": call })).await["call"]["messages"]["nodes"][0].clone();
    assert_eq!(read["file"]["name"], "Größe \"L\".png");
    let address = path(text(&read["file"]["url"]));
    for api in [0, 1] {
        let answer = platform.anonymous(api).get(&address).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        let told = answer.headers().clone();
        assert_eq!(told[header::CONTENT_TYPE], "image/png");
        assert_eq!(
            told[header::CONTENT_DISPOSITION],
            "inline; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%22L%22.png"
        );
        assert_eq!(told[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(told[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
        assert_eq!(told[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(answer.bytes().await.expect("the file"), PNG);
        let other = address.replacen("/file/", "/file/A", 1);
        let answer = platform.anonymous(api).get(&other).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    // A page that says it is a text is a text: it is saved, not shown.
    let (page, place) = file(&agent, call, "page.html", "text/plain").await;
    assert_eq!(upload(&agent, &place, b"<script>alert(1)</script>".to_vec()).await.0, StatusCode::NO_CONTENT);
    let input = json!({ "callId": call, "body": "Look", "fileId": page });
    let sent = agent.mutate("messageSend", input, fields).await["message"]["file"].clone();
    let answer = stranger.get(&path(text(&sent["url"]))).send().await.expect("an answer");
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain");
    assert!(text_of(&answer.headers()[header::CONTENT_DISPOSITION]).starts_with("attachment;"));

    // One that nobody sends is swept away; those that were sent stay.
    let (_, place) = file(&agent, call, "forgotten.txt", "text/plain").await;
    assert_eq!(upload(&agent, &place, b"forgotten".to_vec()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(platform.objects().await.len(), 3);
    let sql = platform.sql().await;
    sql.batch_execute("UPDATE message_file SET created_at = created_at - interval '3 hours'")
        .await
        .expect("time passes");
    eventually("the forgotten file is gone", STEP, || async {
        (platform.objects().await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(agent.get(&address).send().await.expect("an answer").status(), StatusCode::OK);
    story::end(&agent, call).await;
}

fn text_of(value: &header::HeaderValue) -> &str {
    value.to_str().expect("text")
}
