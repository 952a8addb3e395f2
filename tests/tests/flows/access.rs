//! Who may see and do what: colleagues, and a guest during its call and afterwards.

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{
    self, ADMIN, AGENT, OTHER_AGENT, SUPERVISOR, Tab, Talk, change_queue, closed_hours, contact, place_call,
    request_call, sign_in, text, until_recording, wait_in_queue,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::{Value, json};

const NODE: &str = "query($id: ID!) { node(id: $id) { id } }";
const SIGNALS: &str =
    "subscription($leg: ID!) { legSignals(legId: $leg) { __typename ... on LegEnded { reason } } }";
const EVENTS: &str = "subscription($after: String) { callEvents(after: $after) { kind call { id state } } }";

const TOLD: &str = "subscription { callEvents { kind actor detail leg { id } } }";
const LOG: &str = "query($id: ID!, $after: String) { call(id: $id) { events(first: 3, after: $after) {
    nodes { kind actor detail leg { id } } pageInfo { hasNextPage endCursor } } } }";

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

#[tokio::test]
async fn what_an_agent_did_is_for_the_agent_and_for_supervisors() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let (agent, colleague) = (sign_in(&platform, 0, AGENT).await, sign_in(&platform, 1, OTHER_AGENT).await);
    let supervisor = sign_in(&platform, 1, SUPERVISOR).await;
    let whose = agent.data("{ viewer { user { agent { id } } } }", json!({})).await;
    let whose = json!({ "id": whose["viewer"]["user"]["agent"]["id"] });
    for fields in [
        "today { onCallSeconds awayByReason { reason seconds } occupancy { value } utilisation { definition } }",
        "intervals(first: 1) { totalCount nodes { activity reason startedAt endedAt call { id } } }",
    ] {
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on Agent {{ {fields} }} }} }}");
        for reader in [&agent, &supervisor] {
            assert!(reader.data(&query, whose.clone()).await["node"].is_object());
        }
        assert_eq!(colleague.send(&query, whose.clone()).await.error_code(), "FORBIDDEN");
    }
    // Who waits in a queue is for supervisors.
    let waiting = "{ queues(first: 1) { nodes { waiting(first: 1) { nodes { id } } } } }";
    assert!(supervisor.data(waiting, json!({})).await["queues"]["nodes"][0]["waiting"].is_object());
    assert_eq!(agent.send(waiting, json!({})).await.error_code(), "FORBIDDEN");
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
    let query = "query($id: ID!) { call(id: $id) { events(first: 1) { edges { cursor } } } }";
    let first = eventually("an event in the log", STEP, || async {
        let seen = guest.data(query, json!({ "id": call })).await;
        Some(seen["call"]["events"]["edges"][0]["cursor"].clone()).filter(Value::is_string)
    })
    .await;
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
    let left = json!(["callJoin", "callRate", "callbackRequest", "legSignals", "viewer"]);
    assert_eq!(back["viewer"]["permissions"], left);
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

