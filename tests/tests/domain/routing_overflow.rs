//! Those whom nobody takes: overflow, and call-backs that keep the place.

use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallResult, CallState, LegRole};
use domain::crm::ActivityKind;
use domain::error::RefusalCode;
use domain::page::Slice;
use domain::people::Actor;
use domain::routing::{OverflowKind, QueueChange, QueueStats, VisitOutcome};
use domain::tasks::{TaskChange, TaskFilter};

use super::centre::{Caller, Centre, refused, seconds};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_keeps_the_place_and_is_tried_three_times() {
    let centre = Centre::open().await;
    let queue =
        centre.queue("support", QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() }).await;
    let first = centre.caller(&queue).await;
    let second = centre.caller(&queue).await;
    let rank = centre.visits(first.call).await[0].rank_at;
    let asked = centre.platform.request_callback(&first.actor, first.call, None, None).await.unwrap();
    assert_eq!(asked.ended.result, Some(CallResult::Callback));
    assert_eq!(centre.visits(asked.planned.id).await[0].rank_at, rank);
    let again = centre.platform.request_callback(&first.actor, first.call, None, None).await.unwrap();
    assert_eq!((again.planned.id, &again.join_token), (asked.planned.id, &asked.join_token), "a repeat");
    let nobody = centre.platform.join_by_link(&Actor::Anonymous, &asked.join_token, None, None, None).await;
    assert_eq!(refused(nobody.map(|_| ())).0, RefusalCode::NotAllowed, "not their turn yet");

    let agent = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, asked.planned.id, "before the one who came later");
    assert_eq!(centre.state(asked.planned.id).await, CallState::Ringing, "the contact is called");
    for _ in 0..5 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    assert_eq!(centre.call(asked.planned.id).await.callback_tries, 1);
    assert_eq!(centre.state(asked.planned.id).await, CallState::Queued);
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, second.call, "meanwhile the next one");
    centre.platform.end_call(&agent, second.call).await.unwrap();
    for tried in 2..=3 {
        for _ in 0..31 {
            centre.pass_with(&[&agent], seconds(10)).await;
        }
        centre.route().await;
        assert_eq!(centre.answer(&agent).await, asked.planned.id);
        for _ in 0..5 {
            centre.pass_with(&[&agent], seconds(10)).await;
        }
        assert_eq!(centre.call(asked.planned.id).await.callback_tries, tried);
    }
    assert_eq!(centre.call(asked.planned.id).await.result, Some(CallResult::Missed));
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.offered(), stats.answered), (1, 1), "a call-back is not offered once more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_that_is_answered_is_a_call() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    // It talked with somebody who was lost before it asked.
    let first = centre.caller(&queue).await;
    centre.route().await;
    centre.answer(&agent).await;
    centre.silence(first.call, LegRole::Agent).await;
    for _ in 0..4 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    let asked = centre.platform.request_callback(&first.actor, first.call, None, None).await.unwrap();
    // The wrap-up of the lost call.
    for _ in 0..7 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, asked.planned.id);
    let mut caller = Caller { call: asked.planned.id, token: asked.join_token, actor: Actor::Anonymous };
    centre.joins(&mut caller).await;
    assert_eq!(centre.state(asked.planned.id).await, CallState::InProgress);
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Completed));
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waits_too_long_overflows_and_keeps_its_time() {
    let centre = Centre::open().await;
    let back = centre.queue("back-office", QueueChange::default()).await;
    let front = QueueChange {
        max_wait_seconds: Some(60),
        overflow: Some((OverflowKind::Queue, Some(back.id))),
        ..QueueChange::default()
    };
    let front = centre.queue("front", front).await;
    let early = centre.caller(&front).await;
    centre.pass(seconds(30)).await;
    let late = centre.caller(&back).await;
    centre.pass(seconds(31)).await;
    let visits = centre.visits(early.call).await;
    let outcomes: Vec<_> = visits.iter().map(|visit| (visit.queue_id, visit.outcome)).collect();
    assert_eq!(outcomes, [(front.id, Some(VisitOutcome::Overflowed)), (back.id, None)]);
    let agent = centre.agent(&[&back]).await;
    centre.route().await;
    assert_eq!(
        centre.answer(&agent).await,
        early.call,
        "it has waited longer than {late:?}",
        late = late.call
    );
    let stats = centre.platform.queue_stats(&[front, back]).await.unwrap();
    let counted: i64 = stats.iter().map(QueueStats::offered).sum();
    assert_eq!(counted, 2, "overflowed out of one, answered in the other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_lost_its_agents_overflows_all_the_same() {
    let centre = Centre::open().await;
    let back = centre.queue("back-office", QueueChange::default()).await;
    let front = QueueChange {
        max_wait_seconds: Some(60),
        wrap_up_seconds: Some(0),
        overflow: Some((OverflowKind::Queue, Some(back.id))),
        ..QueueChange::default()
    };
    let front = centre.queue("front", front).await;
    let agent = centre.agent(&[&front]).await;
    let caller = centre.talk_with(&front, &agent).await;
    for lost in 1..=4 {
        if lost == 4 {
            centre.set(&agent, AgentStatus::Away).await;
        }
        centre.silence(caller.call, LegRole::Agent).await;
        for _ in 0..4 {
            centre.pass_with(&[&agent], seconds(8)).await;
        }
        centre.route().await;
        if lost < 4 {
            assert_eq!(centre.answer(&agent).await, caller.call);
        }
    }
    for _ in 0..6 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    let call = centre.call(caller.call).await;
    assert_eq!((call.state, call.queue_id), (CallState::Queued, Some(back.id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_queues_that_overflow_into_each_other_do_not_keep_a_call_for_ever() {
    let centre = Centre::open().await;
    let on = |to| QueueChange {
        max_wait_seconds: Some(30),
        overflow: Some((OverflowKind::Queue, Some(to))),
        ..QueueChange::default()
    };
    let back = centre.queue("back-office", QueueChange::default()).await;
    let front = centre.queue("front", on(back.id)).await;
    centre.change_queue(back.id, on(front.id)).await;
    let caller = centre.caller(&front).await;
    for _ in 0..13 {
        centre.pass(seconds(10)).await;
    }
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Missed));
    assert_eq!(centre.visits(caller.call).await.len(), 4);
    let told = "SELECT payload->>'detail' FROM event WHERE kind = 'OVERFLOWED' AND aggregate_id::text = $1 ORDER BY xid, seq";
    let rows = centre.stage.sql().await.query(told, &[&caller.call.0.to_string()]).await.unwrap();
    let told: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(told, ["QUEUE", "QUEUE", "QUEUE", "END"], "the last one went nowhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_takes_in_time_ends_or_is_called_back() {
    let centre = Centre::open().await;
    let ends = QueueChange { max_wait_seconds: Some(60), ..QueueChange::default() };
    let ends = centre.queue("ends", ends).await;
    let calls_back = QueueChange {
        max_wait_seconds: Some(60),
        overflow: Some((OverflowKind::Callback, None)),
        ..QueueChange::default()
    };
    let calls_back = centre.queue("calls-back", calls_back).await;
    let (one, two) = (centre.caller(&ends).await, centre.caller(&calls_back).await);
    centre.pass(seconds(61)).await;
    assert_eq!(centre.call(one.call).await.result, Some(CallResult::Missed));
    assert_eq!(centre.call(two.call).await.result, Some(CallResult::Callback));
    let (planned, _) = centre.platform.callback_of(two.call).await.unwrap().unwrap();
    assert_eq!(planned.state, CallState::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_who_never_joins_does_not_wait_for_ever() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let caller = centre.request(&queue).await.unwrap();
    centre.pass(seconds(59)).await;
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    centre.pass(seconds(2)).await;
    let call = centre.call(caller.call).await;
    assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Abandoned)));
    assert_eq!(centre.visits(caller.call).await[0].outcome, Some(VisitOutcome::Cancelled));
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.offered(), stats.abandoned), (0, 0), "who was never there waited for nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_patience_holds_for_those_who_wait_already() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let caller = centre.caller(&queue).await;
    centre.pass(seconds(30)).await;
    centre.change_queue(queue.id, QueueChange { max_wait_seconds: Some(40), ..QueueChange::default() }).await;
    centre.pass(seconds(11)).await;
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Missed));
}

