use std::time::{Duration, Instant};
use cordboard_tests::services::Servers;
use domain::bus::{Bus, Job};
use domain::config::Config;

fn config(url: String) -> Config {
    Config::from_lookup(&|name| Some(match name {
        "AMQP_URL" => url.clone(),
        "DATABASE_URL" => "postgres://nobody@127.0.0.1/none".to_owned(),
        "S3_ENDPOINT" => "http://127.0.0.1:9".to_owned(),
        "S3_REGION" | "S3_BUCKET" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY" => "none".to_owned(),
        "CORDBOARD_SECRET" => "0123456789abcdef0123456789abcdef".to_owned(),
        "CORDBOARD_LOG" => std::env::var("L").unwrap_or("info".into()),
        _ => return None,
    })).unwrap()
}
fn rss() -> String { std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmRSS")).unwrap().to_owned() }
fn fds() -> usize { std::fs::read_dir("/proc/self/fd").unwrap().count() }

#[tokio::test(flavor = "multi_thread")]
async fn measure() {
    let servers = Servers::shared();
    let url = servers.virtual_host(&format!("m-{:x}", rand::random::<u64>()));
    let config = config(url);
    let handle = domain::telemetry::init(&config.log, "scratch");
    let bus = Bus::connect(&config, "scratch");
    while bus.is_ready().is_err() { tokio::time::sleep(Duration::from_millis(20)).await; }
    let _s = bus.serve_commands("worker.1", async |b| b);
    while bus.command("worker.1", b"x", Duration::from_secs(1)).await.is_err() { tokio::time::sleep(Duration::from_millis(20)).await; }
    let mut jobs = bus.consume_jobs(Job::Calls);
    for round in 0..4 {
        let t = Instant::now();
        for _ in 0..300 { bus.publish_job(Job::Calls, b"123").await.unwrap(); jobs.next().await.unwrap().ack().await.unwrap(); }
        eprintln!("job publish+take+ack {:?}", t.elapsed() / 300);
        let t = Instant::now();
        for _ in 0..1000 { bus.publish_event("call.x", b"123").await.unwrap(); }
        eprintln!("event {:?}", t.elapsed() / 1000);
        let t = Instant::now();
        let body = vec![7u8; 8000];
        let mut set = tokio::task::JoinSet::new();
        for _ in 0..8 { let bus = bus.clone(); let body = body.clone(); set.spawn(async move { for _ in 0..1000 {
            bus.command("worker.1", &body, Duration::from_secs(5)).await.unwrap(); } }); }
        while let Some(r) = set.join_next().await { r.unwrap(); }
        eprintln!("8 x 1000 commands {:?}", t.elapsed());
        for _ in 0..200 { bus.command("worker.none", b"ice-pwd-secret", Duration::from_secs(5)).await.unwrap_err(); }
        eprintln!("round {round} {} fds {}", rss(), fds());
    }
    bus.close().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    eprintln!("closed fds {} threads {}", fds(), std::fs::read_dir("/proc/self/task").unwrap().count());
    println!("{}", handle.render());
}

#[tokio::test(flavor = "multi_thread")]
async fn tls() {
    let config = config("amqps://guest:topsecret@localhost:29555/%2f".into());
    domain::telemetry::init(&config.log, "scratch");
    let _bus = Bus::connect(&config, "scratch");
    tokio::time::sleep(Duration::from_secs(2)).await;
}
#[tokio::test(flavor = "multi_thread")]
async fn reconnects() {
    use cordboard_tests::proxy::{Proxy, Traffic};
    let servers = Servers::shared();
    let url = servers.virtual_host(&format!("m-{:x}", rand::random::<u64>()));
    let mut through = url::Url::parse(&url).unwrap();
    let proxy = Proxy::before(format!("127.0.0.1:{}", through.port().unwrap())).await;
    through.set_port(Some(proxy.address().port())).unwrap();
    let config = config(through.to_string());
    domain::telemetry::init(&config.log, "scratch");
    let bus = Bus::connect(&config, "scratch");
    while bus.is_ready().is_err() { tokio::time::sleep(Duration::from_millis(20)).await; }
    let _s = bus.serve_commands("worker.1", async |b| b);
    let mut jobs = bus.consume_jobs(Job::Calls);
    let mut wakes = bus.listen_events("#");
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    for i in 0..25 {
        proxy.set(Traffic::Cut);
        while bus.is_ready().is_ok() { tokio::time::sleep(Duration::from_millis(5)).await; }
        proxy.set(Traffic::Flows);
        let t = Instant::now();
        while bus.is_ready().is_err() { tokio::time::sleep(Duration::from_millis(5)).await; }
        wakes.recv().await.unwrap();
        while bus.publish_job(Job::Calls, b"1").await.is_err() {}
        jobs.next().await.unwrap().ack().await.unwrap();
        while bus.command("worker.1", b"x", Duration::from_secs(1)).await.is_err() {}
        eprintln!("{i} back after {:?} {} fds {} threads {}", t.elapsed(), rss(), fds(), threads());
    }
    eprintln!("held");
    proxy.set(Traffic::Held);
    let t = Instant::now();
    while bus.is_ready().is_ok() { tokio::time::sleep(Duration::from_millis(50)).await; }
    eprintln!("noticed after {:?}", t.elapsed());
    tokio::time::sleep(Duration::from_secs(40)).await;
    eprintln!("{} fds {} threads {}", rss(), fds(), threads());
    proxy.set(Traffic::Flows);
    let t = Instant::now();
    while bus.is_ready().is_err() { tokio::time::sleep(Duration::from_millis(5)).await; }
    while bus.command("worker.1", b"x", Duration::from_secs(1)).await.is_err() {}
    eprintln!("all back after {:?}", t.elapsed());
    tokio::time::sleep(Duration::from_secs(10)).await;
    eprintln!("{} fds {} threads {}", rss(), fds(), threads());
}