/// A call that a stranger asks for is linked to whom the stranger claims to be.
#[tokio::test]
async fn a_stranger_reads_no_cards_through_a_call() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let known = json!({ "name": "Ada Lovelace", "emails": ["ada.lovelace@example.org"] });
    agent.mutate("contactCreate", known, "contact { id }").await;
    let stranger = platform.anonymous(1);
    let request = json!({ "queueKey": "support", "name": "Ada", "email": "ada.lovelace@example.org", "media": "AUDIO" });
    for fields in [
        "contact { id }",
        "contact { emails company { name } }",
        "queue { id }",
        "agent { id }",
        "visits { id }",
        "offers { id }",
        "notes { body }",
        "legs { user { email } }",
    ] {
        let query = format!(
            "mutation($input: CallRequestInput!) {{ callRequest(input: $input) {{ call {{ {fields} }} }} }}"
        );
        let answer = stranger.send(&query, json!({ "input": request })).await;
        assert_eq!(answer.error_code(), "FORBIDDEN", "callRequest: {fields}");
        let query = format!(
            "mutation($input: CallJoinInput!) {{ callJoin(input: $input) {{ join {{ call {{ {fields} }} }} }} }}"
        );
        // A link of its own: joining binds it, whatever may be read of the answer.
        let placed = request_call(&stranger, "support", "Ada Lovelace").await;
        let join = json!({ "input": { "joinToken": placed.join_token } });
        let answer = stranger.send(&query, join).await;
        assert_eq!(answer.error_code(), "FORBIDDEN", "callJoin: {fields}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_never_reads_what_agents_say_of_the_call() {
    let platform = Platform::start().await;
    let mut tab = Tab::available(&platform, 0, AGENT).await;
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let socket = Socket::connect(platform.base(1), contact.client.token()).await;
    let mut news = socket.subscribe(TOLD, json!({})).await;
    let offer = tab.rings().await;
    let declined = json!({ "offerId": offer["id"], "reason": "not him again" });
    tab.client.mutate("offerDecline", declined, "offer { id }").await;
    let admin = sign_in(&platform, 0, ADMIN).await;
    let note = json!({ "callId": placed.id, "body": "Rings every day." });
    admin.mutate("noteCreate", note, "note { id }").await;
    let who = json!({ "callId": placed.id, "name": "Ada King", "emails": ["ada.king@example.org"] });
    let fields = "call { contact { name emails } contactVerified }";
    let said = admin.mutate("callContactSet", who, fields).await;
    let card = json!({ "name": "Ada King", "emails": ["ada.king@example.org"] });
    assert_eq!(said["call"], json!({ "contact": card, "contactVerified": true }));
    let kinds = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| text(&event["kind"]).to_owned()).collect()
    };
    // An event is handed out once every older transaction of the whole server has ended, another test's too.
    eventually("what was said is in the log", STEP, || async {
        let all = events(&admin, &placed.id).await;
        let said = all.iter().any(|event| event["detail"] == "not him again");
        let told = |kind: &&str| kinds(&all).iter().any(|it| it == kind);
        (said && ["NOTE_SAVED", "CONTACT_SET"].iter().all(told)).then_some(())
    })
    .await;
    let mut before = events(&contact.client, &placed.id).await;
    assert!(kinds(&before).contains(&"OFFER_DECLINED".to_owned()), "{before:?}");
    admin.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;

    // What the contact's page heard while it happened.
    let told = news.until("the end", STEP, |it| it["callEvents"]["kind"] == "ENDED");
    let mut heard = vec![told.await["callEvents"].clone()];
    heard.append(&mut before);
    for event in heard {
        let (kind, detail) = (text(&event["kind"]), &event["detail"]);
        assert!(!["NOTE_SAVED", "CONTACT_SET"].contains(&kind), "{event}");
        let is_own = event["leg"]["id"] == contact.leg.as_str();
        let is_public = is_own || ["POSITION_CHANGED", "ENDED"].contains(&kind);
        assert!(is_public || detail.is_null(), "{event}");
        assert!(is_own || event["actor"].is_null(), "{event}");
    }
}

/// All events of a call as a viewer reads them, page by page.
async fn events(viewer: &Client, call: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = viewer.data(LOG, json!({ "id": call, "after": after })).await;
        let page = &data["call"]["events"];
        all.extend(page["nodes"].as_array().expect("events").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The answer was lost on its way: the contact's page asks again, though its call is over.
#[tokio::test]
async fn a_call_back_is_asked_for_again() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    change_queue(&platform, "support", json!({ "callback": true })).await;
    let stranger = platform.anonymous(1);
    let placed = request_call(&stranger, "support", "Ada Lovelace").await;
    let join = json!({ "joinToken": placed.join_token });
    let joined = stranger.mutate("callJoin", join, "join { guestToken }").await;
    let guest = stranger.with_token(text(&joined["join"]["guestToken"]));
    // Meanwhile the queue closes, and whoever waits reads until when.
    let query = "{ viewer { guest { call { queueClosed { opensAt message voicemail } } } } }";
    let closed =
        async || guest.data(query, json!({})).await["viewer"]["guest"]["call"]["queueClosed"].clone();
    assert!(closed().await.is_null());
    let change =
        json!({ "hours": closed_hours(), "closedMessage": "We celebrate today.", "voicemail": true });
    change_queue(&platform, "support", change).await;
    let told = closed().await;
    assert_eq!((&told["message"], &told["voicemail"]), (&json!("We celebrate today."), &json!(true)));
    assert!(told["opensAt"].is_string(), "{told}");

    let wish = json!({ "callId": placed.id });
    let fields = "call { id result } callback { id } joinUrl joinToken";
    let first = guest.mutate("callbackRequest", wish.clone(), fields).await;
    assert_eq!(first["call"], json!({ "id": placed.id, "result": "CALLBACK" }));
    assert_eq!(guest.mutate("callbackRequest", wish, fields).await, first);

    assert_eq!(closed().await, told, "also afterwards");
    let query = "query($token: String!) { invitation(joinToken: $token) { callback waiting queueName queueClosed { message } } }";
    let shown = stranger.data(query, json!({ "token": first["joinToken"] })).await;
    assert_eq!(shown["invitation"]["callback"], true);
    assert_eq!(shown["invitation"]["waiting"], true);
    assert_eq!(shown["invitation"]["queueClosed"]["message"], "We celebrate today.");
}
