//! How the fleet knows of this worker: its row, its lock, its heartbeat.

use std::time::Duration;

use domain::{
    Error, Platform, Result,
    fleet::{Lifeline, MediaWorker, WorkerState},
    ids::WorkerId,
    limits,
    retry::Backoff,
};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::worker::Worker;
use crate::engine::Engine;

/// A registered worker with its lifeline.
pub struct Registration {
    pub id: WorkerId,
    lock_key: i64,
    lifeline: Option<Lifeline>,
}

fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(200), Duration::from_secs(3))
}

/// Makes the worker known; waits for the database. None when told to stop meanwhile.
pub async fn register(
    platform: &Platform,
    engine: &Engine,
    stop: &CancellationToken,
) -> Result<Option<Registration>> {
    let media = &platform.config.media;
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let name = format!("{}:{}", host.trim(), std::process::id());
    let address = media.addresses.first().map(|ip| format!("{ip}:{}", engine.port())).unwrap_or_default();
    let capacity = i32::try_from(media.capacity).unwrap_or(i32::MAX);
    let mut backoff = backoff();
    let attempts = async {
        loop {
            let row = MediaWorker::new(name.clone(), capacity, address.clone(), platform.clock.now());
            let registered = async {
                let lifeline = Lifeline::take(&platform.config, row.lock_key).await?;
                platform.register_worker(&row).await?;
                Ok::<_, Error>(lifeline)
            };
            match registered.await {
                Ok(lifeline) => {
                    break Registration { id: row.id, lock_key: row.lock_key, lifeline: Some(lifeline) };
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot register yet");
                    sleep(backoff.next_pause()).await;
                }
            }
        }
    };
    let registration = stop.run_until_cancelled(attempts).await;
    if let Some(registration) = &registration {
        tracing::info!(worker = %registration.id, name, address, capacity, "registered");
    }
    Ok(registration)
}

impl Registration {
    /// Gives signs of life and compares the calls with the database until the worker shall stop.
    ///
    /// # Errors
    /// Others took this worker for dead: it has to begin anew.
    pub async fn keep(&mut self, worker: &Worker, stop: &CancellationToken) -> Result<()> {
        let mut tick = interval(limits::HEARTBEAT);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beats = 0_u64;
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            beats += 1;
            let platform = worker.platform();
            let legs = i32::try_from(worker.load()).unwrap_or(i32::MAX);
            metrics::gauge!("cordboard_worker_legs").set(f64::from(legs));
            match timeout(limits::GRACE, platform.heartbeat(self.id, WorkerState::Active, legs)).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => {
                    return Err(Error::Unavailable(
                        "others took this worker for dead; it begins anew".into(),
                    ));
                }
                Ok(Err(error)) => tracing::warn!(%error, "no heartbeat; media goes on"),
                Err(_) => tracing::warn!("the database does not answer; media goes on"),
            }
            self.hold_lock(platform).await;
            if beats.is_multiple_of(2) {
                compare(worker).await;
            }
        }
        Ok(())
    }

    /// The lock went with its session if the database was away: take it again.
    async fn hold_lock(&mut self, platform: &Platform) {
        let held = match &mut self.lifeline {
            Some(lifeline) => matches!(timeout(limits::GRACE, lifeline.check()).await, Ok(Ok(true))),
            None => false,
        };
        if !held {
            self.lifeline = timeout(limits::GRACE, Lifeline::take(&platform.config, self.lock_key))
                .await
                .ok()
                .and_then(Result::ok);
        }
    }
}

/// Finds out what no command told: calls that changed, ended or went to another worker.
async fn compare(worker: &Worker) {
    let Ok(rows) = worker.platform().calls_of_worker(worker.id()).await else { return };
    for (id, handle) in worker.handles() {
        if !rows.iter().any(|(row, version)| *row == id && *version == handle.version()) {
            handle.nudge();
        }
    }
    for (id, _) in rows {
        if worker.call(id).is_none()
            && let Ok(Some(plan)) = worker.platform().call_plan(id, worker.id()).await
        {
            worker.begin(plan);
        }
    }
}
