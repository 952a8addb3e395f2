//! Where everybody is asked, those too who become free, members or able while it rings.

use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallResult, CallState, IntervalKind};
use domain::ids::CallId;
use domain::people::Actor;
use domain::routing::{Offer, OfferState, QueueChange};

use super::centre::{Centre, id_of, seconds, sweep};
use super::routing_together::ring_all;

/// A call has rung at one agent for 12 of its 20 seconds when another comes; the offer is that of the first.
async fn another_comes() -> (Centre, CallId, [Actor; 2], Offer) {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let first = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let offer = centre.offer(&first).await.unwrap();
    centre.pass_with(&[&first], seconds(12)).await;
    let newcomer = centre.agent(&[&queue]).await;
    centre.route().await;
    (centre, caller.call, [first, newcomer], offer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_is_asked_beside_those_at_whom_it_rings() {
    let (centre, call, [first, newcomer], before) = another_comes().await;
    let offer = centre.offer(&newcomer).await.expect("asked within a round");
    assert_eq!((offer.call_id, offer.visit_id), (call, before.visit_id));
    assert_eq!(offer.expires_at - offer.created_at, seconds(20), "the whole time of an offer");
    assert_eq!(centre.offer(&first).await.unwrap().expires_at, before.expires_at);

    let routing = centre.visits(call).await.remove(0).routing.unwrap();
    let said: Vec<_> = routing.candidates.iter().map(|it| (it.agent, it.chosen)).collect();
    assert_eq!(said, [(id_of(&first), true), (id_of(&newcomer), true)]);
    assert!(routing.skipped.is_empty(), "{:?}", routing.skipped);
    assert_eq!(routing.estimate.position, 1);
    let intervals = centre.platform.intervals_of_calls(&[call]).await.unwrap();
    let kinds: Vec<_> = intervals.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [IntervalKind::Setup, IntervalKind::Wait, IntervalKind::Ring], "it rings on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_takes_the_call_and_the_others_stop_ringing() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let (first, second) = (centre.offer(&one).await.unwrap(), centre.offer(&two).await.unwrap());
    let newcomer = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.answer(&newcomer).await, caller.call);
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
    for offer in [first, second] {
        assert_eq!(centre.offer_state(offer.id).await, OfferState::Cancelled);
    }
    for agent in [&one, &two] {
        assert_eq!(centre.activity(agent).await, AgentActivity::Available);
    }
    assert_eq!(centre.visits(caller.call).await[0].agent_id, Some(id_of(&newcomer)));
}

/// The first to accept has it, whoever is asked at that moment.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_rings_on_who_was_asked_while_another_accepted() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let first = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let newcomer = centre.agent(&[&queue]).await;
    let other = centre.process();
    let (accepted, ()) = tokio::join!(centre.accept(&first), sweep(&other));
    assert_eq!(accepted, caller.call);
    assert!(centre.offer(&newcomer).await.is_none());
    assert_eq!(centre.activity(&newcomer).await, AgentActivity::Available);
    assert_eq!(centre.state(caller.call).await, CallState::Connecting);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_ask_each_newcomer_once() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let first = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let mut agents = vec![first];
    for _ in 0..4 {
        agents.push(centre.agent(&[&queue]).await);
    }
    let (one, two) = (centre.process(), centre.process());
    tokio::join!(sweep(&one), sweep(&two));
    for agent in &agents {
        assert_eq!(centre.offer(agent).await.unwrap().call_id, caller.call);
    }
    assert_eq!(centre.platform.offers_of_calls(&[caller.call]).await.unwrap().len(), agents.len());
}

/// The call waits again once the last of its offers has come to nothing, and only then it is known who missed it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_rings_until_the_last_newcomer_has_let_it_ring() {
    for declines in [false, true] {
        let (centre, call, [first, newcomer], missed) = another_comes().await;
        centre.pass_with(&[&first, &newcomer], seconds(9)).await;
        assert_eq!(centre.offer_state(missed.id).await, OfferState::TimedOut);
        assert_eq!(centre.state(call).await, CallState::Ringing);
        assert_eq!(centre.activity(&first).await, AgentActivity::Available, "a colleague may take it yet");
        centre.route().await;
        assert!(centre.offer(&first).await.is_none(), "asked once as long as it rings");

        if declines {
            centre.decline(&newcomer).await;
        } else {
            centre.pass_with(&[&first, &newcomer], seconds(12)).await;
        }
        assert_eq!(centre.state(call).await, CallState::Queued);
        assert_eq!(centre.activity(&first).await, AgentActivity::Away, "nobody seems to be there");
        let here = if declines { AgentActivity::Available } else { AgentActivity::Away };
        assert_eq!(centre.activity(&newcomer).await, here);
        assert_eq!(centre.visits(call).await.len(), 1, "at its old place");
    }
}

