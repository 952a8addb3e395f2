//! Calls: expiry by several schedulers, leases and their epochs, intervals without gap.

use chrono::TimeDelta;
use cordboard_tests::sql::{count, until_locked_out};
use cordboard_tests::wait::{STEP, eventually};
use domain::Platform;
use domain::calls::{CallResult, CallState, LegState};
use domain::clock::Clock;
use domain::people::Actor;

use super::{Stage, agent, place, talk, worker};

/// A process whose clock runs ahead: for it everything is due.
fn later(stage: &Stage, by: TimeDelta) -> Platform {
    let mut platform = stage.process();
    platform.clock = Clock::movable();
    platform.clock.advance(by);
    platform
}

#[tokio::test(flavor = "multi_thread")]
async fn two_schedulers_at_once_end_an_unanswered_call_once() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let call = place(&platform, &agent).await.call.id;
    platform.lease_call(call, worker(&platform).await).await.unwrap();
    let (one, two) = (later(&stage, TimeDelta::minutes(1)), later(&stage, TimeDelta::minutes(1)));
    let (first, second) = tokio::join!(one.expire_unanswered(), two.expire_unanswered());
    assert_eq!(first.unwrap() + second.unwrap(), 1);
    let ended = platform.calls(&agent, &[call]).await.unwrap().remove(0);
    assert_eq!((ended.state, ended.result), (CallState::Ended, Some(CallResult::Missed)));
    let sql = stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM task").await, 1, "one follow-up");
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind = 'ENDED'").await, 1);

    // Its reminder comes once too.
    let (one, two) = (later(&stage, TimeDelta::hours(1)), later(&stage, TimeDelta::hours(1)));
    let (first, second) = tokio::join!(one.remind(), two.remind());
    assert_eq!(first.unwrap() + second.unwrap(), 1);
    assert_eq!(count(&sql, "SELECT count(*) FROM notification").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_who_joins_while_the_scheduler_looks_is_not_cut_off() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let placed = place(&platform, &agent).await;
    platform.lease_call(placed.call.id, worker(&platform).await).await.unwrap();
    // Somebody holds the call's row: both wait for it, the contact first.
    let holder = stage.sql().await;
    let id = placed.call.id.0;
    holder.batch_execute(&format!("BEGIN; SELECT FROM call WHERE id = '{id}' FOR UPDATE")).await.unwrap();
    let scheduler = later(&stage, TimeDelta::seconds(46));
    let joining = platform.join_by_link(&Actor::Anonymous, &placed.join_token, None, None, None);
    let looker = stage.sql().await;
    let expiring = async {
        until_locked_out(&looker, 1).await;
        scheduler.expire_unanswered().await
    };
    let release = async {
        until_locked_out(&looker, 2).await;
        holder.batch_execute("COMMIT").await
    };
    let (joined, expired, released) = tokio::join!(joining, expiring, release);
    released.unwrap();
    assert_eq!(joined.unwrap().call.state, CallState::Connecting);
    assert_eq!(expired.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_an_older_lease_changes_nothing() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    assert_eq!(talk.row(&platform, &agent).await.state, CallState::InProgress);

    // The worker is declared dead; another takes the call.
    assert_eq!(platform.retire_worker(talk.worker).await.unwrap(), 1);
    let moved = platform.lease_call(talk.call, worker(&platform).await).await.unwrap().unwrap();
    assert_eq!(moved.epoch, talk.plan.epoch + 1);
    let before = talk.row(&platform, &agent).await;
    for leg in &talk.legs {
        platform.leg_connected(talk.call, talk.plan.epoch, leg.id).await.unwrap();
        platform.leg_disconnected(talk.call, talk.plan.epoch, leg.id).await.unwrap();
    }
    assert_eq!(talk.row(&platform, &agent).await, before);
    let legs = platform.legs_of_calls(&[talk.call]).await.unwrap();
    assert!(legs.iter().all(|leg| leg.state == LegState::Reconnecting && leg.leave_by.is_some()));
    assert!(
        platform.call_plan(talk.call, talk.worker).await.unwrap().is_none(),
        "not the old one's any more"
    );

    // And whoever was declared dead leases nothing, though it does not know yet.
    let other = place(&platform, &agent).await.call.id;
    assert!(platform.lease_call(other, talk.worker).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_ten_workers_gets_a_call() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let call = place(&platform, &agent).await.call.id;
    let leases = (0..10).map(|_| async {
        let worker = worker(&platform).await;
        platform.lease_call(call, worker).await.unwrap().is_some()
    });
    let leased = futures_util::future::join_all(leases).await;
    assert_eq!(leased.iter().filter(|leased| **leased).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_worker_is_dispatched_now_and_then_only() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    place(&platform, &agent).await;
    let sql = stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM outbox").await, 1);
    let scheduler = later(&stage, TimeDelta::seconds(6));
    for _ in 0..5 {
        scheduler.dispatch_again().await.unwrap();
    }
    assert_eq!(count(&sql, "SELECT count(*) FROM outbox").await, 2, "one more, not one a sweep");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_intervals_cover_a_life_without_gap_whatever_the_clocks_say() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    // Answered here, ended by a process whose clock is a minute behind.
    let talk = talk(&platform, &agent).await;
    let behind = later(&stage, TimeDelta::minutes(-1));
    behind.end_call(&agent, talk.call).await.unwrap();
    // Never taken, never joined.
    let lonely = place(&platform, &agent).await.call.id;
    platform.end_call(&agent, lonely).await.unwrap();
    for call in [talk.call, lonely] {
        let row = platform.calls(&agent, &[call]).await.unwrap().remove(0);
        let intervals = platform.intervals_of_calls(&[call]).await.unwrap();
        assert_eq!(intervals[0].started_at, row.created_at);
        assert_eq!(intervals.last().unwrap().ended_at, row.ended_at);
        for pair in intervals.windows(2) {
            assert_eq!(pair[0].ended_at, Some(pair[1].started_at), "{intervals:?}");
        }
        assert!(intervals.iter().all(|it| it.ended_at.is_some_and(|end| end >= it.started_at)));
    }
    assert_eq!(
        platform.intervals_of_calls(&[talk.call]).await.unwrap().len(),
        4,
        "set-up, ring, connect, talk"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_whose_retired_worker_was_not_emptied_are_found() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    // The scheduler that wrote GONE was killed before it moved the calls.
    stage.sql().await.batch_execute("UPDATE media_worker SET state = 'GONE'").await.unwrap();
    // A database that has just come up is given its time first.
    eventually("the call is found", STEP, || async {
        domain::fleet::Watchman::default().look(&platform).await.unwrap();
        talk.row(&platform, &agent).await.worker_id.is_none().then_some(())
    })
    .await;
}
