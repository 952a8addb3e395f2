//! A repeated request is carried out once.

use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::sql::count;
use cordboard_tests::story::{AGENT, OTHER_AGENT, contact, sign_in, text};
use serde_json::json;

#[tokio::test]
async fn the_same_key_gives_the_same_result_and_nothing_happens_twice() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let at_the_other = agent.at(platform.base(1));
    let contact = contact(&agent, "Ada Lovelace").await;
    let fields = "call { id } joinUrl joinToken";
    let input = json!({ "contactId": contact, "media": "AUDIO", "idempotencyKey": "a key" });

    // At once at two apis, and again later.
    let (one, other) = tokio::join!(
        agent.mutate("callPlace", input.clone(), fields),
        at_the_other.mutate("callPlace", input.clone(), fields)
    );
    let again = agent.mutate("callPlace", input.clone(), fields).await;
    for repeat in [&other, &again] {
        assert_eq!(one["call"]["id"], repeat["call"]["id"]);
        assert_eq!(one["joinToken"], repeat["joinToken"]);
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
