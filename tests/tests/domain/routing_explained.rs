//! What a visit says of why routing did what it did.

use domain::agents::AgentStatus;
use domain::calls::LegRole;
use domain::routing::QueueChange;

use super::centre::{Centre, seconds};

/// An explanation gives the place in the line, though nobody before it could be given to the one who is free.
#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_counts_those_who_wait_before() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let (first, second) = (centre.caller(&queue).await, centre.caller(&queue).await);
    centre.route().await;
    centre.decline(&agent).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, second.call, "{} was declined a moment ago", first.call);
    let routing = centre.visits(second.call).await.remove(0).routing.unwrap();
    assert_eq!(routing.estimate.position, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_nobody_was_asked_stays_with_a_visit_that_was_given_up() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    centre.set(&agent, AgentStatus::Away).await;
    let caller = centre.caller(&queue).await;
    centre.platform.explain_waiting().await.unwrap();
    assert_eq!(centre.visits(caller.call).await[0].routing, None, "it has hardly waited");
    centre.pass_with(&[&agent], seconds(31)).await;
    assert_eq!(centre.platform.explain_waiting().await.unwrap(), 1);
    assert_eq!(centre.platform.explain_waiting().await.unwrap(), 0, "not at every look");
    let leg = centre.leg(caller.call, LegRole::Contact).await;
    centre.platform.leave(&caller.actor, leg.id).await.unwrap();
    let routing = centre.visits(caller.call).await.remove(0).routing.unwrap();
    assert!(routing.candidates.is_empty());
    assert_eq!(routing.skipped.iter().map(|(_, count)| count).sum::<i64>(), 1, "{:?}", routing.skipped);
}
