//! What happens because time passed. Any number of schedulers share the work: each step locks what it takes and is
//! idempotent.

mod duties;

use std::process::ExitCode;

use clap::Parser;
use domain::{Platform, agents::Absence, config::Config, program, telemetry};

/// It has no arguments: the environment configures it.
#[derive(Parser)]
#[command(
    version,
    about = "Cordboard's scheduler. Its configuration comes from the environment; see README.md"
)]
struct Arguments {}

#[tokio::main]
async fn main() -> ExitCode {
    Arguments::parse();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let figures = telemetry::init(&config.log, "scheduler");
    match run(config, figures).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the scheduler cannot run");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config, figures: metrics_exporter_prometheus::PrometheusHandle) -> domain::Result<()> {
    let address = config.metrics_addr.unwrap_or(([127, 0, 0, 1], 9102).into());
    let platform = Platform::new(config, "scheduler")?;
    let stop = program::stop_signal()?;
    program::serve_probes(address, platform.readiness(), figures, stop.clone()).await?;
    let absence = Absence::new(platform.clock.now());
    tokio::join!(
        duties::watch_absence(&platform, &absence, &stop),
        duties::punctual(&platform, &absence, &stop),
        duties::watch_fleet(&platform, &stop),
        duties::route(&platform, &stop),
        duties::sweep(&platform, &absence, &stop),
        duties::tidy(&platform, &absence, &stop)
    );
    platform.bus.close().await;
    Ok(())
}
