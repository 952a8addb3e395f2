//! Connections to the database that lay idle for long.

use std::time::Duration;

use cordboard_tests::proxy::Proxy;
use cordboard_tests::wait::eventually;
use domain::routing::QueueChange;

use super::centre::{Centre, id_of};

/// Two connections at most are given up one after the other, each after fifteen seconds.
const GIVEN_UP: Duration = Duration::from_secs(40);

/// The operating system alone would try for a quarter of an hour, and whoever asks waits with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_a_firewall_forgot_is_given_up_and_routing_goes_on() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (proxy, through) = Proxy::at(&centre.stage.url).await;
    let mut process = centre.stage.process_with(&[("DATABASE_URL", through.as_str())]);
    process.clock = centre.platform.clock.clone();
    assert_eq!(process.route(&[queue.id]).await.unwrap().assigned, 0, "it has connected");

    proxy.forget();
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    eventually("an offer", GIVEN_UP, || async {
        // As a tab does: meanwhile its time is up.
        centre.platform.be_present(&[id_of(&agent)]).await.unwrap();
        process.route(&[queue.id]).await.ok().filter(|round| round.assigned == 1)
    })
    .await;
    assert_eq!(centre.offer(&agent).await.unwrap().call_id, caller.call);
}
