//! A short day of a small centre, with four processes that route: nothing about time, everything about who got whom. And
//! a sudden backlog.

use std::time::Duration;

use cordboard_tests::routing_load::centre::Centre;
use cordboard_tests::routing_load::day::{self, Day};
use cordboard_tests::routing_load::engine::Engine;
use cordboard_tests::routing_load::life::Life;
use cordboard_tests::sql::count;
use cordboard_tests::wait::{STEP, eventually};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_give_each_call_to_one_agent() {
    let centre = Centre::open(100, 10).await;
    let day = Day {
        calls: 1000,
        length: Duration::from_secs(3),
        handling: Duration::from_millis(200),
        limit: Duration::from_secs(90),
    };
    let outcome = day::pass(&centre, Engine::Product, 4, day).await;
    assert_eq!((outcome.left, outcome.failed), (0, 0), "{outcome:?}");
    for (number, what) in centre.faults().await {
        assert_eq!(number, 0, "{what}");
    }
}

/// Readers of the log wait for the end of a round's transaction. What is left is not left to the sweep: none runs here.
#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_goes_two_hundred_calls_a_round_one_round_after_the_other() {
    const CALLS: i64 = 500;
    // Half of the agents are members of the first queue.
    let centre = Centre::open(1000, 2).await;
    let (platform, sql) = (centre.process(), centre.sql().await);
    let queue = &centre.queues[0];
    Life::new(centre.sql().await).await.enter(&[queue.id; CALLS as usize]).await;
    let stop = CancellationToken::new();
    let news = async {
        let member = centre.agents[0];
        platform.set_queue_member(&centre.admin, queue.id, member, None, true).await.unwrap();
        eventually("an offer for every call", STEP, || async {
            (count(&sql, "SELECT count(*) FROM offer WHERE state = 'PENDING'").await == CALLS).then_some(())
        })
        .await;
        stop.cancel();
    };
    // The router first: nothing is kept for one that does not run.
    tokio::join!(platform.router.run(&platform, false, &stop), news);
    let most = "SELECT max(number) FROM (SELECT count(*) AS number FROM offer GROUP BY created_at) AS round";
    assert_eq!(count(&sql, most).await, 200);
    for (number, what) in centre.faults().await {
        assert_eq!(number, 0, "{what}");
    }
}
