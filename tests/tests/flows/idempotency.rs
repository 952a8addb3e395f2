//! A repeated request is carried out once.

use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::sql::count;
use cordboard_tests::story::{ADMIN, AGENT, OTHER_AGENT, contact, sign_in, text};
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn the_same_key_gives_the_same_result_and_nothing_happens_twice() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let at_the_other = agent.at(platform.base(1));
    let contact = contact(&agent, "Ada Lovelace").await;
    let fields = "call { id } joinToken";
    let input = json!({ "contactId": contact, "media": "AUDIO", "idempotencyKey": "a key" });

    // Ten at once at two apis, and again later.
    let clients = [&agent, &at_the_other];
    let requests = (0..10).map(|it| clients[it % 2].mutate("callPlace", input.clone(), fields));
    let placed = join_all(requests).await;
    let one = agent.mutate("callPlace", input.clone(), fields).await;
    for same in placed {
        assert_eq!(one, same);
    }
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM call").await, 1);

    let changed = json!({ "contactId": contact, "media": "VIDEO", "idempotencyKey": "a key" });
    assert_eq!(agent.failed("callPlace", changed).await, "BAD_USER_INPUT");

    // A key is its caller's own, and each mutation's own.
    let colleague = sign_in(&platform, 0, OTHER_AGENT).await;
    let theirs = colleague.mutate("callPlace", input, fields).await;
    assert_ne!(theirs["call"]["id"], one["call"]["id"]);
    let named = json!({ "name": "Grace Hopper", "idempotencyKey": "a key" });
    let created = agent.mutate("contactCreate", named.clone(), "contact { id }").await;
    let repeated = agent.mutate("contactCreate", named, "contact { id }").await;
    assert_eq!(text(&created["contact"]["id"]), text(&repeated["contact"]["id"]));
}

/// The first answer was lost: what agents choose from is not refused as taken, and a file is still uploaded.
#[tokio::test]
async fn what_administrators_make_is_made_once() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let admin = sign_in(&platform, 0, ADMIN).await;
    let at_the_other = admin.at(platform.base(1));
    for (mutation, input, fields) in [
        (
            "outcomeCreate",
            json!({ "name": "Wrong number", "success": false, "idempotencyKey": "a key" }),
            "outcome { id }",
        ),
        ("awayReasonCreate", json!({ "name": "Fire drill", "idempotencyKey": "a key" }), "awayReason { id }"),
        (
            "audioFileCreate",
            json!({ "name": "Please hold", "idempotencyKey": "a key" }),
            "audioFile { id } uploadUrl",
        ),
    ] {
        let first = admin.mutate(mutation, input.clone(), fields).await;
        let again = at_the_other.mutate(mutation, input.clone(), fields).await;
        // Each api gives addresses of its own.
        assert_eq!(again.to_string().replace(platform.base(1), platform.base(0)), first.to_string());
        let mut other = input;
        other["name"] = json!("Another");
        assert_eq!(admin.failed(mutation, other).await, "BAD_USER_INPUT");
    }
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM audio_file").await, 1);
}
