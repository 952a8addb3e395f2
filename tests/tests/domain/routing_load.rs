//! A short day of a small centre, with four processes that route: nothing about time, everything about who got whom.

use std::time::Duration;

use cordboard_tests::routing_load::centre::Centre;
use cordboard_tests::routing_load::day::{self, Day};
use cordboard_tests::routing_load::engine::Engine;

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
