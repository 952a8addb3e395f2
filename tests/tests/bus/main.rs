//! The bus against a real RabbitMQ, through its faults: what it promises stands in `domain::bus`.

mod commands;
mod events;
mod jobs;

use std::time::Duration;

use cordboard_tests::config::config;
use cordboard_tests::proxy::{Proxy, Traffic};
use cordboard_tests::services::Servers;
use cordboard_tests::wait::{STEP, eventually, in_time};
use domain::bus::{Bus, Delivery, Job, JobConsumer};
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use tokio::sync::mpsc;
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

    /// Waits until no job of this kind lies in its queue: somebody has it.
    async fn until_handed_out(&self, job: Job) {
        let empty = || async { (self.waiting(job.queue()).await == 0).then_some(()) };
        eventually("the job is handed out", STEP, empty).await;
    }

    /// Waits until somebody serves the commands of `worker.1`.
    async fn until_answered(&self) {
        let answer = || async { self.bus.command("worker.1", b"ping", LIMIT).await.ok() };
        eventually("the worker answers", STEP, answer).await;
    }

    async fn until_lost(&self) {
        let lost = || async { self.bus.is_ready().is_err().then_some(()) };
        eventually("the loss is noticed", STEP, lost).await;
    }

    async fn cut_and_mend(&self) {
        self.proxy.set(Traffic::Cut);
        self.until_lost().await;
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
    let bus = Bus::connect(&config(&[("AMQP_URL", url)]), "bus test");
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
