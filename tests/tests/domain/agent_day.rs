//! An agent's day: what is talk and what is not, and which calls were handled.

use chrono::{Days, NaiveTime};
use domain::agents::{AgentActivity, AgentDay, AgentInterval, AgentStatus, Span};
use domain::calls::{LegRole, MediaKind};
use domain::crm::ContactChange;
use domain::page::Slice;
use domain::people::Actor;
use domain::routing::QueueChange;

use super::centre::{Caller, Centre, id_of, seconds};
use super::handing_over::Scene;

async fn day_of(centre: &Centre, agent: &Actor) -> AgentDay {
    centre.platform.agent_today(id_of(agent), "UTC").await.unwrap()
}

/// So many seconds went by, and what the machine took beside them.
fn about(seconds: f64, expected: f64) -> bool {
    (expected..expected + 8.0).contains(&seconds)
}

/// An agent calls a contact, who answers after 9 s.
async fn calls_out(centre: &Centre, agent: &Actor) -> Caller {
    let named = ContactChange { name: Some("Emmy Noether".into()), ..ContactChange::default() };
    let contact = centre.platform.create_contact(agent, named, None).await.unwrap();
    let placed =
        centre.platform.place_call(agent, contact.id, MediaKind::Audio, None, None, None).await.unwrap();
    let call = placed.call.id;
    centre.platform.lease_call(call, centre.worker).await.unwrap();
    centre.platform.join_as_user(agent, call, None).await.unwrap();
    centre.media(call, LegRole::Agent).await;
    centre.pass_with(&[agent], seconds(9)).await;
    let mut called = Caller { call, token: placed.join_token, actor: Actor::Anonymous };
    centre.joins(&mut called).await;
    called
}

/// Hold and ringing were talk, and calls that the agent had placed were none.
#[tokio::test(flavor = "multi_thread")]
async fn talk_is_neither_hold_nor_ringing_and_a_call_that_was_placed_is_handled() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.talk_with(&queue, &agent).await;
    centre.pass_with(&[&agent], seconds(10)).await;
    centre.platform.hold_call(&agent, caller.call, None).await.unwrap();
    for _ in 0..2 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    let day = day_of(&centre, &agent).await;
    assert_eq!(day.handled, 1, "while it lasts");
    assert!(about(day.talk_seconds, 10.0) && about(day.hold_seconds, 20.0), "{day:?}");
    centre.platform.resume_call(&agent, caller.call, None).await.unwrap();
    centre.pass_with(&[&agent], seconds(5)).await;
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    centre.pass_with(&[&agent], seconds(61)).await;

    let called = calls_out(&centre, &agent).await;
    centre.pass_with(&[&agent], seconds(10)).await;
    centre.platform.end_call(&agent, called.call).await.unwrap();
    let day = day_of(&centre, &agent).await;
    assert_eq!((day.handled, day.missed), (2, 0));
    assert!(about(day.talk_seconds, 25.0) && about(day.hold_seconds, 20.0), "{day:?}");
    assert!(about(day.wrap_up_seconds, 61.0), "{day:?}");
}

/// Two agents have a call one after the other; a third one was only asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_handed_over_counts_for_both_from_when_they_had_it() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    scene.pass(10).await;
    let transfer = scene.consulting().await;
    scene.pass(10).await;
    centre.platform.cancel_transfer(&scene.one, transfer.id).await.unwrap();
    let day = day_of(centre, &scene.two).await;
    assert_eq!((day.handled, day.talk_seconds, day.hold_seconds), (0, 0.0, 0.0), "merely asked");
    // The queue's time for the work after it.
    scene.pass(22).await;

    let transfer = scene.consulting().await;
    scene.pass(10).await;
    centre.platform.complete_transfer(&scene.one, transfer.id).await.unwrap();
    scene.pass(10).await;
    let (one, two) = (day_of(centre, &scene.one).await, day_of(centre, &scene.two).await);
    assert_eq!((one.handled, two.handled), (1, 1));
    assert!(about(one.talk_seconds, 32.0) && about(one.hold_seconds, 20.0), "{one:?}");
    assert!(about(two.talk_seconds, 10.0) && two.hold_seconds == 0.0, "{two:?}");
}

/// All that an agent did in a span, the newest first, read two at a time.
async fn record_of(centre: &Centre, agent: &Actor, span: Span) -> Vec<AgentInterval> {
    let (id, mut slice, mut record) = (id_of(agent), Slice::first(2), Vec::new());
    loop {
        let pages = centre.platform.intervals_of_agents(&[id], span, &slice).await.unwrap();
        let page = pages.into_values().next().unwrap();
        slice.after = page.rows.last().map(|(key, _)| key.clone());
        record.extend(page.rows.into_iter().map(|(_, interval)| interval));
        if !page.more {
            break;
        }
    }
    let counted = centre.platform.count_intervals(id, span).await.unwrap();
    assert_eq!(usize::try_from(counted).unwrap(), record.len());
    record
}

