//! Agents and queues while programs die and messages are lost: nobody stays reserved, nobody who waits is lost.

use std::time::Duration;

use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::sql::count;
use cordboard_tests::story::{
    AGENT, OTHER_AGENT, Party, Tab, request_call, sign_in, text, until_state, wait_in_queue,
};
use cordboard_tests::wait::{STEP, eventually};
use domain::bus::Job;
use serde_json::{Value, json};

/// Nobody is stuck for longer after a fault has ended.
const FREE: Duration = Duration::from_secs(5);
/// Offers that keep an agent from others.
const LIVE: &str = "SELECT count(*) FROM offer WHERE state IN ('PENDING', 'ACCEPTED')";

/// Asks the first api, which dies of this step, then the second one the same.
async fn ask_twice(
    platform: &mut Platform,
    point: &str,
    asker: &Client,
    name: &str,
    input: Value,
    fields: &str,
) -> Value {
    platform.apis[0].arm_at(point).await;
    let lost = asker.at(platform.base(0)).try_payload(name, input.clone(), fields).await;
    assert!(lost.is_none(), "the api was to die at {point}: {lost:?}");
    platform.apis[0].ended().await;
    asker.payload(name, input, fields).await
}

/// FreeSWITCH mod_callcenter, OpenSIPS: after a crash or a lost message agents stayed "reserved" or "in call". Here whoever
/// takes a step of a call dies of it, before the commit and after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_are_not_stuck_reserved_after_a_crash() {
    let mut platform = Platform::start().await;
    // Their tabs are on the second api; what dies is the first of each.
    let mut one = Tab::available(&platform, 1, AGENT).await;
    let anonymous = platform.anonymous(1);
    for at in ["before_commit", "after_commit"] {
        let point = |step: &str| format!("{at}:{step}");
        // Nobody else is there to take the call.
        platform.workers[1].kill();
        platform.workers[0].arm_at(&point("CONNECTED")).await;
        let key = uuid::Uuid::from_u128(rand::random());
        let input =
            json!({ "queueKey": "support", "name": "Ada Lovelace", "media": "AUDIO", "idempotencyKey": key });
        let fields = "call { id } joinToken";
        let placed =
            ask_twice(&mut platform, &point("CREATED"), &anonymous, "callRequest", input, fields).await;
        let call = json!({ "callId": placed["call"]["id"] });
        let sending = Sending::audio(&Clip::load(Scene::Contact));
        let mut contact = Party::join_by_link(&anonymous, text(&placed["joinToken"]), &sending).await;
        platform.workers[1].revive().await;

        let offer = one.rings().await;
        assert_eq!(offer["call"]["id"], placed["call"]["id"]);
        let sending = Sending::audio(&Clip::load(Scene::Agent));
        let input = json!({ "offerId": offer["id"] });
        ask_twice(&mut platform, &point("ACCEPTED"), &one.client, "offerAccept", input, "offer { id }").await;
        let mut agent = Party::join(&one.client, text(&placed["call"]["id"]), &sending).await;
        platform.workers[0].ended().await;
        tokio::join!(agent.reload(), contact.reload());
        until_state(&one.client, text(&placed["call"]["id"]), "IN_PROGRESS", STEP).await;

        ask_twice(&mut platform, &point("ENDED"), &one.client, "callEnd", call.clone(), "call { id }").await;
        one.until("WRAP_UP", FREE).await;
        let input = json!({ "callId": call["callId"], "done": true });
        ask_twice(&mut platform, &point("WRAPPED_UP"), &one.client, "callWrapUp", input, "call { id }").await;
        one.until("AVAILABLE", FREE).await;
        drop((agent, contact));
    }
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM call").await, 2);
    assert_eq!(count(&sql, "SELECT count(*) FROM queue_visit WHERE outcome = 'ANSWERED'").await, 2);
    assert_eq!(count(&sql, LIVE).await, 0);
}

