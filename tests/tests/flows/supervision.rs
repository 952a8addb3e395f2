//! Supervisors and guests in calls of others, over the public schema: who may do what, who hears whom, and what the audit
//! log says afterwards.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Contributor, Kind, Sending, contributor};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::story::{
    self, ADMIN, AGENT, OTHER_AGENT, Party, SUPERVISOR, Talk, contact, place_call, sign_in, text,
    until_recording,
};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::{Value, json};

const LOG: &str = "query($filter: AuditFilter) { auditLog(first: 10, filter: $filter) { totalCount nodes {
    action actor { id role } call { id } details { name value } subject { __typename id } } } }";

/// The code of a fault or of a rule that said no; `-` when it was done.
async fn outcome(caller: &Client, mutation: &str, input: &Value) -> String {
    let mut kind = mutation.to_owned();
    kind[..1].make_ascii_uppercase();
    let query =
        format!("mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
    let answer = caller.send(&query, json!({ "input": input })).await;
    if answer.body["errors"].is_array() {
        return answer.error_code();
    }
    answer.body["data"][mutation]["userErrors"][0]["code"].as_str().unwrap_or("-").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_may_what_its_rule_says_and_what_is_done_to_others_is_written_down() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let other = sign_in(&platform, 1, OTHER_AGENT).await;
    let (supervisor, admin) = (sign_in(&platform, 0, SUPERVISOR).await, sign_in(&platform, 1, ADMIN).await);
    let ada = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &ada, "AUDIO").await;
    let stranger = platform.anonymous(0);
    let joined = stranger
        .mutate("callJoin", json!({ "joinToken": placed.join_token }), "join { guestToken leg { id } }")
        .await;
    let guest = stranger.with_token(text(&joined["join"]["guestToken"]));
    let leg = &joined["join"]["leg"]["id"];
    let own = "{ viewer { user { agent { id } } } }";
    let own = other.data(own, json!({})).await["viewer"]["user"]["agent"]["id"].clone();
    let queue = admin.data("{ queue(key: \"support\") { id } }", json!({})).await["queue"]["id"].clone();

    let monitor = json!({ "callId": placed.id, "mode": "LISTEN" });
    let remove = json!({ "legId": leg });
    let table = [
        // Nobody talks yet and the call is in no queue: whoever gets so far is let in.
        ("callMonitor", monitor, ["FORBIDDEN", "FORBIDDEN", "ILLEGAL_TRANSITION", "ILLEGAL_TRANSITION"]),
        (
            "callMove",
            json!({ "callId": placed.id, "queueId": queue }),
            ["FORBIDDEN", "FORBIDDEN", "ILLEGAL_TRANSITION", "ILLEGAL_TRANSITION"],
        ),
        // Those who see the call are not in it.
        (
            "legInvite",
            json!({ "callId": placed.id, "name": "Gottfried" }),
            ["NOT_FOUND", "NOT_ALLOWED", "NOT_ALLOWED", "NOT_ALLOWED"],
        ),
        ("legRemove", remove, ["NOT_FOUND", "NOT_ALLOWED", "NOT_ALLOWED", "NOT_ALLOWED"]),
        ("agentStatusSet", json!({ "agentId": own, "status": "OFFLINE" }), ["-", "NOT_ALLOWED", "-", "-"]),
    ];
    for (mutation, input, allowed) in &table {
        assert_eq!(outcome(&stranger, mutation, input).await, "UNAUTHENTICATED", "{mutation}: a stranger");
        assert_eq!(outcome(&guest, mutation, input).await, "FORBIDDEN", "{mutation}: a guest");
        for (caller, code) in [&other, &agent, &supervisor, &admin].into_iter().zip(allowed) {
            assert_eq!(outcome(caller, mutation, input).await, *code, "{mutation}: {allowed:?}");
        }
    }
    for nonsense in
        [json!({ "callId": placed.id }), json!({ "callId": placed.id, "name": "A", "contactId": ada })]
    {
        assert_eq!(agent.refused("legInvite", nonsense).await, "INVALID");
    }
    story::end(&supervisor, &placed.id).await;

    for caller in [&guest, &agent, &supervisor] {
        assert_eq!(caller.send(LOG, json!({})).await.error_code(), "FORBIDDEN");
    }
    let log = admin.data(LOG, json!({})).await["auditLog"].clone();
    assert_eq!(log["totalCount"], 3);
    let ended = &log["nodes"][0];
    assert_eq!((&ended["action"], &ended["call"]["id"]), (&json!("CALL_ENDED"), &json!(placed.id)));
    assert_eq!((&ended["actor"]["role"], &ended["subject"]), (&json!("SUPERVISOR"), &Value::Null));
    let set = &log["nodes"][1];
    assert_eq!((&set["action"], &set["actor"]["role"]), (&json!("AGENT_STATUS_SET"), &json!("ADMIN")));
    assert_eq!(set["subject"], json!({ "__typename": "Agent", "id": own }));
    assert_eq!(set["details"], json!([{ "name": "status", "value": "OFFLINE" }]));
    let by = json!({ "filter": { "actorId": ended["actor"]["id"], "action": "AGENT_STATUS_SET" } });
    assert_eq!(admin.data(LOG, by).await["auditLog"]["totalCount"], 1);
}

