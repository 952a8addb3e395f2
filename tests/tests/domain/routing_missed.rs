//! Offers that ring in vain, and how many of them make a row.

use domain::agents::AgentActivity;
use domain::routing::{OverflowKind, QueueChange};

use super::centre::{Centre, seconds};

/// A call that overflows while it rings leaves the agent by the rules of the queue that asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_missed_counts_by_the_queue_that_asked() {
    let centre = Centre::open().await;
    let strict = centre.queue("strict", QueueChange::default()).await;
    let patient = QueueChange {
        missed_limit: Some(3),
        max_wait_seconds: Some(10),
        overflow: Some((OverflowKind::Queue, Some(strict.id))),
        ..QueueChange::default()
    };
    let patient = centre.queue("patient", patient).await;
    let agent = centre.agent(&[&patient]).await;
    let caller = centre.caller(&patient).await;
    centre.route().await;
    for _ in 0..3 {
        centre.pass_with(&[&agent], seconds(7)).await;
    }
    assert_eq!(centre.visits(caller.call).await.pop().unwrap().queue_id, strict.id);
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available, "the first of three");
}

/// Two missed in a row: one who says no in between is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_offer_breaks_the_row_of_missed_ones() {
    let centre = Centre::open().await;
    let twice = QueueChange { missed_limit: Some(2), ..QueueChange::default() };
    let queue = centre.queue("support", twice).await;
    let agent = centre.agent(&[&queue]).await;
    centre.caller(&queue).await;
    // Each time it is asked of the same one again once that one's refusal is forgotten.
    let later = async || {
        centre.pass_with(&[&agent], seconds(21)).await;
        centre.route().await;
    };
    centre.route().await;
    later().await;
    later().await;
    centre.decline(&agent).await;
    later().await;
    later().await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available, "missed, declined, missed");
    later().await;
    later().await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Away, "two in a row");
}
