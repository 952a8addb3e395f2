//! Commands to one worker, and their answers in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cordboard_tests::wait::{STEP, eventually, in_time};
use domain::bus::CommandError;
use tokio::sync::{Barrier, Semaphore};

use super::{LIMIT, QUIET, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_to_a_missing_worker_fails_at_once() {
    let stage = Stage::set().await;
    let started = Instant::now();
    assert_eq!(stage.bus.command("worker.none", b"1", LIMIT).await, Err(CommandError::NoWorker));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let worker = stage.other().await;
    let server = worker.serve_commands("worker.1", async |body| body);
    stage.until_answered().await;
    drop(server);
    let gone = || async {
        (stage.bus.command("worker.1", b"1", LIMIT).await == Err(CommandError::NoWorker)).then_some(())
    };
    eventually("the worker is gone", STEP, gone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_commands_run_at_once_and_each_gets_its_own_reply() {
    let stage = Stage::set().await;
    let together = Arc::new(Barrier::new(20));
    let worker = stage.other().await;
    let _server = worker.serve_commands("worker.1", move |body| {
        let together = together.clone();
        async move {
            if body != b"ping" {
                together.wait().await;
            }
            [b"re ".as_slice(), &body].concat()
        }
    });
    stage.until_answered().await;
    let commands = (0..20).map(|number| {
        let bus = stage.bus.clone();
        tokio::spawn(async move {
            // Returned messages in between must not be taken for these.
            let missing = bus.command("worker.none", b"1", LIMIT).await;
            assert_eq!(missing, Err(CommandError::NoWorker));
            bus.command("worker.1", format!("{number}").as_bytes(), LIMIT).await
        })
    });
    for (number, command) in commands.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(command.await.unwrap().unwrap(), format!("re {number}").into_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_command_is_not_carried_out() {
    let stage = Stage::set().await;
    let begun = Arc::new(AtomicUsize::new(0));
    let go_on = Arc::new(Semaphore::new(0));
    let worker = stage.other().await;
    let (counter, gate) = (begun.clone(), go_on.clone());
    let _server = worker.serve_commands("worker.1", move |body| {
        let (counter, gate) = (counter.clone(), gate.clone());
        async move {
            if body != b"ping" {
                counter.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
            }
            body
        }
    });
    stage.until_answered().await;
    // As many as the worker carries out at once.
    let slow: Vec<_> = (0..64)
        .map(|_| {
            let bus = stage.bus.clone();
            tokio::spawn(async move { bus.command("worker.1", b"slow", LIMIT).await })
        })
        .collect();
    let full = || async { (begun.load(Ordering::SeqCst) == 64).then_some(()) };
    eventually("the worker has its hands full", STEP, full).await;
    let late = stage.bus.command("worker.1", b"late", Duration::from_millis(300)).await;
    assert_eq!(late, Err(CommandError::Timeout));
    // RabbitMQ counts from the command's arrival: for the time of its way there it outlives its sender's limit. Its queue
    // is the worker's alone, so that nobody can look whether it has gone.
    tokio::time::sleep(QUIET).await;
    go_on.add_permits(100);
    for command in slow {
        assert_eq!(command.await.unwrap().unwrap(), b"slow");
    }
    stage.bus.command("worker.1", b"ping", LIMIT).await.unwrap();
    assert_eq!(begun.load(Ordering::SeqCst), 64, "the expired command was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_in_flight_learns_of_the_lost_connection() {
    let stage = Stage::set().await;
    let worker = stage.other().await;
    let begun = Arc::new(Semaphore::new(0));
    let at_work = begun.clone();
    let _server = worker.serve_commands("worker.1", move |body: Vec<u8>| {
        let at_work = at_work.clone();
        async move {
            if body != b"ping" {
                at_work.add_permits(1);
                std::future::pending::<()>().await;
            }
            body
        }
    });
    stage.until_answered().await;
    let bus = stage.bus.clone();
    let started = Instant::now();
    let command =
        tokio::spawn(async move { bus.command("worker.1", b"hang", Duration::from_secs(60)).await });
    in_time("the command is at work", STEP, begun.acquire()).await.unwrap().forget();
    stage.cut_and_mend().await;
    assert_eq!(command.await.unwrap(), Err(CommandError::Unavailable));
    assert!(started.elapsed() < Duration::from_secs(30));
}