/// Time away was recorded with its reason, and nobody could read it; nor how long an agent was on calls.
#[tokio::test(flavor = "multi_thread")]
async fn the_record_tells_which_call_it_was_and_why_somebody_was_away() {
    use AgentActivity::{Available, Away, Offline, OnCall, Ringing, WrapUp};
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.pass_with(&[&agent], seconds(5)).await;
    assert_eq!(centre.answer(&agent).await, caller.call);
    centre.pass_with(&[&agent], seconds(20)).await;
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    centre.pass_with(&[&agent], seconds(61)).await;
    for (reason, long) in [("training", 10), ("lunch", 30)] {
        let away = centre.platform.set_status(&agent, None, AgentStatus::Away, Some(reason.into())).await;
        away.unwrap();
        centre.pass_with(&[&agent], seconds(long)).await;
    }

    let day = day_of(&centre, &agent).await;
    assert!(about(day.ringing_seconds, 5.0) && about(day.on_call_seconds, 20.0), "{day:?}");
    assert!(about(day.wrap_up_seconds, 61.0) && about(day.away_seconds, 40.0), "{day:?}");
    let occupied = day.ringing_seconds + day.on_call_seconds + day.wrap_up_seconds;
    assert!((day.occupied_seconds() - occupied).abs() < 0.001, "{day:?}");
    let away: Vec<_> = day.away_by_reason().collect();
    let [(Some("lunch"), lunch), (Some("training"), training)] = away[..] else { panic!("{away:?}") };
    assert!(about(lunch, 30.0) && about(training, 10.0), "{away:?}");

    let record = record_of(&centre, &agent, Span::default()).await;
    let did: Vec<_> = record.iter().map(|it| it.activity).collect();
    assert_eq!(did, [Away, Away, Available, WrapUp, OnCall, Ringing, Available, Offline]);
    for (newer, older) in record.iter().zip(&record[1..]) {
        assert_eq!(older.ended_at, Some(newer.started_at));
    }
    for it in &record {
        let with_call = matches!(it.activity, Ringing | OnCall | WrapUp).then_some(caller.call);
        assert_eq!(it.call_id, with_call, "{it:?}");
    }
    let of_talk = Span { from: Some(record[4].started_at), to: Some(record[3].started_at) };
    let talk = record_of(&centre, &agent, of_talk).await;
    assert_eq!(talk.iter().map(|it| it.activity).collect::<Vec<_>>(), [OnCall]);
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_among_themselves_handle_nothing() {
    let centre = Centre::open().await;
    let (one, two) = (centre.agent(&[]).await, centre.agent(&[]).await);
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.platform.join_as_user(&one, call, None).await.unwrap();
    centre.accept(&two).await;
    for who in [&one, &two] {
        centre.media_of(call, who).await;
    }
    centre.pass_with(&[&one, &two], seconds(10)).await;
    let day = day_of(&centre, &one).await;
    assert_eq!((day.handled, day.talk_seconds), (0, 0.0));
}

/// A stretch belongs to the day in which it began, and so does the call.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_midnight_is_handled_once() {
    let centre = Centre::open().await;
    let clock = &centre.platform.clock;
    let midnight = (centre.today() + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
    clock.advance(midnight - seconds(10) - clock.now());
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.talk_with(&queue, &agent).await;
    assert_eq!(day_of(&centre, &agent).await.handled, 1);
    centre.pass_with(&[&agent], seconds(12)).await;
    let day = day_of(&centre, &agent).await;
    assert_eq!((day.handled, day.talk_seconds), (0, 0.0), "it was yesterday's");
    centre.platform.hold_call(&agent, caller.call, None).await.unwrap();
    centre.pass_with(&[&agent], seconds(5)).await;
    centre.platform.resume_call(&agent, caller.call, None).await.unwrap();
    centre.pass_with(&[&agent], seconds(5)).await;
    let day = day_of(&centre, &agent).await;
    assert_eq!(day.handled, 0);
    assert!(about(day.talk_seconds, 5.0) && about(day.hold_seconds, 5.0), "{day:?}");
}

/// Nothing told where a user is, and everybody's day began at midnight by UTC.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_begins_at_midnight_where_the_agents_browser_is() {
    let centre = Centre::open().await;
    let (platform, clock) = (&centre.platform, &centre.platform.clock);
    // That of Tokyo is at 15:00 by UTC, in summer as in winter.
    let midnight = centre.today().and_time(NaiveTime::MIN).and_utc() + seconds(15 * 3_600);
    clock.advance(midnight - seconds(60) - clock.now());
    let agent = centre.agent(&[]).await;
    let mut user = agent.user().unwrap().clone();
    for (told, kept) in [("Asia/Tokyo", "Asia/Tokyo"), ("Mars/Olympus", "Asia/Tokyo")] {
        platform.keep_time_zone(&mut user, told).await.unwrap();
        assert_eq!(user.time_zone, kept);
    }
    let zone = platform.users(&[user.id]).await.unwrap().remove(0).time_zone;

    platform.set_status(&agent, None, AgentStatus::Away, Some("lunch".into())).await.unwrap();
    centre.pass_with(&[&agent], seconds(30)).await;
    let day = platform.agent_today(id_of(&agent), &zone).await.unwrap();
    assert!(about(day.away_seconds, 30.0), "{day:?}");
    centre.pass_with(&[&agent], seconds(30)).await;
    let day = platform.agent_today(id_of(&agent), &zone).await.unwrap();
    assert_eq!(day.away_seconds, 0.0, "it was yesterday's");
    assert!(about(day_of(&centre, &agent).await.away_seconds, 60.0), "by UTC it is the same day");
}
