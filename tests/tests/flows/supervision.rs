//! Supervisors over the public schema: who may do what, and what the audit log says afterwards.

use cordboard_tests::graphql::Client;
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::story::{self, ADMIN, AGENT, OTHER_AGENT, SUPERVISOR, contact, place_call, sign_in, text};
use serde_json::{Value, json};

const LOG: &str = "query($filter: AuditFilter) { auditLog(first: 10, filter: $filter) { totalCount nodes {
    action actor { id role } call { id } details { name value } subject { __typename id } } } }";

/// The code of a fault or of a rule that said no; `-` when it was done.
async fn outcome(caller: &Client, mutation: &str, input: &Value) -> String {
    let mut kind = mutation.to_owned();
    kind[..1].make_ascii_uppercase();
    let query = format!("mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
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
        (
            "agentStatusSet",
            json!({ "agentId": own, "status": "OFFLINE" }),
            ["-", "NOT_ALLOWED", "-", "-"],
        ),
    ];
    for (mutation, input, allowed) in &table {
        assert_eq!(outcome(&stranger, mutation, input).await, "UNAUTHENTICATED", "{mutation}: a stranger");
        assert_eq!(outcome(&guest, mutation, input).await, "FORBIDDEN", "{mutation}: a guest");
        for (caller, code) in [&other, &agent, &supervisor, &admin].into_iter().zip(allowed) {
            assert_eq!(outcome(caller, mutation, input).await, *code, "{mutation}: {allowed:?}");
        }
    }
    for nonsense in [json!({ "callId": placed.id }), json!({ "callId": placed.id, "name": "A", "contactId": ada })] {
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
