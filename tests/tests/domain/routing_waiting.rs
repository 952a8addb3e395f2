//! Those who wait: who is offered and who is not yet, what they are told, and how a call-back is given up.

use domain::agents::{AgentActivity, AgentStatus, WrappedUp};
use domain::calls::{CallResult, CallState, LegRole, LegState};
use domain::error::RefusalCode;
use domain::ids::{AgentId, CallId, VisitId};
use domain::people::Actor;
use domain::routing::{Holiday, Hours, Queue, QueueChange, VisitOutcome};

use super::centre::{Caller, Centre, refused, seconds};
use super::worker;

fn without_wrap_up() -> QueueChange {
    QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() }
}

/// Who asks and never comes makes nobody ring, and those who are there need not wait for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_offered_once_its_contact_has_joined() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let mut first = centre.request(&queue).await.unwrap();
    let second = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.state(first.call).await, CallState::Queued);
    assert_eq!(centre.answer(&one).await, second.call);
    assert!(centre.offer(&two).await.is_none());
    let explained = centre.platform.explain(&centre.visits(first.call).await).await.unwrap();
    let candidates = &explained[0].as_ref().unwrap().candidates;
    assert_eq!(candidates[0].reason, "the contact has not joined yet");
    assert!(!candidates[0].chosen);

    centre.joins(&mut first).await;
    centre.route().await;
    assert_eq!(centre.answer(&two).await, first.call, "as soon as it has joined");
}

/// An agent who answered would hear nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_contact_has_broken_off_is_not_offered() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (away, there) = (centre.caller(&queue).await, centre.caller(&queue).await);
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    centre.silence(away.call, LegRole::Contact).await;
    centre.route().await;
    assert_eq!(centre.answer(&one).await, there.call);
    assert_eq!(centre.state(away.call).await, CallState::Queued);
    assert!(centre.offer(&two).await.is_none());
    centre.media(away.call, LegRole::Contact).await;
    centre.route().await;
    assert_eq!(centre.answer(&two).await, away.call, "as soon as it is back");
}

/// A tab that is closed at once is a short abandon, though that is noticed only half a minute later.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_lost_has_waited_until_the_connection_broke() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let caller = centre.caller(&queue).await;
    centre.silence(caller.call, LegRole::Contact).await;
    let since = centre.leg(caller.call, LegRole::Contact).await.away_since;
    centre.pass(seconds(31)).await;
    let call = centre.call(caller.call).await;
    assert_eq!(call.result, Some(CallResult::Abandoned));
    let visit = centre.visits(caller.call).await.remove(0);
    assert_eq!((visit.outcome, visit.left_at), (Some(VisitOutcome::Abandoned), since));
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.abandoned, stats.abandoned_short), (1, 1));
    let waited = centre.platform.intervals_of_calls(&[caller.call]).await.unwrap().pop().unwrap();
    assert_eq!(waited.ended_at, call.ended_at, "the call's own life has no gap");
}

/// Sent on to another queue before it has joined, it is not offered there either.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_overflows_without_its_contact_is_not_offered() {
    let centre = Centre::open().await;
    let back = centre.queue("back-office", QueueChange::default()).await;
    let front = QueueChange {
        max_wait_seconds: Some(30),
        overflow: Some((domain::routing::OverflowKind::Queue, Some(back.id))),
        ..QueueChange::default()
    };
    let front = centre.queue("front", front).await;
    let agent = centre.agent(&[&back]).await;
    let mut caller = centre.request(&front).await.unwrap();
    for _ in 0..4 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    assert_eq!(centre.visits(caller.call).await.len(), 2);
    centre.route().await;
    assert!(centre.offer(&agent).await.is_none());
    centre.joins(&mut caller).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, caller.call);
}

/// Through two queues into a third, it is there before those who came after it.
#[tokio::test(flavor = "multi_thread")]
async fn all_the_waiting_counts_after_two_overflows() {
    let centre = Centre::open().await;
    let last = centre.queue("last", QueueChange::default()).await;
    let on = |to: &Queue, priority| QueueChange {
        max_wait_seconds: Some(30),
        overflow: Some((domain::routing::OverflowKind::Queue, Some(to.id))),
        priority: Some(priority),
        ..QueueChange::default()
    };
    let middle = centre.queue("middle", on(&last, 3)).await;
    let first = centre.queue("first", on(&middle, 0)).await;
    let early = centre.caller(&first).await;
    centre.pass(seconds(20)).await;
    let late = centre.caller(&last).await;
    for _ in 0..5 {
        centre.pass(seconds(10)).await;
    }
    let queues: Vec<_> = centre.visits(early.call).await.iter().map(|visit| visit.queue_id).collect();
    assert_eq!(queues, [first.id, middle.id, last.id]);
    let agent = centre.agent(&[&last]).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, early.call, "before {}", late.call);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_no_longer_minds_the_last_agent_lets_those_go_who_wait_for_one() {
    let centre = Centre::open().await;
    let change = QueueChange { last_agent_seconds: Some(300), ..without_wrap_up() };
    let queue = centre.queue("support", change).await;
    let known = centre.agent(&[&queue]).await;
    let first = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.answer(&known).await, first.call);
    let other = centre.agent(&[&queue]).await;
    let again = centre.caller(&queue).await;
    centre.route().await;
    assert!(centre.offer(&other).await.is_none(), "it waits for the one it knows");
    let change = QueueChange { last_agent_seconds: Some(0), ..QueueChange::default() };
    centre.change_queue(queue.id, change).await;
    centre.route().await;
    assert_eq!(centre.answer(&other).await, again.call);
}

