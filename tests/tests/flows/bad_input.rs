//! What no well-behaved client sends. Each gets its error, and the process stands.

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Participant, Sending};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{self, AGENT, OTHER_AGENT, contact, place_call, sign_in, text};
use cordboard_tests::wait::STEP;
use reqwest::StatusCode;
use serde_json::json;

async fn platform(workers: usize) -> Platform {
    Platform::with(Options {
        apis: Some(1),
        workers: Some(workers),
        schedulers: Some(0),
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn each_wrong_request_gets_its_own_error() {
    let platform = platform(0).await;
    let agent = sign_in(&platform, 0, AGENT).await;

    let negative = agent.send("{ contacts(first: -1) { edges { node { id } } } }", json!({})).await;
    assert_eq!(negative.error_code(), "BAD_USER_INPUT");
    for arguments in ["", "(first: 101)", "(first: 0)", "(first: 1, last: 1)"] {
        let query = format!("{{ contacts{arguments} {{ edges {{ node {{ id }} }} }} }}");
        let answer = agent.send(&query, json!({})).await;
        assert_eq!(answer.error_code(), "BAD_USER_INPUT", "{arguments}");
    }
    let cursor =
        agent.send("{ contacts(first: 1, after: \"%%%\") { edges { node { id } } } }", json!({})).await;
    assert_eq!(cursor.error_code(), "BAD_USER_INPUT");
    let unknown = agent.send("{ viewer { shoeSize } }", json!({})).await;
    assert_eq!(unknown.error_code(), "BAD_USER_INPUT");
    let broken = agent.send("{ viewer {", json!({})).await;
    assert_eq!(broken.error_code(), "BAD_USER_INPUT");

    let forged = platform
        .anonymous(0)
        .with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyXzAifQ.")
        .send("{ viewer { user { id } } }", json!({}))
        .await;
    assert_eq!(forged.error_code(), "UNAUTHENTICATED");
    let anonymous = platform.anonymous(0);
    let unsigned = anonymous.send("{ contacts(first: 1) { edges { node { id } } } }", json!({})).await;
    assert_eq!(unsigned.error_code(), "UNAUTHENTICATED");

    let wrong_type =
        agent.send("{ node(id: \"shoe_0123456789abcdef0123456789abcdef\") { id } }", json!({})).await;
    assert_eq!(wrong_type.error_code(), "BAD_USER_INPUT");
    let prefix =
        agent.failed("callEnd", json!({ "callId": "contact_0190a5b1c2d37e4f8a9b0c1d2e3f4a5b" })).await;
    assert_eq!(prefix, "BAD_USER_INPUT");
    let name = agent.payload("contactCreate", json!({ "name": "" }), "contact { id }").await;
    assert_eq!(name["userErrors"][0]["code"], "INVALID");
    assert_eq!(name["userErrors"][0]["path"], json!(["input", "name"]));
}

#[tokio::test]
async fn too_much_of_anything_is_refused() {
    let platform = platform(0).await;
    let agent = sign_in(&platform, 0, AGENT).await;

    for bytes in [256 * 1024, 10 * 1024 * 1024] {
        let huge = agent.send(&format!("# {}\n{{ viewer {{ role }} }}", "x".repeat(bytes)), json!({})).await;
        assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(huge.error_code(), "COST_EXCEEDED");
    }

    let deep = format!(
        "{{ {} id {} }}",
        "node(id: \"x\") { ... on Call { contact { calls(first: 1) { edges {".repeat(30),
        "} } } } }".repeat(30)
    );
    assert_eq!(agent.send(&deep, json!({})).await.error_code(), "COST_EXCEEDED");
    let wide: String = (0..2000).map(|it| format!("a{it}: viewer {{ role }} ")).collect();
    let answer = agent.send(&format!("{{ {wide} }}"), json!({})).await;
    assert_eq!(answer.error_code(), "COST_EXCEEDED");
    let costly = "{ contacts(first: 100) { edges { node { calls(first: 100) { edges { node { legs { id } contact { calls(first: 100) { edges { node { id } } } } } } } } } } }";
    assert_eq!(agent.send(costly, json!({})).await.error_code(), "COST_EXCEEDED");
    let ids: Vec<String> = (0..1000).map(|it| format!("call_{it:032x}")).collect();
    let many = agent.send("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
    assert_eq!(many.error_code(), "COST_EXCEEDED");

    // And it still answers everybody.
    agent.data("{ viewer { role } }", json!({})).await;
}

#[tokio::test]
async fn a_socket_takes_no_nonsense() {
    let platform = platform(0).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let subscription = "subscription { callEvents { cursor } }";

    let socket = Socket::connect(agent.base(), agent.token()).await;
    let _first = socket.subscribe_as("same", subscription, json!({})).await;
    let _second = socket.subscribe_as("same", subscription, json!({})).await;
    assert_eq!(socket.closed(STEP).await.code, Some(4409));

    let socket = Socket::connect(agent.base(), agent.token()).await;
    socket.send_raw("this is no JSON");
    assert_eq!(socket.closed(STEP).await.code, Some(4400));

    let socket = Socket::connect(agent.base(), agent.token()).await;
    let mut subscriptions = Vec::new();
    for _ in 0..500 {
        subscriptions.push(socket.subscribe(subscription, json!({})).await);
    }
    // What is over the cap is refused, each by itself; the socket stays.
    for over in &mut subscriptions[50..] {
        assert_eq!(over.refused().await, "COST_EXCEEDED");
    }
    assert!(socket.is_open());

    let unauthenticated = Socket::connect(agent.base(), None).await;
    let mut events = unauthenticated.subscribe(subscription, json!({})).await;
    assert_eq!(events.refused().await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn garbage_in_place_of_sdp_harms_nobody() {
    let platform = platform(1).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let join =
        agent.mutate("callJoin", json!({ "callId": placed.id }), "join { leg { id } epoch }").await["join"]
            .clone();
    story::until_state(&agent, &placed.id, "RINGING", STEP).await;
    let epoch =
        agent.mutate("callJoin", json!({ "callId": placed.id }), "join { epoch }").await["join"]["epoch"]
            .clone();

    let good = Participant::new(&Sending::audio(&Clip::load(Scene::Agent))).await;
    let offer = good.offer().await;
    let truncated = offer[..offer.len() / 3].to_owned();
    let no_fingerprint = offer.replace("a=fingerprint", "a=finger");
    let garbage = [
        String::new(),
        "garbage".to_owned(),
        "v=0\r\n".repeat(10_000),
        truncated,
        no_fingerprint,
        offer.replace("m=audio 9", "m=audio 99999999999"),
        "\0\u{fffd}💥".repeat(500),
    ];
    for sdp in garbage {
        let input = json!({ "legId": text(&join["leg"]["id"]), "epoch": epoch, "type": "OFFER", "sdp": sdp });
        let start: String = sdp.chars().take(40).collect();
        assert_eq!(agent.refused("legNegotiate", input).await, "INVALID", "{start}");
    }
    // The worker stands: the same leg connects with a proper offer.
    let input = json!({ "legId": text(&join["leg"]["id"]), "epoch": epoch, "type": "OFFER", "sdp": offer });
    let answer = agent.mutate("legNegotiate", input, "answer { sdp }").await;
    let mut good = good;
    good.answered(text(&answer["answer"]["sdp"]).to_owned()).await;
    good.connected().await;
    good.close().await;
}

#[tokio::test]
async fn a_missing_row_and_a_foreign_one_cannot_be_told_apart() {
    let platform = platform(0).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let other = sign_in(&platform, 0, OTHER_AGENT).await;
    let contact = contact(&agent, "Grace Hopper").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let missing = "call_0190a5b1c2d37e4f8a9b0c1d2e3f4a5b";

    let query = "query($id: ID!) { node(id: $id) { id } }";
    let unknown = agent.data(query, json!({ "id": missing })).await;
    assert!(unknown["node"].is_null());
    for id in [missing, placed.id.as_str()] {
        let code = other.refused("callEnd", json!({ "callId": id })).await;
        assert_eq!(code, "NOT_FOUND", "{id}");
        let code = other.refused("callJoin", json!({ "callId": id })).await;
        assert_eq!(code, "NOT_FOUND", "{id}");
    }
    story::end(&agent, &placed.id).await;
}
