//! Logs and figures of a process.

use std::{io, time::Duration};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{
    EnvFilter, Layer, filter::LevelFilter, filter::Targets, layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::{Log, LogFormat};

/// Bounds of all histograms, in seconds: from a confirm on loopback to a transcoding.
const BUCKETS: [f64; 15] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0,
];

/// How often histograms are tidied when nobody reads `/metrics`.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts logging to stderr and counting; to be called once, inside the runtime. The handle renders `/metrics`.
pub fn init(log: &Log, program: &'static str) -> PrometheusHandle {
    start_logging(log);
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .expect("there are buckets")
        .add_global_label("program", program)
        .install_recorder()
        .expect("telemetry starts once in a process");
    describe();
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    tracing::info!(program, version = env!("CARGO_PKG_VERSION"), "starting");
    handle
}

fn start_logging(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).expect("the configuration checked the filter");
    // lapin prints a returned message whole, and a command to a worker holds SDP with ICE passwords; domain::bus tells what
    // befalls the connection. No directive of CORDBOARD_LOG brings it back.
    let silent = Targets::new()
        .with_default(LevelFilter::TRACE)
        .with_target("lapin", LevelFilter::OFF);
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let layer = match log.format {
        LogFormat::Text => layer
            .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
            .boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry()
        .with(layer.with_filter(silent))
        .with(filter)
        .init();
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%backtrace, "{panic}");
    }));
}

/// Help texts of the figures that this crate keeps.
fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_gauge!(
        "cordboard_bus_connected",
        "1 while the process is connected to RabbitMQ"
    );
    describe_counter!(
        "cordboard_bus_connections_total",
        "Connections to RabbitMQ that came about; the first is the start"
    );
    describe_counter!(
        "cordboard_bus_publish_failures_total",
        "Messages that RabbitMQ didn't confirm, by kind"
    );
    describe_histogram!(
        "cordboard_bus_confirm_seconds",
        Unit::Seconds,
        "From publishing to RabbitMQ's confirm, by kind"
    );
    describe_histogram!(
        "cordboard_bus_command_seconds",
        Unit::Seconds,
        "From a command to its reply, by outcome"
    );
    describe_histogram!(
        "cordboard_object_request_seconds",
        Unit::Seconds,
        "Requests to the object store with their repetitions, by operation and outcome"
    );
}
