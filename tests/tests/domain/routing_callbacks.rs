//! Call-backs that were promised: given up by the contact, not made out of hours, and which tries count.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use domain::agents::AgentActivity;
use domain::calls::{CallResult, CallState, LegRole, LegState};
use domain::error::RefusalCode;
use domain::limits;
use domain::page::Slice;
use domain::people::Actor;
use domain::routing::{Holiday, Hours, Queue, QueueChange, VisitOutcome};

use super::centre::{Caller, Centre, at_noon, id_of, refused, seconds};

fn without_wrap_up() -> QueueChange {
    QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() }
}

fn midnight(today: NaiveDate, days: u64) -> DateTime<Utc> {
    (today + Days::new(days)).and_time(NaiveTime::MIN).and_utc()
}

/// Open but for these days.
fn closed_on(dates: &[NaiveDate]) -> QueueChange {
    let holiday = |&date: &NaiveDate| Holiday { date, name: "Closed".into() };
    let holidays = dates.iter().map(holiday).collect();
    QueueChange { hours: Some(Hours { holidays, ..Hours::default() }), ..QueueChange::default() }
}

async fn promised(centre: &Centre, queue: &Queue) -> Caller {
    let caller = centre.caller(queue).await;
    let asked = centre.platform.request_callback(&caller.actor, caller.call, None, None).await.unwrap();
    Caller { call: asked.planned.id, token: asked.join_token, actor: Actor::Anonymous }
}

/// The call that is planned was older than its own life.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_begins_when_its_life_does_whichever_server_is_asked() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let mut behind = centre.process();
    behind.clock = at_noon();
    centre.platform.clock.advance(seconds(2));
    let caller = centre.caller(&queue).await;
    let asked = behind.request_callback(&caller.actor, caller.call, None, None).await.unwrap();
    assert_eq!(Some(asked.planned.created_at), asked.ended.ended_at);
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_is_given_up_by_its_contact() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let waits = promised(&centre, &queue).await;
    for _ in 0..2 {
        let call = centre.platform.cancel_callback(&waits.token).await.unwrap();
        assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Abandoned)));
    }
    assert_eq!(centre.visits(waits.call).await[0].outcome, Some(VisitOutcome::Abandoned));

    // One that an agent has taken and that rings: the agent is free again.
    let agent = centre.agent(&[&queue]).await;
    let rings = promised(&centre, &queue).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, rings.call);
    assert_eq!(centre.state(rings.call).await, CallState::Ringing);
    centre.platform.cancel_callback(&rings.token).await.unwrap();
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);

    // Once somebody has joined it is a call, and so is one that was never a call-back.
    let mut talks = promised(&centre, &queue).await;
    centre.route().await;
    centre.answer(&agent).await;
    centre.joins(&mut talks).await;
    let plain = centre.caller(&queue).await;
    for token in [&talks.token, &plain.token] {
        assert_eq!(refused(centre.platform.cancel_callback(token).await).0, RefusalCode::NotAllowed);
    }
    assert_eq!(refused(centre.platform.cancel_callback("no token").await).0, RefusalCode::LinkExpired);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_are_counted_as_they_are_listed() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let back = promised(&centre, &queue).await;
    let there = centre.caller(&queue).await;
    let pages = centre.platform.waiting_of_queues(&[queue.id], &Slice::first(10)).await.unwrap();
    let listed: Vec<_> = pages[&queue.id].rows.iter().map(|(_, call)| call.id).collect();
    assert_eq!(listed, [back.call, there.call]);
    assert_eq!(centre.platform.count_waiting(queue.id).await.unwrap(), 2);
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.waiting, stats.callbacks), (1, 1));
}

/// Neither in the night nor on a weekend, whatever agents are there for other queues.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_back_out_of_hours() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let clock = centre.platform.clock.clone();
    let today = centre.today();
    let midnight = |days| midnight(today, days);
    let kept = limits::CALLBACK_KEPT;

    // Asked for after closing time, by one who still waits.
    let late = centre.caller(&queue).await;
    centre.change_queue(queue.id, closed_on(&[today])).await;
    let late = centre.platform.request_callback(&late.actor, late.call, None, None).await.unwrap().planned.id;
    let visit = centre.visits(late).await.remove(0);
    assert_eq!((visit.not_before, visit.leave_by), (midnight(1), Some(midnight(1) + kept)));

    // Asked for before, and nobody had time.
    centre.change_queue(queue.id, closed_on(&[today + Days::new(2)])).await;
    let early = promised(&centre, &queue).await.call;
    let visit = centre.visits(early).await.remove(0);
    assert_eq!(visit.leave_by, Some(midnight(3) + kept), "not in closed hours");
    centre.change_queue(queue.id, closed_on(&[today])).await;
    let agent = centre.agent(&[&queue]).await;
    centre.route().await;
    assert!(centre.offer(&agent).await.is_none());

    // The first try in vain, and no second one in the night.
    centre.change_queue(queue.id, closed_on(&[])).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, late, "it was asked for first, and need not wait for tomorrow");
    centre.change_queue(queue.id, closed_on(&[today])).await;
    for _ in 0..5 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    assert_eq!(centre.call(late).await.callback_tries, 1);
    assert_eq!(centre.visits(late).await.pop().unwrap().not_before, midnight(1));
    clock.advance(midnight(1) - clock.now());
    centre.pass_with(&[&agent], seconds(1)).await;
    centre.route().await;
    let calls = [early, late];
    assert!(calls.contains(&centre.answer(&agent).await), "in the morning");
}