/// All media workers away for minutes: whoever waits waits on, as long as the queue lets them; who has gone meanwhile is
/// missed once there is a worker again.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_outlast_an_absence_of_all_workers() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let short = QueueChange { max_wait_seconds: Some(60), ..QueueChange::default() };
    let short = centre.queue("short", short).await;
    let (stays, gone, impatient) =
        (centre.caller(&queue).await, centre.caller(&queue).await, centre.caller(&short).await);
    centre.platform.retire_worker(centre.worker).await.unwrap();
    for _ in 0..5 {
        centre.pass(seconds(20)).await;
    }
    for caller in [&stays, &gone] {
        assert_eq!(centre.state(caller.call).await, CallState::Queued);
    }
    assert_eq!(centre.call(impatient.call).await.result, Some(CallResult::Missed), "its queue's limit");

    let worker = worker(&centre.platform).await;
    centre.platform.lease_call(gone.call, worker).await.unwrap().unwrap();
    let plan = centre.platform.lease_call(stays.call, worker).await.unwrap().unwrap();
    let leg = centre.leg(stays.call, LegRole::Contact).await.id;
    centre.platform.leg_connected(stays.call, plan.epoch, leg).await.unwrap();
    centre.pass(seconds(29)).await;
    assert_eq!(centre.state(gone.call).await, CallState::Queued, "it has its time to come over");
    centre.pass(seconds(2)).await;
    assert_eq!(centre.call(gone.call).await.result, Some(CallResult::Abandoned));
    assert_eq!(centre.state(stays.call).await, CallState::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_wait_are_told_their_new_place() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (first, second) = (centre.caller(&queue).await, centre.caller(&queue).await);
    assert_eq!(centre.platform.announce_positions().await.unwrap(), 2);
    assert_eq!(centre.platform.announce_positions().await.unwrap(), 0, "nothing new");
    centre.platform.end_call(&first.actor, first.call).await.unwrap();
    centre.platform.announce_positions().await.unwrap();
    assert_eq!(told_places(&centre, first.call).await, ["1"]);
    assert_eq!(told_places(&centre, second.call).await, ["2", "1"]);
}