/// Another call shows that somebody is there.
#[tokio::test(flavor = "multi_thread")]
async fn who_talks_meanwhile_has_not_missed_it() {
    let (centre, _, [first, newcomer], _) = another_comes().await;
    let other = centre.queue("other", QueueChange::default()).await;
    centre.join(&other, &first, None).await;
    centre.pass_with(&[&first, &newcomer], seconds(9)).await;
    centre.talk_with(&other, &first).await;
    centre.pass_with(&[&first, &newcomer], seconds(12)).await;
    assert_eq!(centre.activity(&newcomer).await, AgentActivity::Away);
    let row = centre.platform.agents(&[id_of(&first)]).await.unwrap().remove(0);
    assert_eq!((row.status, row.missed_in_row), (AgentStatus::Available, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declined_is_not_asked_again_while_it_rings() {
    let centre = Centre::open().await;
    let long = QueueChange { offer_seconds: Some(60), ..ring_all() };
    let queue = centre.queue("support", long).await;
    let (declines, rings) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.decline(&declines).await;
    for _ in 0..3 {
        centre.pass_with(&[&declines, &rings], seconds(10)).await;
    }
    centre.route().await;
    assert!(centre.offer(&declines).await.is_none(), "though that is more than a moment ago");
    centre.decline(&rings).await;
    centre.route().await;
    assert_eq!(centre.answer(&declines).await, caller.call, "it has stopped ringing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_is_asked_for_goes_before_one_that_rings() {
    let centre = Centre::open().await;
    let together = centre.queue("together", ring_all()).await;
    let other = centre.queue("other", QueueChange::default()).await;
    let first = centre.agent(&[&together]).await;
    let rings = centre.caller(&together).await;
    centre.route().await;
    let (beside, elsewhere) = (centre.caller(&together).await, centre.caller(&other).await);
    let one = centre.agent(&[&together]).await;
    centre.route().await;
    assert_eq!(centre.offer(&one).await.unwrap().call_id, beside.call, "the next one of its queue");
    let two = centre.agent(&[&together, &other]).await;
    centre.platform.route(&[together.id]).await.unwrap();
    assert!(centre.offer(&two).await.is_none(), "another queue's call waits for the same agent");
    centre.route().await;
    assert_eq!(centre.offer(&two).await.unwrap().call_id, elsewhere.call);
    let three = centre.agent(&[&together, &other]).await;
    centre.platform.route(&[together.id]).await.unwrap();
    assert_eq!(centre.offer(&three).await.unwrap().call_id, rings.call, "nobody else waits now");
    assert_eq!(centre.offer(&first).await.unwrap().call_id, rings.call);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_or_becomes_able_while_it_rings_is_asked() {
    let centre = Centre::open().await;
    let asking = QueueChange {
        required_skills: Some(vec![("german".into(), 4)]),
        relax_seconds: Some(Some(30)),
        offer_seconds: Some(60),
        ..ring_all()
    };
    let queue = centre.queue("support", asking).await;
    let other = centre.queue("other", QueueChange::default()).await;
    let (expert, learner) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let joins = centre.agent(&[&other]).await;
    for (agent, level) in [(&expert, 5), (&learner, 3), (&joins, 4)] {
        centre.skilled(agent, &[("german", level)]).await;
    }
    let caller = centre.caller(&queue).await;
    centre.route().await;
    assert!(centre.offer(&expert).await.is_some());
    centre.join(&queue, &joins, None).await;
    centre.route().await;
    assert_eq!(centre.offer(&joins).await.unwrap().call_id, caller.call);
    assert!(centre.offer(&learner).await.is_none(), "level 4 for the first 30 s");
    for _ in 0..3 {
        centre.pass_with(&[&expert, &learner, &joins], seconds(10)).await;
    }
    centre.route().await;
    assert_eq!(centre.offer(&learner).await.unwrap().call_id, caller.call, "then 3");
    let routing = centre.visits(caller.call).await.remove(0).routing.unwrap();
    assert_eq!((routing.step, routing.candidates.len()), (1, 3));
}

/// Newcomers would make it ring for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_has_waited_as_long_as_it_may_is_left_to_those_who_ring() {
    let centre = Centre::open().await;
    let short = QueueChange { max_wait_seconds: Some(10), ..ring_all() };
    let queue = centre.queue("support", short).await;
    let first = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.pass_with(&[&first], seconds(11)).await;
    let newcomer = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.state(caller.call).await, CallState::Ringing);
    assert!(centre.offer(&newcomer).await.is_none());
    centre.pass_with(&[&first, &newcomer], seconds(10)).await;
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Missed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_kept_for_the_last_agent_rings_at_no_newcomer() {
    let centre = Centre::open().await;
    let change = QueueChange { last_agent_seconds: Some(15), wrap_up_seconds: Some(0), ..ring_all() };
    let queue = centre.queue("support", change).await;
    let known = centre.agent(&[&queue]).await;
    let before = centre.talk_with(&queue, &known).await;
    centre.platform.end_call(&known, before.call).await.unwrap();
    let again = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.offer(&known).await.unwrap().call_id, again.call);
    let newcomer = centre.agent(&[&queue]).await;
    centre.route().await;
    assert!(centre.offer(&newcomer).await.is_none());
    for _ in 0..2 {
        centre.pass_with(&[&known, &newcomer], seconds(8)).await;
    }
    centre.route().await;
    assert_eq!(centre.offer(&newcomer).await.unwrap().call_id, again.call, "but not for ever");
}
