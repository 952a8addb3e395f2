//! Jobs: each to one, again after a loss, and at last among the dead.

use cordboard_tests::wait::{STEP, in_time};
use domain::bus::{BusError, Job};

use super::{Stage, job, no_job};

#[tokio::test(flavor = "multi_thread")]
async fn an_unacknowledged_job_comes_again_after_a_lost_connection() {
    let stage = Stage::set().await;
    stage.bus.publish_job(Job::Calls, b"1").await.unwrap();
    let mut jobs = stage.bus.consume_jobs(Job::Calls);
    let first = job(&mut jobs).await;
    assert!(!first.redelivered);
    stage.cut_and_mend().await;
    let second = job(&mut jobs).await;
    assert_eq!((second.body.as_slice(), second.redelivered, second.attempt), (b"1".as_slice(), true, 1));
    assert_eq!(first.ack().await, Err(BusError::Unavailable));
    second.ack().await.unwrap();
    no_job(&mut jobs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_nobody_took_before_the_connection_broke_comes_once() {
    let stage = Stage::set().await;
    stage.bus.publish_job(Job::Calls, b"1").await.unwrap();
    let mut jobs = stage.bus.consume_jobs(Job::Calls);
    stage.until_handed_out(Job::Calls).await;
    stage.cut_and_mend().await;
    let taken = job(&mut jobs).await;
    assert!(taken.redelivered);
    taken.ack().await.unwrap();
    no_job(&mut jobs).await;

    stage.bus.publish_job(Job::Calls, b"2").await.unwrap();
    stage.until_handed_out(Job::Calls).await;
    stage.cut_and_mend().await;
    in_time("a pause", STEP, jobs.pause()).await;
    no_job(&mut jobs).await;
    jobs.resume();
    job(&mut jobs).await.ack().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_come_one_by_one_and_to_one_only() {
    let stage = Stage::set().await;
    for body in [b"1", b"2"] {
        stage.bus.publish_job(Job::Transcode, body).await.unwrap();
    }
    let mut jobs = stage.bus.consume_jobs(Job::Transcode);
    let first = job(&mut jobs).await;
    no_job(&mut jobs).await;
    let other = stage.other().await;
    let mut others = other.consume_jobs(Job::Transcode);
    let second = job(&mut others).await;
    assert_ne!(first.body, second.body);
    first.ack().await.unwrap();
    second.ack().await.unwrap();
    no_job(&mut jobs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_without_room_leaves_the_work_to_others() {
    let stage = Stage::set().await;
    stage.bus.publish_job(Job::Calls, b"1").await.unwrap();
    let mut jobs = stage.bus.consume_jobs(Job::Calls);
    let last = job(&mut jobs).await;
    jobs.pause().await;
    last.ack().await.unwrap();
    stage.bus.publish_job(Job::Calls, b"2").await.unwrap();
    no_job(&mut jobs).await;
    jobs.resume();
    let next = job(&mut jobs).await;
    assert_eq!((next.body.as_slice(), next.attempt), (b"2".as_slice(), 0), "it never went out meanwhile");
    jobs.pause().await;
    next.retry_later().await.unwrap();
    stage.cut_and_mend().await;
    no_job(&mut jobs).await;
    jobs.resume();
    assert_eq!(job(&mut jobs).await.attempt, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_always_fails_ends_among_the_dead() {
    let stage = Stage::set().await;
    stage.bus.publish_job(Job::Moves, b"poison").await.unwrap();
    stage.bus.publish_job(Job::Moves, b"sound").await.unwrap();
    let mut jobs = stage.bus.consume_jobs(Job::Moves);
    let mut failures = 0;
    loop {
        let delivery = job(&mut jobs).await;
        if delivery.body == b"sound" {
            delivery.ack().await.unwrap();
        } else {
            failures += 1;
            // As a handler does that panics: the job goes back unanswered.
            drop(delivery);
        }
        if stage.waiting(&Job::Moves.dead_queue()).await == 1 {
            break;
        }
        assert!(failures < 50, "it comes for ever");
    }
    assert_eq!(failures, 21);
    assert_eq!(stage.waiting(Job::Moves.queue()).await, 0);
}