async fn told_places(centre: &Centre, call: CallId) -> Vec<String> {
    let told = "SELECT payload->>'detail' FROM event WHERE kind = 'POSITION_CHANGED' AND aggregate_id::text = $1 ORDER BY xid, seq";
    let rows = centre.stage.sql().await.query(told, &[&call.0.to_string()]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn promised(centre: &Centre, queue: &Queue) -> Caller {
    let caller = centre.caller(queue).await;
    let asked = centre.platform.request_callback(&caller.actor, caller.call, None, None).await.unwrap();
    Caller { call: asked.planned.id, token: asked.join_token, actor: Actor::Anonymous }
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

/// Neither in the night nor on a weekend, whatever agents are there for other queues.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_back_out_of_hours() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", without_wrap_up()).await;
    let clock = centre.platform.clock.clone();
    // It is noon, whenever the test runs.
    let tomorrow = clock.now().date_naive() + chrono::Days::new(1);
    clock.advance(
        tomorrow.and_time(chrono::NaiveTime::MIN).and_utc() + chrono::TimeDelta::hours(12) - clock.now(),
    );
    let today = clock.now().date_naive();
    let closed_on = |dates: &[chrono::NaiveDate]| {
        let holiday = |&date: &chrono::NaiveDate| Holiday { date, name: "Closed".into() };
        let holidays = dates.iter().map(holiday).collect();
        QueueChange { hours: Some(Hours { holidays, ..Hours::default() }), ..QueueChange::default() }
    };
    let midnight = |days: u64| (today + chrono::Days::new(days)).and_time(chrono::NaiveTime::MIN).and_utc();
    let kept = chrono::TimeDelta::hours(48);

    // Asked for after closing time, by one who still waits.
    let late = centre.caller(&queue).await;
    centre.change_queue(queue.id, closed_on(&[today])).await;
    let late = centre.platform.request_callback(&late.actor, late.call, None, None).await.unwrap().planned.id;
    let visit = centre.visits(late).await.remove(0);
    assert_eq!((visit.not_before, visit.leave_by), (midnight(1), Some(midnight(1) + kept)));

    // Asked for before, and nobody had time.
    centre.change_queue(queue.id, closed_on(&[today + chrono::Days::new(2)])).await;
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
    assert_eq!(centre.answer(&agent).await, early);
    centre.change_queue(queue.id, closed_on(&[today])).await;
    for _ in 0..5 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    assert_eq!(centre.call(early).await.callback_tries, 1);
    assert_eq!(centre.visits(early).await.pop().unwrap().not_before, midnight(1));
    clock.advance(midnight(1) - clock.now());
    centre.pass_with(&[&agent], seconds(1)).await;
    centre.route().await;
    let calls = [early, late];
    assert!(calls.contains(&centre.answer(&agent).await), "in the morning");
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
    centre.platform.join_by_link(&Actor::Anonymous, &back.token, None).await.unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn only_a_reason_of_the_list_is_a_reason_to_be_away() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let golf = centre.platform.set_status(&agent, None, AgentStatus::Away, Some("golf".into())).await;
    let (code, says) = refused(golf);
    assert_eq!(code, RefusalCode::Invalid, "{says}");
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    let lunch = centre.platform.set_status(&agent, None, AgentStatus::Away, Some("Lunch".into())).await;
    assert_eq!(lunch.unwrap().reason.as_deref(), Some("lunch"), "as it is written in the list");
}

/// A wrap-up that runs out while somebody else talks: its outcome comes when nobody can give another one.
#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_is_given_at_the_end_when_a_wrap_up_ran_out_before() {
    let centre = Centre::open().await;
    let outcome = centre.platform.create_outcome(&centre.admin, "No note", false).await.unwrap();
    let change = QueueChange { default_outcome: Some(Some(outcome.id)), ..QueueChange::default() };
    let queue = centre.queue("support", change).await;
    for wraps_up in [false, true] {
        let (lost, other) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
        let caller = centre.caller(&queue).await;
        centre.route().await;
        centre.answer(&lost).await;
        centre.silence(caller.call, LegRole::Agent).await;
        for _ in 0..4 {
            centre.pass_with(&[&lost, &other], seconds(8)).await;
        }
        assert_eq!(centre.activity(&lost).await, AgentActivity::WrapUp);
        centre.route().await;
        assert_eq!(centre.answer(&other).await, caller.call);
        for _ in 0..7 {
            centre.pass_with(&[&lost, &other], seconds(10)).await;
        }
        assert_eq!(centre.activity(&lost).await, AgentActivity::Available, "it ran out");
        assert_eq!(centre.call(caller.call).await.outcome_id, None, "while the other one talks");
        let seconds = if wraps_up { 60 } else { 0 };
        centre
            .change_queue(queue.id, QueueChange { wrap_up_seconds: Some(seconds), ..QueueChange::default() })
            .await;
        centre.platform.end_call(&other, caller.call).await.unwrap();
        if wraps_up {
            assert_eq!(centre.call(caller.call).await.outcome_id, None, "the other one may say");
            let done = WrappedUp { done: true, ..WrappedUp::default() };
            centre.platform.wrap_up(&other, caller.call, done).await.unwrap();
        }
        assert_eq!(centre.call(caller.call).await.outcome_id, Some(outcome.id));
        for agent in [&lost, &other] {
            centre.set(agent, AgentStatus::Offline).await;
        }
        let again = QueueChange { wrap_up_seconds: Some(60), ..QueueChange::default() };
        centre.change_queue(queue.id, again).await;
    }
}

/// Where all ring, a long wait makes thousands of offers: a call shows the last hundred.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_shows_its_last_hundred_offers() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let (caller, other) = (centre.caller(&queue).await, centre.caller(&queue).await);
    for call in [caller.call, other.call] {
        let visit = centre.visits(call).await[0].id;
        declined(&centre, call, visit, super::centre::id_of(&agent)).await;
    }
    let shown = centre.platform.offers_of_calls(&[caller.call, other.call]).await.unwrap();
    for call in [caller.call, other.call] {
        let of_call: Vec<_> = shown.iter().filter(|offer| offer.call_id == call).collect();
        assert_eq!(of_call.len(), 100);
        assert_eq!(of_call[0].reason.as_deref(), Some("21"), "the first twenty are left out");
        assert_eq!(of_call[99].reason.as_deref(), Some("120"));
    }
}

/// 120 offers that came to nothing, numbered.
async fn declined(centre: &Centre, call: CallId, visit: VisitId, agent: AgentId) {
    let sql = centre.stage.sql().await;
    for number in 1..=120 {
        let (id, number) = (domain::ids::OfferId::new().0.to_string(), number.to_string());
        let offer = "INSERT INTO offer (id, call_id, visit_id, agent_id, state, alone, reason, created_at, expires_at, ended_at)
            SELECT $1::text::uuid, $2::text::uuid, $3::text::uuid, $4::text::uuid, 'DECLINED', true, $5, at, at, at FROM clock_timestamp() AS at";
        let ids = [call.0.to_string(), visit.0.to_string(), agent.0.to_string()];
        sql.execute(offer, &[&id, &ids[0], &ids[1], &ids[2], &number]).await.unwrap();
    }
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
