//! Events and wake-ups, and publishing while RabbitMQ is away.

use std::time::{Duration, Instant};

use cordboard_tests::proxy::Traffic;
use cordboard_tests::services::{Server, Servers};
use cordboard_tests::wait::{STEP, eventually};
use domain::bus::{BusError, CommandError, Job};

use super::{QUIET, Stage, job, publish_surely, ready, wake_up};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_wakes_who_listens_and_needs_nobody() {
    let stage = Stage::set().await;
    stage.bus.publish_event("call.created", b"1").await.unwrap();
    let mut calls = stage.bus.listen_events("call.*");
    let mut tasks = stage.bus.listen_events("task.#");
    // The first wake-up says: look at what happened before.
    wake_up(&mut calls).await;
    wake_up(&mut tasks).await;
    stage.other().await.publish_event("call.ended", b"2").await.unwrap();
    wake_up(&mut calls).await;
    assert!(tokio::time::timeout(QUIET, tasks.recv()).await.is_err(), "woken by a foreign event");
    stage.bus.close().await;
    assert_eq!(calls.recv().await, None);
    assert_eq!(stage.bus.publish_event("call.ended", b"3").await, Err(BusError::Unavailable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_comes_back_and_wakes_the_listener() {
    let stage = Stage::set().await;
    let mut wakeups = stage.bus.listen_events("#");
    wake_up(&mut wakeups).await;
    let _server = stage.bus.serve_commands("worker.1", async |body| body);
    stage.until_answered().await;
    for _ in 0..3 {
        stage.cut_and_mend().await;
        wake_up(&mut wakeups).await;
        stage.bus.publish_event("call.created", b"1").await.unwrap();
        wake_up(&mut wakeups).await;
        stage.until_answered().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rabbitmq_publishing_fails_at_once() {
    let stage = Stage::set().await;
    stage.proxy.set(Traffic::Cut);
    stage.until_lost().await;
    let started = Instant::now();
    assert_eq!(stage.bus.publish_event("call.created", b"1").await, Err(BusError::Unavailable));
    assert_eq!(stage.bus.publish_job(Job::Calls, b"1").await, Err(BusError::Unavailable));
    // A confirm would be waited for two seconds.
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let command = stage.bus.command("worker.1", b"1", Duration::from_millis(300)).await;
    assert_eq!(command, Err(CommandError::Unavailable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirm_that_does_not_come_counts_as_lost() {
    let stage = Stage::set().await;
    stage.bus.publish_job(Job::Calls, b"1").await.unwrap();
    stage.proxy.set(Traffic::Held);
    let started = Instant::now();
    assert_eq!(stage.bus.publish_job(Job::Calls, b"2").await, Err(BusError::Unconfirmed));
    assert_eq!(stage.bus.publish_event("call.created", b"1").await, Err(BusError::Unconfirmed));
    // Two seconds each.
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    stage.proxy.set(Traffic::Flows);
    publish_surely(&stage.bus, b"2").await;
    stage.bus.publish_event("call.created", b"1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn all_goes_on_after_rabbitmq_was_killed() {
    let stage = Stage::on(Servers::private()).await;
    let mut wakeups = stage.bus.listen_events("call.*");
    wake_up(&mut wakeups).await;
    let worker = stage.other().await;
    let _server = worker.serve_commands("worker.1", async |body| body);
    let mut jobs = worker.consume_jobs(Job::Calls);
    publish_surely(&stage.bus, b"in hand").await;
    let in_hand = job(&mut jobs).await;
    publish_surely(&stage.bus, b"waiting").await;

    stage.servers.kill(Server::RabbitMq);
    stage.until_lost().await;
    assert_eq!(stage.bus.publish_event("call.ended", b"1").await, Err(BusError::Unavailable));
    stage.servers.start(Server::RabbitMq);
    ready(&stage.bus).await;

    wake_up(&mut wakeups).await;
    let event = || async { stage.bus.publish_event("call.ended", b"1").await.ok() };
    eventually("an event is confirmed", STEP, event).await;
    wake_up(&mut wakeups).await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let delivery = job(&mut jobs).await;
        bodies.push(delivery.body.clone());
        delivery.ack().await.unwrap();
    }
    bodies.sort();
    assert_eq!(bodies, [b"in hand".to_vec(), b"waiting".to_vec()]);
    assert_eq!(in_hand.ack().await, Err(BusError::Unavailable));
    stage.until_answered().await;
}
