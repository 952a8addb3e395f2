//! From the queue to the agent and back: what others get wrong, each told as a story about rows. Where processes and
//! tabs matter the same faults are told again in `flows`.

use domain::agents::{AgentActivity, AgentStatus, MISSED, WrappedUp};
use domain::calls::{CallResult, CallState, IntervalKind, LegRole};
use domain::page::Slice;
use domain::routing::{OfferState, QueueChange, VisitOutcome};
use domain::tasks::NewTask;

use super::centre::{Centre, duties, id_of, seconds, sweep};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_through_a_queue_to_an_agent_and_its_wrap_up() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    let caller = centre.caller(&queue).await;
    assert_eq!(centre.state(caller.call).await, CallState::Queued);

    centre.route().await;
    assert_eq!(centre.state(caller.call).await, CallState::Ringing);
    assert_eq!(centre.activity(&agent).await, AgentActivity::Ringing);
    centre.pass_with(&[&agent], seconds(3)).await;
    assert_eq!(centre.accept(&agent).await, caller.call);
    assert_eq!(centre.state(caller.call).await, CallState::Connecting);
    let offer = centre.offer(&agent).await.unwrap();
    assert_eq!(offer.state, OfferState::Accepted);

    centre.media(caller.call, LegRole::Agent).await;
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Connected);
    assert_eq!(centre.activity(&agent).await, AgentActivity::OnCall);
    let visit = centre.visits(caller.call).await.remove(0);
    assert_eq!((visit.outcome, visit.agent_id), (Some(VisitOutcome::Answered), Some(id_of(&agent))));
    assert_eq!(visit.routing.unwrap().candidates.len(), 1);

    centre.pass_with(&[&agent], seconds(60)).await;
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Completed));
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
    centre.pass_with(&[&agent], seconds(61)).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);

    let intervals = centre.platform.intervals_of_calls(&[caller.call]).await.unwrap();
    let kinds: Vec<_> = intervals.iter().map(|it| it.kind).collect();
    use IntervalKind::{Connect, Ring, Setup, Talk, Wait, WrapUp};
    assert_eq!(kinds, [Setup, Wait, Ring, Connect, Talk, WrapUp]);
    let handled = centre.visits(caller.call).await[0].handled_seconds.unwrap();
    assert!((120.0..130.0).contains(&handled), "a minute of talk and one of wrap-up: {handled}");
}

/// OpenSIPS 2886: a rejected offer ended the call that waited.
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_offer_keeps_the_call_queued() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let one = centre.agent(&[&queue]).await;
    let (first, second) = (centre.caller(&queue).await, centre.caller(&queue).await);
    let before = centre.visits(first.call).await.remove(0);
    centre.route().await;
    let offer = centre.offer(&one).await.unwrap();
    assert_eq!(offer.call_id, first.call);
    centre.decline(&one).await;
    let again = centre.platform.decline_offer(&one, offer.id, Some("lunch".into())).await.unwrap();
    assert_eq!((again.state, again.reason.as_deref()), (OfferState::Declined, Some("declined")), "a repeat");
    assert_eq!(centre.state(first.call).await, CallState::Queued);
    let after = centre.visits(first.call).await;
    assert_eq!(after.len(), 1, "the visit goes on");
    assert_eq!((after[0].rank_at, after[0].left_at), (before.rank_at, None), "at its old place");
    // Another agent gets the first one still, though the second waits, too.
    let two = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.offer(&two).await.unwrap().call_id, first.call);
    assert_eq!(centre.offer(&one).await.unwrap().call_id, second.call);
}

/// An offer that rings out: the call waits on, and nobody is asked for ever.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_lets_it_ring_is_away_and_the_call_goes_on() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let one = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let offer = centre.offer(&one).await.unwrap();
    for _ in 0..3 {
        centre.pass_with(&[&one], seconds(7)).await;
    }
    assert_eq!(centre.offer_state(offer.id).await, OfferState::TimedOut);
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    let row = centre.platform.agents(&[id_of(&one)]).await.unwrap().remove(0);
    assert_eq!((row.status, row.reason.as_deref()), (AgentStatus::Away, Some(MISSED)));
    centre.set(&one, AgentStatus::Available).await;
    centre.pass_with(&[&one], seconds(14)).await;
    centre.pass_with(&[&one], seconds(10)).await;
    centre.route().await;
    assert_eq!(centre.answer(&one).await, caller.call);
}

