//! Those who wait: who is offered and who is not yet, who is lost, and what the contact and the call's page are told.

use chrono::TimeDelta;
use domain::calls::{CallResult, CallState, IntervalKind, LegRole, MediaKind};
use domain::error::RefusalCode;
use domain::ids::{AgentId, CallId, VisitId};
use domain::routing::{CallRequest, Queue, QueueChange, VisitOutcome};

use super::centre::{Centre, refused, seconds};
use super::worker;

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
    assert_eq!(call.end_reason.as_deref(), Some("The contact's connection was lost while waiting."));
    let visit = centre.visits(caller.call).await.remove(0);
    assert_eq!((visit.outcome, visit.left_at), (Some(VisitOutcome::Abandoned), since));
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.abandoned, stats.abandoned_short), (1, 1));
    let waited = centre.platform.intervals_of_calls(&[caller.call]).await.unwrap().pop().unwrap();
    assert_eq!(waited.ended_at, call.ended_at, "the call's own life has no gap");
}

/// Until then it has a minute, and no queue is overflowed out of by one who is not there.
#[tokio::test(flavor = "multi_thread")]
async fn the_patience_of_a_queue_begins_when_the_contact_joins() {
    let centre = Centre::open().await;
    let back = centre.queue("back-office", QueueChange::default()).await;
    let front = QueueChange {
        max_wait_seconds: Some(30),
        overflow: Some((domain::routing::OverflowKind::Queue, Some(back.id))),
        ..QueueChange::default()
    };
    let front = centre.queue("front", front).await;
    let mut caller = centre.request(&front).await.unwrap();
    for _ in 0..4 {
        centre.pass(seconds(10)).await;
    }
    centre.joins(&mut caller).await;
    centre.pass(seconds(29)).await;
    assert_eq!(centre.call(caller.call).await.queue_id, Some(front.id));
    centre.pass(seconds(2)).await;
    let call = centre.call(caller.call).await;
    assert_eq!((call.state, call.queue_id), (CallState::Queued, Some(back.id)));
}

/// Moved to another queue before it has joined, it is not offered there either.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_moved_without_its_contact_is_not_offered() {
    let centre = Centre::open().await;
    let (front, back) = (
        centre.queue("front", QueueChange::default()).await,
        centre.queue("back-office", QueueChange::default()).await,
    );
    let agent = centre.agent(&[&back]).await;
    let mut caller = centre.request(&front).await.unwrap();
    let supervisor = super::supervision::supervisor(&centre).await;
    centre.platform.move_call(&supervisor, caller.call, back.id).await.unwrap();
    centre.route().await;
    assert!(centre.offer(&agent).await.is_none());
    centre.joins(&mut caller).await;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, caller.call);
}

/// A call's wait is what speed of answer counts, an agent who accepted and did not come included.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_waits_until_somebody_is_heard() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.accept(&agent).await;
    for _ in 0..4 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, caller.call);
    let intervals = centre.platform.intervals_of_calls(&[caller.call]).await.unwrap();
    let waited: TimeDelta = intervals
        .iter()
        .filter(|it| IntervalKind::UNANSWERED.contains(&it.kind))
        .filter_map(|it| Some(it.ended_at? - it.started_at))
        .sum();
    let visit = centre.visits(caller.call).await.remove(0);
    assert_eq!(waited, visit.left_at.unwrap() - visit.entered_at);
}