/// As one who declines: whoever takes a call and leaves before the contact has heard anybody.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_leaves_again_gives_a_call_no_more_time() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    let times = async || {
        let visit = centre.visits(caller.call).await.pop().unwrap();
        (visit.leave_by, visit.not_before)
    };
    let given = times().await;
    centre.route().await;
    centre.pass_with(&[&agent], seconds(5)).await;
    centre.accept(&agent).await;
    centre.silence(caller.call, LegRole::Contact).await;
    centre.media(caller.call, LegRole::Agent).await;
    assert_eq!(centre.state(caller.call).await, CallState::Connecting, "the contact's connection is broken");
    centre.leaves(caller.call, &agent).await;
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    assert_eq!(times().await, given);
}

/// A call that was moved has its time from then on; what it waited before counts for its place alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_priority_hangs_up_on_nobody_who_was_moved() {
    let centre = Centre::open().await;
    let patience = |limit| QueueChange { max_wait_seconds: Some(limit), ..QueueChange::default() };
    let (long, short) =
        (centre.queue("long", patience(3600)).await, centre.queue("short", patience(600)).await);
    let caller = centre.caller(&long).await;
    centre.pass(seconds(1500)).await;
    let supervisor = super::supervision::supervisor(&centre).await;
    centre.platform.move_call(&supervisor, caller.call, short.id).await.unwrap();
    let leave_by = async || centre.visits(caller.call).await.pop().unwrap().leave_by.unwrap();
    let given = leave_by().await;
    for change in [
        QueueChange { priority: Some(1), ..QueueChange::default() },
        QueueChange { last_agent_seconds: Some(30), ..QueueChange::default() },
    ] {
        centre.change_queue(short.id, change).await;
        centre.pass(seconds(1)).await;
        assert_eq!(centre.state(caller.call).await, CallState::Queued);
        assert_eq!(leave_by().await, given);
    }
    centre.change_queue(short.id, patience(900)).await;
    assert_eq!(leave_by().await, given + seconds(300));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_is_not_moved_away_from_the_agent_who_makes_it() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let other = centre.queue("other", QueueChange::default()).await;
    let caller = centre.caller(&queue).await;
    let planned =
        centre.platform.request_callback(&caller.actor, caller.call, None, None).await.unwrap().planned;
    let agent = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, planned.id);
    assert_eq!(centre.state(planned.id).await, CallState::Ringing, "the contact is called");
    let supervisor = super::supervision::supervisor(&centre).await;
    let moved = centre.platform.move_call(&supervisor, planned.id, other.id).await;
    assert_eq!(refused(moved).0, RefusalCode::IllegalTransition);
    assert_eq!(centre.call(planned.id).await.queue_id, Some(queue.id));
}