/// Chatwoot 14346: an accept whose media never came left a call that nobody could take.
#[tokio::test(flavor = "multi_thread")]
async fn an_accept_without_media_gives_the_call_back() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let one = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    let rank = centre.visits(caller.call).await[0].rank_at;
    centre.route().await;
    centre.accept(&one).await;
    let two = centre.agent(&[&queue]).await;
    centre.pass_with(&[&one, &two], seconds(9)).await;
    assert_eq!(centre.state(caller.call).await, CallState::Connecting, "not before its time");
    centre.pass_with(&[&one, &two], seconds(2)).await;
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    let visits = centre.visits(caller.call).await;
    assert_eq!((visits.len(), visits[0].rank_at, visits[0].left_at), (1, rank, None));
    assert_eq!(centre.activity(&one).await, AgentActivity::Available, "and the agent is free");
    centre.route().await;
    assert_eq!(centre.answer(&two).await, caller.call);
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
}

/// Asterisk 1006: the wrap-up after a call of one queue did not hold off those of another.
#[tokio::test(flavor = "multi_thread")]
async fn wrap_up_holds_across_queues() {
    let centre = Centre::open().await;
    let sales = centre.queue("sales", QueueChange::default()).await;
    let support =
        centre.queue("support", QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() }).await;
    let agent = centre.agent(&[&sales, &support]).await;
    let first = centre.caller(&sales).await;
    centre.route().await;
    centre.answer(&agent).await;
    let second = centre.caller(&support).await;
    centre.platform.end_call(&agent, first.call).await.unwrap();
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
    centre.route().await;
    assert_eq!(centre.state(second.call).await, CallState::Queued, "not while wrapping up");
    let done = WrappedUp { done: true, ..WrappedUp::default() };
    centre.platform.wrap_up(&agent, first.call, done).await.unwrap();
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, second.call);
    // That queue has no wrap-up.
    centre.platform.end_call(&agent, second.call).await.unwrap();
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_follow_up_of_a_wrap_up_is_reminded_of_when_it_is_due() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (call, agent, caller) = centre.talk(&queue).await;
    centre.platform.end_call(&caller.actor, call).await.unwrap();
    let due = centre.platform.clock.now() + seconds(7200);
    let follow_up = NewTask { title: "Send the offer".into(), due_at: Some(due), ..NewTask::default() };
    let given = WrappedUp { follow_up: Some(follow_up), done: true, ..WrappedUp::default() };
    let task = centre.platform.wrap_up(&agent, call, given).await.unwrap().1.expect("a task");
    assert_eq!((task.assignee_id, task.call_id), (agent.user_id(), Some(call)));
    assert_eq!(centre.platform.next_reminder().await.unwrap(), Some(due));

    centre.platform.clock.advance(seconds(7100));
    assert_eq!(centre.platform.remind().await.unwrap(), 0);
    centre.platform.clock.advance(seconds(100));
    assert_eq!(centre.platform.remind().await.unwrap(), 1);
    assert_eq!(centre.platform.remind().await.unwrap(), 0, "once");
    let told = centre.platform.list_notifications(&agent, true, &Slice::first(2)).await.unwrap().rows;
    assert_eq!(told.len(), 1);
    let (_, reminder) = &told[0];
    assert_eq!((reminder.kind.as_str(), reminder.title.as_str()), ("task.reminder", "Send the offer"));
    assert_eq!(reminder.subject, Some(task.id.to_string()));
}

/// Asterisk 1736: a call was counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_counted_once() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let one = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    // Declined, given back without media, answered; the worker says everything twice.
    centre.route().await;
    centre.decline(&one).await;
    let two = centre.agent(&[&queue]).await;
    centre.route().await;
    centre.accept(&two).await;
    centre.pass_with(&[&one, &two], seconds(11)).await;
    centre.pass_with(&[&one, &two], seconds(10)).await;
    centre.route().await;
    let answering = if centre.offer(&one).await.is_some() { &one } else { &two };
    centre.answer(answering).await;
    centre.media(caller.call, LegRole::Agent).await;
    centre.media(caller.call, LegRole::Contact).await;
    let (again, other) = (centre.process(), centre.process());
    let ends =
        tokio::join!(again.end_call(&caller.actor, caller.call), other.end_call(answering, caller.call));
    ends.0.unwrap();
    ends.1.unwrap();
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.offered(), stats.answered, stats.abandoned), (1, 1, 0));
    let day = centre.platform.agent_today(id_of(answering), "UTC").await.unwrap();
    assert_eq!(day.handled, 1);
    let missed: i64 = day.missed;
    assert_eq!(missed, 0, "declined is not missed");
}

