//! Logs and figures of a process.

use std::{io, time::Duration};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::{Log, LogFormat};

/// Bounds of all histograms, in seconds: from a confirm on loopback to a transcoding.
const BUCKETS: [f64; 15] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0];

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
    let colours = io::IsTerminal::is_terminal(&io::stderr());
    subscriber(log, io::stderr, colours).init();
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%backtrace, "{panic}");
    }));
}

fn subscriber<W>(log: &Log, writer: W, colours: bool) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.filter).expect("the configuration checked the filter");
    // lapin prints a returned message whole, and a command to a worker holds SDP with ICE passwords; domain::bus tells what
    // befalls the connection. No directive of CORDBOARD_LOG brings it back.
    let silent = Targets::new().with_default(LevelFilter::TRACE).with_target("lapin", LevelFilter::OFF);
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    let layer = match log.format {
        LogFormat::Text => layer.with_ansi(colours).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(silent)).with(filter)
}

tokio::task_local! {
    static TRACE_ID: String;
}

/// Runs a request under its id: commands to workers carry it, so that the lines of both programs can be found together.
pub async fn traced<F: Future>(trace_id: String, request: F) -> F::Output {
    TRACE_ID.scope(trace_id, request).await
}

/// The id of the request that runs in this task, if any.
pub(crate) fn trace_id() -> Option<String> {
    TRACE_ID.try_with(Clone::clone).ok()
}

/// Help texts of the figures that this crate keeps.
fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_gauge!("cordboard_bus_connected", "1 while the process is connected to RabbitMQ");
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn lines_are_json_with_their_fields_and_lapin_is_silent_whatever_is_asked_for() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let log = Log { filter: "trace,lapin=trace".to_owned(), format: LogFormat::Json };
        let sink = written.clone();
        let writer = move || Sink(sink.clone());
        tracing::subscriber::with_default(subscriber(&log, writer, false), || {
            tracing::warn!(target: "lapin::returned_messages", "a=ice-pwd:secret");
            let _call = tracing::info_span!("call", call = "call_1").entered();
            tracing::info!(leg = "leg_2", "joined");
        });
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["message"], &line["leg"]), (&"joined".into(), &"leg_2".into()));
        assert_eq!(line["span"]["call"], "call_1");
    }

    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
