//! The soak in its short form; `target/debug/soak` is the long one.

use cordboard_tests::soak;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nobody_stuck_while_things_break() {
    let seed = rand::random::<u32>().into();
    let summary = soak::run(8, seed, CancellationToken::new()).await;
    summary.print();
    assert!(summary.breaches.is_empty(), "soak 8 {seed}: {:?}", summary.breaches);
}
