//! Offers as agents' tabs see them, on the running programs: who rings, who stops ringing, and what an accept promises.

use std::time::{Duration, Instant};

use cordboard_tests::participant::Kind;
use cordboard_tests::platform::Platform;
use cordboard_tests::story::{
    AGENT, OTHER_AGENT, SUPERVISOR, Tab, call, change_queue, join_queue, sign_in, until_state, wait_in_queue,
};
use cordboard_tests::wait::STEP;
use serde_json::json;

/// All tabs of all browsers agree within this.
const AGREED: Duration = Duration::from_millis(200);
/// From "nobody is asked" to an offer, the sweep included.
const ROUTED: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_goes_from_the_queue_to_the_agent() {
    let platform = Platform::start().await;
    let mut tab = Tab::available(&platform, 0, AGENT).await;
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let offer = tab.rings().await;
    assert_eq!(offer["call"]["id"], placed.id.as_str());
    let agent = tab.answer(&offer).await;
    until_state(&tab.client, &placed.id, "IN_PROGRESS", STEP).await;
    tokio::join!(agent.hears(Kind::Audio, 50), contact.hears(Kind::Audio, 50));
    tab.until("ON_CALL", STEP).await;
    contact.leave().await;
    until_state(&tab.client, &placed.id, "ENDED", STEP).await;
    tab.until("WRAP_UP", STEP).await;
    tab.wrap_up(&placed.id).await;
    tab.until("AVAILABLE", STEP).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Call { result visits { outcome routing { candidates { chosen reason } } } offers { state } } } }";
    let seen = tab.client.data(query, json!({ "id": placed.id })).await["node"].clone();
    assert_eq!(seen["result"], "COMPLETED");
    assert_eq!(seen["visits"][0]["outcome"], "ANSWERED");
    assert_eq!(seen["visits"][0]["routing"]["candidates"][0]["chosen"], true);
    assert_eq!(seen["offers"][0]["state"], "CONNECTED");
}

/// Chatwoot 15413, Twilio 329: the other tabs of the one who answered, and those of the others, rang on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn losing_tabs_stop_ringing() {
    let platform = Platform::start().await;
    change_queue(&platform, "support", json!({ "strategy": "RING_ALL" })).await;
    // Two tabs on two apis, and another browser; and a colleague.
    let mut first = Tab::available(&platform, 0, AGENT).await;
    let mut second = Tab::open(&first.client.at(platform.base(1))).await;
    let mut browser = Tab::open(&sign_in(&platform, 1, AGENT).await).await;
    let mut colleague = Tab::available(&platform, 1, OTHER_AGENT).await;
    let supervisor = sign_in(&platform, 0, SUPERVISOR).await;
    let mut agreed = Vec::new();
    // The best of three: a machine that does something else just then is no fault of theirs.
    for name in ["Ada Lovelace", "Charles Babbage", "Mary Somerville"] {
        let placed = join_queue(&platform.anonymous(1), "support", name).await;
        let offer = first.rings().await;
        assert_eq!(second.rings().await["id"], offer["id"]);
        assert_eq!(browser.rings().await["id"], offer["id"]);
        let lost = colleague.rings().await;
        assert_eq!((&lost["call"]["id"], lost["id"] == offer["id"]), (&json!(placed.id), false));

        let id = offer["id"].as_str();
        let (answered, one, two, three) = tokio::join!(
            async {
                first.accept(&offer).await.expect("the offer is there");
                Instant::now()
            },
            second.hears(id, "ACCEPTED", STEP),
            browser.hears(id, "ACCEPTED", STEP),
            colleague.hears(lost["id"].as_str(), "CANCELLED", STEP),
        );
        // From the first that knows to the last.
        let told = [answered, one.1, two.1, three.1];
        agreed.extend(told.into_iter().max().zip(told.into_iter().min()).map(|(last, first)| last - first));
        assert_eq!(colleague.accept(&lost).await, Err("OFFER_GONE".to_owned()));
        colleague.until("AVAILABLE", STEP).await;
        if agreed.last().is_some_and(|spread| *spread < AGREED) {
            return;
        }
        supervisor.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
        first.until("AVAILABLE", STEP).await;
    }
    panic!("the tabs agreed after {agreed:?}");
}