/// It was nobody's, no agent could see it, and its reminder reached nobody.
#[tokio::test(flavor = "multi_thread")]
async fn the_follow_up_of_a_call_that_nobody_took_is_taken_up_by_a_member_of_its_queue() {
    let centre = Centre::open().await;
    let short = QueueChange { max_wait_seconds: Some(30), ..QueueChange::default() };
    let queue = centre.queue("support", short).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let stranger = centre.agent(&[]).await;
    for away in [&one, &two] {
        centre.set(away, AgentStatus::Away).await;
    }
    let caller = centre.caller(&queue).await;
    for _ in 0..4 {
        centre.pass(seconds(10)).await;
    }
    let call = centre.call(caller.call).await;
    assert_eq!(call.result, Some(CallResult::Missed));

    let nobodys = async |who: &Actor| {
        let filter = TaskFilter { unassigned: true, ..TaskFilter::default() };
        let page = centre.platform.list_tasks(who, &filter, &Slice::first(10)).await.unwrap();
        page.rows.into_iter().map(|(_, task)| task).collect::<Vec<_>>()
    };
    let task = nobodys(&one).await.remove(0);
    assert_eq!((task.title.as_str(), task.call_id), ("Call Ada Lovelace again", Some(call.id)));
    let seen =
        (nobodys(&two).await.len(), nobodys(&stranger).await.len(), nobodys(&centre.admin).await.len());
    assert_eq!(seen, (1, 0, 1));
    let contact = call.contact_id.unwrap();
    for (who, lines) in [(&two, 1), (&stranger, 0)] {
        let told = centre.platform.count_timeline(who, contact, &[ActivityKind::Task]).await.unwrap();
        assert_eq!(told, lines);
    }

    let take = async |who: &Actor| {
        let mine = TaskChange { assignee: who.user_id(), ..TaskChange::default() };
        centre.platform.update_task(who, task.id, mine).await.map(|task| task.assignee_id)
    };
    assert_eq!(refused(take(&stranger).await).0, RefusalCode::NotFound);
    assert_eq!(take(&one).await.unwrap(), one.user_id());
    assert!(nobodys(&two).await.is_empty());
    // Whoever has it is reminded.
    centre.platform.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(centre.platform.remind().await.unwrap(), 1);
    assert_eq!(centre.platform.list_notifications(&one, true, &Slice::first(2)).await.unwrap().rows.len(), 1);
    // Last: what is refused lets go of the row a moment later, and reminders pass over rows that are held.
    assert_eq!(refused(take(&two).await).0, RefusalCode::NotFound, "a colleague has it");
}
