//! Join links: opened, used, foreign, over.

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::Sending;
use cordboard_tests::platform::{Options, PAGE, Platform};
use cordboard_tests::story::{self, AGENT, Party, contact, place_call, sign_in, text};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_belongs_to_the_browser_that_took_it_up() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let sending = Sending::audio(&Clip::load(Scene::Contact));

    // A previewer opens the link: nothing changes, nothing is told to third parties.
    let path = format!("/join/{}", placed.join_token);
    for api in [0, 1] {
        let page = platform.anonymous(api).get(&path).send().await.expect("a page");
        assert_eq!(page.headers().get("referrer-policy").map(|it| it.as_bytes()), Some(&b"no-referrer"[..]));
        assert_eq!(page.text().await.expect("a page"), PAGE);
    }
    let before = story::call(&agent, &placed.id).await;
    assert!(before["legs"].as_array().expect("legs").iter().all(|leg| leg["state"] != "JOINING"));

    let guest = Party::join_by_link(&platform.anonymous(1), &placed.join_token, &sending).await;

    // Another browser with the same link.
    let second = platform.anonymous(0);
    let join = json!({ "joinToken": placed.join_token, "name": "Somebody" });
    assert_eq!(second.refused("callJoin", join.clone()).await, "LINK_IN_USE");
    // The same browser, reloaded.
    guest.client.mutate("callJoin", join.clone(), "join { leg { id } }").await;

    // A guest reads what concerns the own call and nothing else.
    let own =
        guest.client.data("{ viewer { guest { call { id state } leg { id } name } } }", json!({})).await;
    assert_eq!(own["viewer"]["guest"]["call"]["id"], json!(placed.id));
    let list = guest.client.send("{ contacts(first: 1) { edges { node { id } } } }", json!({})).await;
    assert_eq!(list.error_code(), "FORBIDDEN");
    let emails = "query($id: ID!) { node(id: $id) { ... on Call { contact { emails } } } }";
    let hidden = guest.client.send(emails, json!({ "id": placed.id })).await;
    assert_eq!(hidden.error_code(), "FORBIDDEN");

    // The link of a call that is over.
    story::end(&agent, &placed.id).await;
    assert_eq!(second.refused("callJoin", join).await, "LINK_EXPIRED");
    guest.close().await;
}

/// The first answer was lost on its way: the page asks again, of whichever api.
#[tokio::test]
async fn a_page_that_heard_nothing_asks_again_and_is_in() {
    let platform =
        Platform::with(Options { workers: Some(0), schedulers: Some(0), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let ask = |key: Value| json!({ "joinToken": placed.join_token, "idempotencyKey": key });
    let (one, other) = (platform.anonymous(0), platform.anonymous(1));
    assert_eq!(one.refused("callJoin", ask(json!("my key"))).await, "INVALID");
    let mine = ask(json!("0190a5b1-c2d3-4e4f-8a9b-0c1d2e3f4a5b"));
    let fields = "join { guestToken leg { id } }";
    let lost = one.mutate("callJoin", mine.clone(), fields).await;
    assert_eq!(other.mutate("callJoin", mine, fields).await, lost);
    for stranger in [json!(null), json!("0190a5b1-c2d3-4e4f-8a9b-0c1d2e3f4a5c")] {
        assert_eq!(other.refused("callJoin", ask(stranger)).await, "LINK_IN_USE");
    }
    let guest = other.with_token(text(&lost["join"]["guestToken"]));
    let own = guest.data("{ viewer { guest { call { id } } } }", json!({})).await;
    assert_eq!(own["viewer"]["guest"]["call"]["id"], json!(placed.id));
    story::end(&agent, &placed.id).await;
}

#[tokio::test]
async fn a_link_that_never_was_says_so() {
    let alone = Options { apis: Some(1), workers: Some(0), schedulers: Some(0), ..Options::default() };
    let platform = Platform::with(alone).await;
    let anonymous = platform.anonymous(0);
    for token in ["x", "0123456789abcdef0123456789abcdef", "%00", "../../etc/passwd"] {
        let code = anonymous.refused("callJoin", json!({ "joinToken": token, "name": "Nobody" })).await;
        assert_eq!(code, "LINK_EXPIRED", "{token}");
    }
    // The page is the same: what the link is worth it asks the api.
    let page = anonymous.get("/join/nonsense").send().await.expect("a page");
    assert_eq!(page.status(), StatusCode::OK);
    let recording = anonymous.get("/play/nonsense/master.m3u8").send().await;
    assert_eq!(recording.expect("an answer").status(), StatusCode::NOT_FOUND);
}