/// mod_callcenter: at a restart everybody who waited was "abandoned", and agents stayed reserved.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_abandons_nobody() {
    let mut centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let mut callers = Vec::new();
    for _ in 0..4 {
        callers.push(centre.caller(&queue).await);
    }
    centre.route().await;
    centre.answer(&one).await;
    // Every process goes; others come.
    centre.platform = centre.process();
    duties(&centre.platform).await;
    sweep(&centre.platform).await;
    for caller in &callers {
        assert_ne!(centre.state(caller.call).await, CallState::Ended);
    }
    assert_eq!(centre.activity(&one).await, AgentActivity::OnCall);
    assert_eq!(centre.activity(&two).await, AgentActivity::Ringing);
    assert_eq!(centre.answer(&two).await, callers[1].call);
}

/// FreeSWITCH PR 800: a status change while an offer rang sent the two round in circles.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_change_during_an_offer_does_not_loop() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let offer = centre.offer(&agent).await.unwrap();
    // To say again what one is already changes nothing.
    centre.set(&agent, AgentStatus::Available).await;
    assert_eq!(centre.offer(&agent).await.unwrap().id, offer.id);
    centre.set(&agent, AgentStatus::Away).await;
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Declined);
    assert_eq!(centre.activity(&agent).await, AgentActivity::Away);
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    for _ in 0..5 {
        centre.route().await;
    }
    assert_eq!(centre.platform.offers_of_calls(&[caller.call]).await.unwrap().len(), 1, "not asked again");
    centre.set(&agent, AgentStatus::Available).await;
    centre.route().await;
    assert!(centre.offer(&agent).await.is_none(), "this call was declined a moment ago");
    centre.pass_with(&[&agent], seconds(14)).await;
    centre.pass_with(&[&agent], seconds(7)).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, caller.call);
}

/// Flex 290: the status chosen for after the call was overridden when the call ended.
#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_next_status_is_kept() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.answer(&agent).await;
    let lunch = Some("lunch".to_owned());
    let row = centre.platform.set_status(&agent, None, AgentStatus::Away, lunch.clone()).await.unwrap();
    assert_eq!((row.status, row.next_status), (AgentStatus::Available, Some(AgentStatus::Away)));
    assert_eq!(centre.activity(&agent).await, AgentActivity::OnCall);
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp, "not before the wrap-up is over");
    centre.pass_with(&[&agent], seconds(61)).await;
    let row = centre.platform.agents(&[id_of(&agent)]).await.unwrap().remove(0);
    assert_eq!((row.status, row.reason, row.next_status), (AgentStatus::Away, lunch, None));
    assert_eq!(centre.activity(&agent).await, AgentActivity::Away);
    let waiting = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.state(waiting.call).await, CallState::Queued);
}

/// Nobody's named fault, everybody's: offers to a laptop that was closed.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_laptop_gets_no_offers() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (closed, open) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let ringing = centre.offer(&closed).await.expect("idle the longest");
    // The lid goes down while it rings: nobody waits for the ring to end.
    centre.pass_with(&[&open], seconds(16)).await;
    assert_eq!(centre.offer_state(ringing.id).await, OfferState::Cancelled);
    assert_eq!(centre.activity(&closed).await, AgentActivity::Offline);
    centre.route().await;
    assert_eq!(centre.answer(&open).await, caller.call);
    let second = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.state(second.call).await, CallState::Queued);
    // It opens again: what was chosen still holds.
    centre.platform.be_present(&[id_of(&closed)]).await.unwrap();
    assert_eq!(centre.activity(&closed).await, AgentActivity::Available);
    centre.route().await;
    assert_eq!(centre.answer(&closed).await, second.call);
}
