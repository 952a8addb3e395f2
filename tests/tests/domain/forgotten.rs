//! Connections to the database on which nothing is answered any more.

use std::time::Duration;

use cordboard_tests::proxy::Proxy;
use cordboard_tests::wait::{eventually, in_time};
use domain::routing::QueueChange;

use super::centre::{Centre, id_of};

/// Two connections at most are given up one after the other, each after fifteen seconds.
const GIVEN_UP: Duration = Duration::from_secs(40);

/// A process has connected, then `strike` befalls its connections: it offers a call all the same. Statements may take so many
/// milliseconds.
async fn routing_goes_on_after(strike: impl Fn(&Proxy), statements: &str) {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (proxy, through) = Proxy::at(&centre.stage.url).await;
    let settings = [("DATABASE_URL", through.as_str()), ("CORDBOARD_STATEMENT_TIMEOUT_MS", statements)];
    let mut process = centre.stage.process_with(&settings);
    process.clock = centre.platform.clock.clone();
    assert_eq!(process.route(&[queue.id]).await.unwrap().assigned, 0, "it has connected");

    strike(&proxy);
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    let offered = eventually("an offer", GIVEN_UP, || async {
        // As a tab does: meanwhile its time is up.
        centre.platform.be_present(&[id_of(&agent)]).await.unwrap();
        process.route(&[queue.id]).await.ok().filter(|round| round.assigned == 1)
    });
    in_time("a round's end", GIVEN_UP, offered).await;
    assert_eq!(centre.offer(&agent).await.unwrap().call_id, caller.call);
}

/// The operating system alone would try for a quarter of an hour, and whoever asks waits with it. Found out long before
/// anybody wonders at the silence.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_a_firewall_forgot_is_given_up_and_routing_goes_on() {
    routing_goes_on_after(Proxy::forget, "600000").await;
}

/// What was asked has arrived, so that the operating system would wait for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stuck_is_given_up_and_routing_goes_on() {
    routing_goes_on_after(Proxy::answer_no_more, "1000").await;
}
