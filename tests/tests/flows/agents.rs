//! Agents and queues while programs die: nobody stays reserved, nobody who waits is lost.

use std::time::Duration;

use cordboard_tests::participant::Kind;
use cordboard_tests::platform::Platform;
use cordboard_tests::sql::count;
use cordboard_tests::story::{AGENT, OTHER_AGENT, Tab, until_state, wait_in_queue};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::json;

/// Where which program dies.
const FAILPOINTS: [(&str, [&str; 2]); 3] = [
    ("api", ["before_commit", "after_commit"]),
    ("scheduler", ["before_commit", "after_commit"]),
    ("media-worker", ["after_commit", "before_ack"]),
];
/// Nobody is stuck for longer after a fault has ended.
const FREE: Duration = Duration::from_secs(5);

/// FreeSWITCH mod_callcenter, OpenSIPS: after a crash or a lost message agents stayed "reserved" or "in call".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_are_not_stuck_reserved_after_a_crash() {
    let mut platform = Platform::start().await;
    // Their tabs are on the second api; what dies is the first of each.
    let mut one = Tab::available(&platform, 1, AGENT).await;
    for (victim, failpoints) in FAILPOINTS {
        for failpoint in failpoints {
            match victim {
                "api" => platform.apis[0].arm_at(failpoint).await,
                "scheduler" => platform.schedulers[0].arm_at(failpoint).await,
                _ => platform.workers[0].arm_at(failpoint).await,
            }
            let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
            if victim == "api" && platform.apis[0].is_running() {
                // A request comes by and takes the process with it.
                let input = json!({ "input": { "email": AGENT, "password": "cordboard-demo" } });
                let query = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { userErrors { code } } }";
                let _ = platform.anonymous(0).try_send(query, input).await;
            }
            let offer = one.rings().await;
            assert_eq!(offer["call"]["id"], placed.id.as_str());
            let mut agent = one.answer(&offer).await;
            until_state(&one.client, &placed.id, "IN_PROGRESS", STEP).await;
            if victim == "media-worker" && !platform.workers[0].is_running() {
                agent.reload().await;
            }
            one.client.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
            one.until("WRAP_UP", FREE).await;
            one.wrap_up(&placed.id).await;
            one.until("AVAILABLE", FREE).await;
            drop((agent, contact));
            match victim {
                "api" => platform.apis[0].disarm().await,
                "scheduler" => platform.schedulers[0].disarm().await,
                _ => platform.workers[0].disarm().await,
            }
        }
    }
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM queue_visit WHERE outcome = 'ANSWERED'").await, 6);
    let live = "SELECT count(*) FROM offer WHERE state IN ('PENDING', 'ACCEPTED')";
    assert_eq!(count(&sql, live).await, 0);
}

/// mod_callcenter: at a restart everybody who waited was "abandoned".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_abandons_nobody() {
    let mut platform = Platform::start().await;
    let tab = Tab::available(&platform, 0, AGENT).await;
    tab.set("AWAY").await;
    let (first, one) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let (second, two) = wait_in_queue(&platform.anonymous(1), "support", "Charles Babbage").await;
    let client = tab.client.clone();
    drop(tab);
    for process in platform.apis.iter_mut().chain(&mut platform.schedulers) {
        process.kill();
    }
    for process in platform.apis.iter_mut().chain(&mut platform.schedulers) {
        process.start();
    }
    platform.all_ready().await;
    let mut tab = Tab::open(&client).await;
    tab.set("AVAILABLE").await;
    let offer = tab.rings().await;
    assert_eq!(offer["call"]["id"], first.id.as_str(), "the one who waits longest");
    let agent = tab.answer(&offer).await;
    tokio::join!(agent.hears(Kind::Audio, 25), one.hears(Kind::Audio, 25));
    let seen = tab
        .client
        .data("{ queue(key: \"support\") { stats { waiting abandoned answered } } }", json!({}))
        .await;
    assert_eq!(
        seen["queue"]["stats"],
        json!({ "waiting": 1, "abandoned": 0, "answered": 1 }),
        "{}",
        second.id
    );
    two.leave().await;
}

/// The api that serves an agent's tabs dies: whoever has another one stays present, and nothing is offered twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_survives_the_api_that_served_the_tab() {
    let mut platform = Platform::start().await;
    let tab = Tab::available(&platform, 0, AGENT).await;
    let client = tab.client.at(platform.base(1));
    platform.apis[0].kill();
    let mut again = Tab::open(&client).await;
    drop(tab);
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    let offer = again.rings().await;
    assert_eq!(offer["call"]["id"], placed.id.as_str());
    // Longer than a lease of presence: the living api renews it.
    let agent = again.answer(&offer).await;
    tokio::time::sleep(Duration::from_secs(17)).await;
    again.until("ON_CALL", FREE).await;
    again.client.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
    again.wrap_up(&placed.id).await;
    again.until("AVAILABLE", FREE).await;
    drop((agent, contact));
}

/// All of an agent's programs die while it rings: the offer comes to nothing and a colleague is asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_whose_agent_is_gone_goes_to_a_colleague() {
    let platform = Platform::start().await;
    let mut one = Tab::available(&platform, 0, AGENT).await;
    let (placed, contact) = wait_in_queue(&platform.anonymous(1), "support", "Ada Lovelace").await;
    one.rings().await;
    drop(one);
    let mut two = Tab::available(&platform, 1, OTHER_AGENT).await;
    let sql = platform.sql().await;
    eventually("the offer comes to nothing", Duration::from_secs(25), || async {
        let gone = "SELECT count(*) FROM offer WHERE state IN ('CANCELLED', 'TIMED_OUT')";
        (count(&sql, gone).await == 1).then_some(())
    })
    .await;
    assert_eq!(two.rings().await["call"]["id"], placed.id.as_str());
    drop(contact);
}
