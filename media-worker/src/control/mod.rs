//! What ties the engine, the recorder and the transcoder to the business: leases, commands, reports.
//!
//! A call is one actor ([`call`]). It reads its plan from the database whenever something may have changed, carries it
//! out, and reports what happens to its legs. Media goes on while database or broker are away; reports catch up after.

mod call;
mod capture;
mod child;
mod commands;
mod converting;
mod deliveries;
mod figures;
mod jobs;
mod leftovers;
mod pages;
mod prompts;
mod registration;
mod reports;
mod tap;
mod transcoding;
mod worker;

pub use converting::REFUSED;
use domain::{Error, Platform, Result, config::Config, objects::ObjectError, program};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::mpsc;

use crate::{
    engine::{Engine, EngineConfig},
    recorder,
};
use worker::Worker;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Storage or database are away: no fault of what is worked on.
fn is_passing(fault: &Fault) -> bool {
    matches!(fault.downcast_ref(), Some(ObjectError::Unavailable(_)))
        || matches!(fault.downcast_ref(), Some(Error::Unavailable(_)))
}

/// Runs the worker until it is told to stop, then hands its calls over and ends.
pub async fn run(config: Config, rendered: PrometheusHandle) -> Result<()> {
    figures::describe();
    let address = config.metrics_addr.unwrap_or(([127, 0, 0, 1], 9101).into());
    let platform = Platform::new(config, "media-worker")?;
    recorder::prepare().map_err(|e| Error::Unavailable(e.to_string()))?;
    let stop = program::stop_signal()?;
    program::serve_probes(address, platform.readiness(), rendered, stop.clone()).await?;

    let (events, heard) = mpsc::unbounded_channel();
    let media = &platform.config.media;
    let settings =
        EngineConfig { port: media.port, addresses: media.addresses.clone(), shards: media.shards };
    let engine = Engine::start(settings, events).map_err(|e| Error::Unavailable(e.to_string()))?;
    leftovers::tidy(&platform).await;

    let registration = registration::register(&platform, &engine, &stop).await?;
    // Its lock is held until the very end.
    let Some(mut registration) = registration else { return Ok(()) };
    let worker = Worker::new(platform.clone(), engine, registration.id);
    tokio::spawn(worker.clone().hear(heard));
    tokio::spawn(leftovers::bring(platform.clone()));
    let _commands = commands::serve(&worker);
    let taking = stop.child_token();
    let jobs = tokio::spawn(jobs::take(worker.clone(), taking.clone()));
    let (routed, until) = (platform.clone(), taking.clone());
    let routing = tokio::spawn(async move { routed.router.run(&routed, false, &until).await });
    let transcoding = tokio::spawn(transcoding::take(worker.clone(), taking.clone()));
    let converting = tokio::spawn(converting::take(worker.clone(), taking.clone()));

    let outcome = registration.keep(&worker, &stop).await;
    taking.cancel();
    let _ = jobs.await;
    let _ = routing.await;
    let _ = transcoding.await;
    let _ = converting.await;
    worker.hand_over().await;
    platform.bus.close().await;
    outcome
}