/// The same of the step that reserves the agent. All who route may take it, so here there is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_are_not_stuck_reserved_after_a_crash_at_the_offer() {
    let options = Options { apis: Some(1), schedulers: Some(1), workers: Some(1), ..Options::default() };
    let mut platform = Platform::with(options).await;
    let client = sign_in(&platform, 0, AGENT).await;
    for (at, name) in [("before_commit", "Ada Lovelace"), ("after_commit", "Charles Babbage")] {
        Tab::open(&client).await.set("AWAY").await;
        let (placed, contact) = wait_in_queue(&platform.anonymous(0), "support", name).await;
        platform.schedulers[0].kill();
        platform.apis[0].arm_at(&format!("{at}:OFFERED")).await;
        let doomed = Tab::open(&client).await;
        // It may die before it has answered.
        let available = json!({ "status": "AVAILABLE" });
        doomed.client.try_payload("agentStatusSet", available, "agent { id }").await;
        platform.apis[0].ended().await;
        platform.schedulers[0].start();
        platform.apis[0].disarm().await;

        let mut tab = Tab::open(&client).await;
        let offer = tab.rings().await;
        assert_eq!(offer["call"]["id"], placed.id.as_str());
        let agent = tab.answer(&offer).await;
        until_state(&client, &placed.id, "IN_PROGRESS", STEP).await;
        client.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
        tab.until("WRAP_UP", FREE).await;
        tab.wrap_up(&placed.id).await;
        tab.until("AVAILABLE", FREE).await;
        drop((agent, contact));
    }
    assert_eq!(count(&platform.sql().await, LIVE).await, 0);
}

/// The same after lost messages: RabbitMQ loses the job of a call that no worker has yet, and then whatever one api tells, which
/// is that the offer was taken and that the call is over. What is true stands in PostgreSQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_are_not_stuck_reserved_after_a_lost_message() {
    let options = Options { proxies: true, workers: Some(1), schedulers: Some(1), ..Options::default() };
    let mut platform = Platform::with(options).await;
    let (sql, anonymous) = (platform.sql().await, platform.anonymous(1));
    let mut tab = Tab::available(&platform, 1, AGENT).await;
    let [mine, theirs] = [Scene::Agent, Scene::Contact].map(|scene| Sending::audio(&Clip::load(scene)));
    platform.workers[0].kill();
    let placed = request_call(&anonymous, "support", "Ada Lovelace").await;
    platform.lose(Job::Calls).await;
    sql.batch_execute("UPDATE call SET dispatch_at = now()").await.expect("time passes");
    platform.workers[0].revive().await;
    let contact = Party::join_by_link(&anonymous, &placed.join_token, &theirs).await;
    let offer = tab.rings().await;
    assert_eq!(offer["call"]["id"], placed.id.as_str());

    platform.broker_proxy.as_ref().expect("a proxy").forget();
    let unheard = tab.client.at(platform.base(0));
    unheard.mutate("offerAccept", json!({ "offerId": offer["id"] }), "offer { id }").await;
    tab.hears(offer["id"].as_str(), "ACCEPTED", FREE).await;
    let agent = Party::join(&tab.client, &placed.id, &mine).await;
    until_state(&tab.client, &placed.id, "IN_PROGRESS", STEP).await;
    until_carried(&sql, true).await;
    unheard.mutate("callEnd", json!({ "callId": placed.id }), "call { id }").await;
    tab.until("WRAP_UP", FREE).await;
    tab.wrap_up(&placed.id).await;
    tab.until("AVAILABLE", FREE).await;
    until_carried(&sql, false).await;
    assert_eq!(count(&sql, LIVE).await, 0);
    drop((agent, contact));
}

/// Waits until a worker says that it has somebody's media, or that none has.
async fn until_carried(sql: &tokio_postgres::Client, carried: bool) {
    let legs = "SELECT sum(legs) FROM media_worker WHERE state = 'ACTIVE'";
    eventually("the workers know of the call's course", STEP, || async {
        ((count(sql, legs).await > 0) == carried).then_some(())
    })
    .await;
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
    // Both may hear each other before the worker's word of it is in the record; and the day of the queue's figures may be over.
    let sql = platform.sql().await;
    let visits = async |so: &str| count(&sql, &format!("SELECT count(*) FROM queue_visit WHERE {so}")).await;
    eventually("one is answered", STEP, || async {
        (visits("outcome = 'ANSWERED'").await == 1).then_some(())
    })
    .await;
    assert_eq!(visits("outcome IS NOT NULL").await, 1, "and nobody has abandoned");
    assert_eq!(visits("left_at IS NULL").await, 1, "{} waits alone", second.id);
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
    // It rings for 20 s.
    eventually("the offer comes to nothing", 2 * STEP, || async {
        let gone = "SELECT count(*) FROM offer WHERE state IN ('CANCELLED', 'TIMED_OUT')";
        (count(&sql, gone).await == 1).then_some(())
    })
    .await;
    assert_eq!(two.rings().await["call"]["id"], placed.id.as_str());
    drop(contact);
}