/// Whether a full queue sends it on or a supervisor moves it.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_takes_no_pictures_makes_a_voice_call_of_one() {
    let centre = Centre::open().await;
    let voice = centre.queue("voice", QueueChange { video: Some(false), ..QueueChange::default() }).await;
    let short = QueueChange {
        max_length: Some(1),
        overflow: Some((domain::routing::OverflowKind::Queue, Some(voice.id))),
        ..QueueChange::default()
    };
    let short = centre.queue("short", short).await;
    let ask = async |queue: &Queue| {
        let request = CallRequest {
            queue_key: queue.key.clone(),
            name: "Ada Lovelace".into(),
            email: None,
            phone: None,
            media: MediaKind::Video,
            subject: None,
            priority: None,
            voicemail: false,
        };
        centre.platform.request_call(&centre.admin, request, "a test", None).await.map(|it| it.call.id)
    };
    let goes_on = async |id| {
        let call = centre.call(id).await;
        (call.queue_id, call.media)
    };
    assert_eq!(refused(ask(&voice).await).0, RefusalCode::NotAllowed, "a picture was asked for here");
    let first = ask(&short).await.unwrap();
    assert_eq!(goes_on(first).await, (Some(short.id), MediaKind::Video));
    let second = ask(&short).await.unwrap();
    assert_eq!(goes_on(second).await, (Some(voice.id), MediaKind::Audio));
    assert!(!centre.leg(second, LegRole::Contact).await.video_on);
    let supervisor = super::supervision::supervisor(&centre).await;
    centre.platform.move_call(&supervisor, first, voice.id).await.unwrap();
    assert_eq!(goes_on(first).await, (Some(voice.id), MediaKind::Audio));
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
    let change =
        QueueChange { last_agent_seconds: Some(300), wrap_up_seconds: Some(0), ..QueueChange::default() };
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

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_begins_to_mind_the_last_agent_keeps_those_who_wait_already() {
    let centre = Centre::open().await;
    let change = QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() };
    let queue = centre.queue("support", change).await;
    let known = centre.agent(&[&queue]).await;
    let first = centre.talk_with(&queue, &known).await;
    let again = centre.caller(&queue).await;
    assert_eq!(centre.visits(again.call).await[0].prefer_until, None, "it waits for nobody");
    let change = QueueChange { last_agent_seconds: Some(300), ..QueueChange::default() };
    centre.change_queue(queue.id, change).await;
    let other = centre.agent(&[&queue]).await;
    centre.route().await;
    assert!(centre.offer(&other).await.is_none(), "it waits for the one it knows");
    centre.platform.end_call(&known, first.call).await.unwrap();
    centre.route().await;
    assert_eq!(centre.answer(&known).await, again.call);
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

/// They serve each queue as often as it has calls that wait: both estimates are those of one line of four.
#[tokio::test(flavor = "multi_thread")]
async fn agents_of_two_queues_count_in_each_by_its_share_of_those_who_wait() {
    let centre = Centre::open().await;
    let long = centre.queue("long", QueueChange::default()).await;
    let short = centre.queue("short", QueueChange::default()).await;
    for _ in 0..2 {
        centre.agent(&[&long, &short]).await;
    }
    let mut last = None;
    for _ in 0..3 {
        last = Some(centre.caller(&long).await);
    }
    // Nobody serves one who has yet to come.
    centre.request(&long).await.unwrap();
    let visit = async |call| centre.visits(call).await[0].id;
    let (third, only) = (visit(last.unwrap().call).await, visit(centre.caller(&short).await.call).await);
    let outlook = centre.platform.outlook(&[third, only]).await.unwrap();
    let told = |visit: VisitId| (outlook[&visit].inputs.position, outlook[&visit].inputs.agents);
    assert_eq!((told(third), told(only)), ((3, 1.5), (1, 0.5)));
    for visit in [third, only] {
        assert_eq!(outlook[&visit].seconds, Some(4.0 * 180.0 / 2.0), "three minutes a call");
    }
    // One who came now would be the fifth.
    let stats = centre.platform.queue_stats(&[short]).await.unwrap().remove(0);
    assert_eq!(stats.estimated_wait().map(f64::round), Some(5.0 * 180.0 / 2.0));
}

/// Neither who has yet to join nor who is called back later stands before those who are there.
#[tokio::test(flavor = "multi_thread")]
async fn those_whose_turn_cannot_come_yet_have_no_place_before_others() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let first = centre.caller(&queue).await;
    let asked = centre.platform.request_callback(&first.actor, first.call, None, None).await.unwrap();
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, asked.planned.id);
    centre.platform.end_call(&agent, asked.planned.id).await.unwrap();
    let mut comes = centre.request(&queue).await.unwrap();
    let there = centre.caller(&queue).await;
    let visit = centre.visits(there.call).await[0].id;
    let place = async || {
        centre.platform.announce_positions().await.unwrap();
        centre.platform.outlook(&[visit]).await.unwrap()[&visit].inputs.position
    };
    assert_eq!(place().await, 1);
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!((stats.waiting, stats.callbacks, stats.in_line), (2, 1, 1));
    centre.joins(&mut comes).await;
    assert_eq!(place().await, 2);
    centre.platform.clock.advance(domain::limits::CALLBACK_AGAIN);
    assert_eq!(place().await, 3);
    assert_eq!(told_places(&centre, there.call).await, ["1", "2", "3"]);
}

async fn told_places(centre: &Centre, call: CallId) -> Vec<String> {
    let told = "SELECT payload->>'detail' FROM event WHERE kind = 'POSITION_CHANGED' AND aggregate_id::text = $1 ORDER BY xid, seq";
    let rows = centre.stage.sql().await.query(told, &[&call.0.to_string()]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
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
