//! The bus against a real RabbitMQ, through its faults: what it promises stands in `domain::bus`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cordboard_tests::proxy::{Proxy, Traffic};
use cordboard_tests::services::{Server, Servers};
use cordboard_tests::wait::{STEP, eventually, in_time};
use domain::bus::{Bus, BusError, CommandError, Delivery, Job, JobConsumer};
use domain::config::Config;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use tokio::sync::{Barrier, Semaphore, mpsc};
use url::Url;

/// Long enough that a command which fails sooner didn't wait for its limit.
const LIMIT: Duration = Duration::from_secs(10);
/// What surely would have come by now.
const QUIET: Duration = Duration::from_millis(500);

/// A virtual host, a proxy before it and a bus that connects through the proxy.
struct Stage {
    servers: Servers,
    virtual_host: String,
    url: String,
    proxy: Proxy,
    bus: Bus,
}

impl Stage {
    async fn set() -> Self {
        Self::on(Servers::shared()).await
    }

    async fn on(servers: Servers) -> Self {
        let virtual_host = format!("bus-{:016x}", rand::random::<u64>());
        let url = servers.virtual_host(&virtual_host);
        let direct = Url::parse(&url).unwrap();
        let proxy = Proxy::before(format!("127.0.0.1:{}", direct.port().unwrap())).await;
        let mut through_proxy = direct;
        through_proxy.set_port(Some(proxy.address().port())).unwrap();
        let bus = connected(through_proxy.as_str()).await;
        Self { servers, virtual_host, url, proxy, bus }
    }

    /// A bus of another process, not through the proxy.
    async fn other(&self) -> Bus {
        connected(&self.url).await
    }

    /// Messages that wait in a queue.
    async fn waiting(&self, queue: &str) -> u32 {
        let connection =
            lapin::Connection::connect(&self.url, lapin::ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let passive = QueueDeclareOptions { passive: true, ..Default::default() };
        channel.queue_declare(queue.into(), passive, FieldTable::default()).await.unwrap().message_count()
    }

    async fn cut_and_mend(&self) {
        self.proxy.set(Traffic::Cut);
        let gone = || async { self.bus.is_ready().is_err().then_some(()) };
        eventually("the lost connection is noticed", STEP, gone).await;
        self.proxy.set(Traffic::Flows);
        ready(&self.bus).await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.servers.forget_virtual_host(&self.virtual_host);
    }
}

async fn connected(url: &str) -> Bus {
    let config = Config::from_lookup(&|name| {
        Some(match name {
            "AMQP_URL" => url.to_owned(),
            "DATABASE_URL" => "postgres://nobody@127.0.0.1/none".to_owned(),
            "S3_ENDPOINT" => "http://127.0.0.1:9".to_owned(),
            "S3_REGION" | "S3_BUCKET" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY" => "none".to_owned(),
            "CORDBOARD_SECRET" => "0123456789abcdef0123456789abcdef".to_owned(),
            _ => return None,
        })
    })
    .unwrap();
    let bus = Bus::connect(&config, "bus test");
    ready(&bus).await;
    bus
}

async fn ready(bus: &Bus) {
    eventually("the bus is ready", Duration::from_secs(60), || async { bus.is_ready().ok() }).await;
}

async fn wake_up(wakeups: &mut mpsc::Receiver<()>) {
    in_time("a wake-up", STEP, wakeups.recv()).await.unwrap();
}

async fn job(jobs: &mut JobConsumer) -> Delivery {
    in_time("a job", STEP, jobs.next()).await.unwrap()
}

async fn no_job(jobs: &mut JobConsumer) {
    assert!(tokio::time::timeout(QUIET, jobs.next()).await.is_err(), "a job came");
}

/// Publishes as a sweep does: again until it is confirmed.
async fn publish_surely(bus: &Bus, body: &[u8]) {
    eventually("the job is stored", STEP, || async { bus.publish_job(Job::Calls, body).await.ok() }).await;
}

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
    let command = || async { stage.bus.command("worker.1", b"ping", LIMIT).await.ok() };
    eventually("the worker answers", STEP, command).await;
    for _ in 0..3 {
        stage.cut_and_mend().await;
        wake_up(&mut wakeups).await;
        stage.bus.publish_event("call.created", b"1").await.unwrap();
        wake_up(&mut wakeups).await;
        eventually("the worker answers again", STEP, command).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rabbitmq_publishing_fails_at_once() {
    let stage = Stage::set().await;
    stage.proxy.set(Traffic::Cut);
    eventually("the loss is noticed", STEP, || async { stage.bus.is_ready().is_err().then_some(()) }).await;
    let started = Instant::now();
    assert_eq!(stage.bus.publish_event("call.created", b"1").await, Err(BusError::Unavailable));
    assert_eq!(stage.bus.publish_job(Job::Calls, b"1").await, Err(BusError::Unavailable));
    assert!(started.elapsed() < Duration::from_millis(100), "{:?}", started.elapsed());
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
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    stage.proxy.set(Traffic::Flows);
    publish_surely(&stage.bus, b"2").await;
    stage.bus.publish_event("call.created", b"1").await.unwrap();
}

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
    tokio::time::sleep(QUIET).await;
    stage.cut_and_mend().await;
    let taken = job(&mut jobs).await;
    assert!(taken.redelivered);
    taken.ack().await.unwrap();
    no_job(&mut jobs).await;

    stage.bus.publish_job(Job::Calls, b"2").await.unwrap();
    tokio::time::sleep(QUIET).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_command_to_a_missing_worker_fails_at_once() {
    let stage = Stage::set().await;
    let started = Instant::now();
    assert_eq!(stage.bus.command("worker.none", b"1", LIMIT).await, Err(CommandError::NoWorker));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    let worker = stage.other().await;
    let server = worker.serve_commands("worker.1", async |body| body);
    eventually("the worker answers", STEP, || async {
        stage.bus.command("worker.1", b"1", LIMIT).await.ok()
    })
    .await;
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
    eventually("the worker answers", STEP, || async {
        stage.bus.command("worker.1", b"ping", LIMIT).await.ok()
    })
    .await;
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
    eventually("the worker answers", STEP, || async {
        stage.bus.command("worker.1", b"ping", LIMIT).await.ok()
    })
    .await;
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
    // RabbitMQ counts from the command's arrival: for the time of its way there it outlives its sender's limit.
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
    let _server = worker.serve_commands("worker.1", async |body: Vec<u8>| {
        if body != b"ping" {
            std::future::pending::<()>().await;
        }
        body
    });
    eventually("the worker answers", STEP, || async {
        stage.bus.command("worker.1", b"ping", LIMIT).await.ok()
    })
    .await;
    let bus = stage.bus.clone();
    let started = Instant::now();
    let command =
        tokio::spawn(async move { bus.command("worker.1", b"hang", Duration::from_secs(60)).await });
    tokio::time::sleep(QUIET).await;
    stage.cut_and_mend().await;
    assert_eq!(command.await.unwrap(), Err(CommandError::Unavailable));
    assert!(started.elapsed() < Duration::from_secs(30));
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
    eventually("the loss is noticed", STEP, || async { stage.bus.is_ready().is_err().then_some(()) }).await;
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
    eventually("the worker answers", STEP, || async {
        stage.bus.command("worker.1", b"1", LIMIT).await.ok()
    })
    .await;
}