#[tokio::test(flavor = "multi_thread")]
async fn hours_that_change_while_a_call_back_waits_hold_at_once() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let clock = centre.platform.clock.clone();
    let (today, kept) = (centre.today(), limits::CALLBACK_KEPT);
    let (tomorrow, after) = (today + Days::new(1), midnight(today, 2));
    let hours = async |closed: &[NaiveDate]| centre.change_queue(queue.id, closed_on(closed)).await;
    let times = async |call| {
        let visit = centre.visits(call).await.pop().unwrap();
        (visit.not_before, visit.leave_by)
    };

    // Promised while closed: put off further, and then not at all.
    let caller = centre.caller(&queue).await;
    hours(&[today]).await;
    let asked = centre.platform.request_callback(&caller.actor, caller.call, None, None).await.unwrap();
    let back = asked.planned.id;
    assert_eq!(times(back).await.0, midnight(today, 1));
    hours(&[today, tomorrow]).await;
    assert_eq!(times(back).await, (after, Some(after + kept)));
    hours(&[]).await;
    let agent = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, back, "the queue is open");

    // Tried in vain: the pause before the next time is none of the hours'.
    for _ in 0..5 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    let again = centre.visits(back).await.pop().unwrap().entered_at + limits::CALLBACK_AGAIN;
    assert_eq!(times(back).await.0, again);
    for (closed, not_before) in
        [(vec![tomorrow], again), (vec![today], midnight(today, 1)), (Vec::new(), again)]
    {
        hours(&closed).await;
        assert_eq!(times(back).await.0, not_before, "closed on {closed:?}");
    }

    // One whose time has come is not given up while nobody works.
    let due = promised(&centre, &queue).await.call;
    let since = times(due).await.0;
    assert!(since <= clock.now());
    hours(&[today + Days::new(2)]).await;
    let opens = midnight(today, 3);
    assert_eq!(times(due).await, (since, Some(opens + kept)));
}

/// The last agent first, for a while from when the contact may be called.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_that_is_put_off_is_kept_for_the_last_agent_then() {
    let centre = Centre::open().await;
    let rules = QueueChange { last_agent_seconds: Some(60), ..without_wrap_up() };
    let queue = centre.queue("support", rules).await;
    let today = centre.today();
    let (call, known, _) = centre.talk(&queue).await;
    centre.platform.end_call(&known, call).await.unwrap();
    let again = centre.caller(&queue).await;
    centre.change_queue(queue.id, closed_on(&[today])).await;
    let asked = centre.platform.request_callback(&again.actor, again.call, None, None).await.unwrap();
    let kept = async || {
        let visit = centre.visits(asked.planned.id).await.remove(0);
        (visit.prefer_agent_id, visit.prefer_until)
    };
    let then = (Some(id_of(&known)), Some(midnight(today, 1) + seconds(60)));
    assert_eq!(kept().await, then);
    for minds in [0, 60] {
        let change = QueueChange { last_agent_seconds: Some(minds), ..QueueChange::default() };
        centre.change_queue(queue.id, change).await;
    }
    assert_eq!(kept().await, then, "minded anew");
    // It opens now.
    centre.change_queue(queue.id, closed_on(&[])).await;
    let now = centre.platform.clock.now();
    assert!(kept().await.1.is_some_and(|until| until <= now + seconds(60)), "not until tomorrow");
}

/// Only what the contact misses is one of the three times.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_hangs_up_uses_up_no_try_of_a_call_back() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let agent = centre.agent(&[&queue]).await;
    let back = promised(&centre, &queue).await;
    let leave_by = centre.visits(back.call).await[0].leave_by;
    for _ in 0..4 {
        centre.route().await;
        assert_eq!(centre.answer(&agent).await, back.call);
        assert_eq!(centre.state(back.call).await, CallState::Ringing);
        centre.platform.end_call(&agent, back.call).await.unwrap();
        let call = centre.call(back.call).await;
        assert_eq!((call.state, call.callback_tries), (CallState::Queued, 0));
        for _ in 0..31 {
            centre.pass_with(&[&agent], seconds(10)).await;
        }
    }
    assert_eq!(centre.visits(back.call).await.pop().unwrap().leave_by, leave_by, "and not for ever");
}

/// The contact opened the link and no media came: that was one of the three times.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_that_half_joined_is_tried_again() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let agent = centre.agent(&[&queue]).await;
    let back = promised(&centre, &queue).await;
    centre.route().await;
    centre.answer(&agent).await;
    centre.platform.join_by_link(&Actor::Anonymous, &back.token, None, None, None).await.unwrap();
    assert_eq!(centre.state(back.call).await, CallState::Connecting);
    for _ in 0..13 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    let call = centre.call(back.call).await;
    assert_eq!((call.state, call.callback_tries), (CallState::Queued, 1));
    assert_eq!(centre.leg(back.call, LegRole::Contact).await.state, LegState::Invited);
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    assert!(centre.visits(back.call).await.pop().unwrap().not_before > centre.platform.clock.now(), "later");
}