/// A party hears these, and for half a second nobody else.
async fn hears_just(step: &str, who: &Party, whom: &[&Party]) {
    let expected: BTreeSet<Contributor> = whom.iter().map(|it| contributor(&it.leg)).collect();
    let heard_since = |since| {
        let mut heard = who.media.received().sources_since(Kind::Audio, since);
        // Silence is nobody's.
        heard.remove(&None);
        heard
    };
    eventually(&format!("{step}: {} hears {} others", who.leg, whom.len()), STEP, || async {
        (heard_since(Instant::now() - Duration::from_millis(400)) == expected).then_some(())
    })
    .await;
    let since = Instant::now();
    who.hears(Kind::Audio, 25).await;
    // On a busy machine the packets of one may come later than those of another.
    eventually(&format!("{step}: {} hears all of them again", who.leg), STEP, || async {
        heard_since(since).is_superset(&expected).then_some(())
    })
    .await;
    assert_eq!(heard_since(since), expected, "{step}: {}", who.leg);
}

/// How many supervisors a viewer sees in a call.
async fn supervisors(viewer: &Client, call: &str) -> usize {
    let query = "query($id: ID!) { call(id: $id) { legs { role } } }";
    let call = viewer.data(query, json!({ "id": call })).await["call"].clone();
    call["legs"].as_array().expect("legs").iter().filter(|leg| leg["role"] == "SUPERVISOR").count()
}

async fn monitor(supervisor: &Client, call: &str, mode: &str) -> Value {
    let input = json!({ "callId": call, "mode": mode });
    supervisor.mutate("callMonitor", input, "leg { id role audience } join { epoch }").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_listens_whispers_barges_in_and_takes_over_while_a_guest_comes_and_goes() {
    let platform = Platform::start().await;
    let Talk { agent, placed, caller: mut ada, callee: mut contact } = Talk::begin(&platform).await;
    let call = placed.id.as_str();
    let supervisor = sign_in(&platform, 1, SUPERVISOR).await;
    let sending = Sending::audio(&Clip::load(Scene::Agent));
    ada.follow_offers();
    contact.follow_offers();

    let listening = monitor(&supervisor, call, "LISTEN").await;
    let mut boss = Party::join(&supervisor, call, &sending).await;
    assert_eq!(listening["leg"]["id"], boss.leg.as_str(), "callJoin takes the same leg up");
    boss.follow_offers();
    hears_just("listening", &boss, &[&ada, &contact]).await;
    hears_just("listening", &ada, &[&contact]).await;
    hears_just("listening", &contact, &[&ada]).await;
    assert_eq!((supervisors(&agent, call).await, supervisors(&contact.client, call).await), (0, 0));
    assert_eq!(supervisors(&supervisor, call).await, 1);

    monitor(&supervisor, call, "WHISPER").await;
    hears_just("whispering", &ada, &[&contact, &boss]).await;
    hears_just("whispering", &contact, &[&ada]).await;
    assert_eq!((supervisors(&agent, call).await, supervisors(&contact.client, call).await), (1, 0));

    monitor(&supervisor, call, "BARGE").await;
    hears_just("barging in", &contact, &[&ada, &boss]).await;
    assert_eq!(supervisors(&contact.client, call).await, 1);

    // A guest comes by link: nothing is written until the guest has agreed.
    let input = json!({ "callId": call, "name": "Gottfried" });
    let invited =
        agent.mutate("legInvite", input, "leg { id role state } joinToken joinUrl offer { id } ").await;
    assert_eq!((&invited["leg"]["role"], &invited["leg"]["state"]), (&json!("GUEST"), &json!("INVITED")));
    let guest = platform.anonymous(0);
    let mut guest = Party::join_by_link(&guest, text(&invited["joinToken"]), &sending).await;
    guest.follow_offers();
    until_recording(&agent, call, "PAUSED", STEP).await;
    guest.consent(true).await;
    until_recording(&agent, call, "RECORDING", STEP).await;
    hears_just("with a guest", &guest, &[&ada, &contact, &boss]).await;
    hears_just("with a guest", &contact, &[&ada, &guest, &boss]).await;
    guest.leave().await;
    hears_just("without the guest", &contact, &[&ada, &boss]).await;
    let legs = "query($id: ID!) { call(id: $id) { legs { id } } }";
    assert_eq!(guest.client.send(legs, json!({ "id": call })).await.error_code(), "FORBIDDEN");
    assert_eq!(story::call(&agent, call).await["state"], "IN_PROGRESS");

    let socket = Socket::connect(platform.base(0), agent.token()).await;
    let signals = "subscription($leg: ID!) { legSignals(legId: $leg) { ... on LegEnded { reason } } }";
    let mut signals = socket.subscribe(signals, json!({ "leg": ada.leg })).await;
    let taken = monitor(&supervisor, call, "TAKE_OVER").await;
    assert_eq!((&taken["leg"]["role"], &taken["join"]), (&json!("AGENT"), &Value::Null));
    let ended = signals.until("the end", STEP, |it| it["legSignals"]["reason"].is_string()).await;
    assert_eq!(ended["legSignals"]["reason"], "A supervisor has taken this call over.");
    hears_just("taken over", &contact, &[&boss]).await;
    hears_just("taken over", &boss, &[&contact]).await;

    // What the contact was told of the supervisor begins when the supervisor came out of hiding.
    let events =
        "query($id: ID!) { call(id: $id) { events(first: 100) { nodes { kind detail leg { id } } } } }";
    let told = contact.client.data(events, json!({ "id": call })).await["call"]["events"]["nodes"].clone();
    let told = told.as_array().expect("events");
    let of_boss: Vec<&str> =
        told.iter().filter(|it| it["leg"]["id"] == boss.leg.as_str()).map(|it| text(&it["kind"])).collect();
    assert_eq!(of_boss, ["LEG_JOINED"]);
    assert!(told.iter().all(|event| event["kind"] != "MONITORED"));
    story::end(&supervisor, call).await;
    for party in [ada, contact, boss, guest] {
        party.close().await;
    }
}