/// Asterisk 176: two agents answered one call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agents_never_answer_one_call() {
    let platform = Platform::start().await;
    change_queue(&platform, "support", json!({ "strategy": "RING_ALL" })).await;
    let mut one = Tab::available(&platform, 0, AGENT).await;
    let mut two = Tab::available(&platform, 1, OTHER_AGENT).await;
    let supervisor = sign_in(&platform, 0, SUPERVISOR).await;
    for name in ["Ada Lovelace", "Charles Babbage", "Mary Somerville"] {
        let placed = join_queue(&platform.anonymous(0), "support", name).await;
        let (first, second) = (one.rings().await, two.rings().await);
        let (a, b) = tokio::join!(one.accept(&first), two.accept(&second));
        assert_ne!(a.is_ok(), b.is_ok(), "one of two: {a:?} {b:?}");
        let query = "query($id: ID!) { node(id: $id) { ... on Call { legs { role } } } }";
        let winner = if a.is_ok() { &one } else { &two };
        let legs = winner.client.data(query, json!({ "id": placed.id })).await["node"]["legs"].clone();
        let agents = legs.as_array().expect("legs").iter().filter(|leg| leg["role"] == "AGENT").count();
        assert_eq!(agents, 1, "{legs}");
        // The agent, who has no media yet, would only leave it to the other one.
        supervisor.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
        one.until("AVAILABLE", STEP).await;
        two.until("AVAILABLE", STEP).await;
    }
}

/// Chatwoot 14346: an accept whose media never came left a call that nobody could take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accept_without_media_gives_the_call_back() {
    let platform = Platform::start().await;
    let mut silent = Tab::available(&platform, 0, AGENT).await;
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let offer = silent.rings().await;
    let accepted = Instant::now();
    silent.accept(&offer).await.expect("the offer is there");
    let mut other = Tab::available(&platform, 1, OTHER_AGENT).await;
    // After ten seconds, and the busy machine's share.
    silent.hears(offer["id"].as_str(), "FAILED", STEP).await;
    let after = accepted.elapsed();
    assert!(after > Duration::from_secs(9), "given back after {after:?}");
    silent.until("AVAILABLE", STEP).await;
    let again = other.rings().await;
    assert_eq!(again["call"]["id"], placed.id.as_str());
    let agent = other.answer(&again).await;
    until_state(&other.client, &placed.id, "IN_PROGRESS", STEP).await;
    tokio::join!(agent.hears(Kind::Audio, 25), contact.hears(Kind::Audio, 25));
}

/// OpenSIPS 2886: a rejected offer ended the call that waited.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_offer_keeps_the_call_queued() {
    let platform = Platform::start().await;
    let mut one = Tab::available(&platform, 0, AGENT).await;
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let offer = one.rings().await;
    one.decline(&offer).await;
    assert_eq!(call(&one.client, &placed.id).await["state"], "QUEUED");
    let mut two = Tab::open(&sign_in(&platform, 1, OTHER_AGENT).await).await;
    two.set("AVAILABLE").await;
    let again = two.rings().await;
    assert_eq!(again["call"]["id"], placed.id.as_str());
    let agent = two.answer(&again).await;
    tokio::join!(agent.hears(Kind::Audio, 25), contact.hears(Kind::Audio, 25));
}

/// Everybody's: offers to a laptop that was closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_laptop_gets_no_offers() {
    let platform = Platform::start().await;
    let closed = Tab::available(&platform, 0, AGENT).await;
    let client = closed.client.clone();
    drop(closed);
    let watcher = Tab::open(&sign_in(&platform, 1, OTHER_AGENT).await).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Agent { activity } } }";
    let id = client.data("{ viewer { user { agent { id } } } }", json!({})).await["viewer"]["user"]["agent"]
        ["id"]
        .clone();
    // Presence lasts 15 s.
    cordboard_tests::wait::eventually("the agent is OFFLINE", 2 * STEP, || async {
        let seen = watcher.client.data(query, json!({ "id": id })).await;
        (seen["node"]["activity"] == "OFFLINE").then_some(())
    })
    .await;
    let placed = join_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    tokio::time::sleep(ROUTED).await;
    let offers = "query($id: ID!) { node(id: $id) { ... on Call { state offers { id } } } }";
    let seen = sign_in(&platform, 0, SUPERVISOR).await.data(offers, json!({ "id": placed.id })).await;
    assert_eq!(seen["node"], json!({ "state": "QUEUED", "offers": [] }));
    // It is opened again, on the other api.
    let mut again = Tab::open(&client.at(platform.base(1))).await;
    assert_eq!(again.rings().await["call"]["id"], placed.id.as_str());
}
