//! Taking calls: `media.calls` for new ones, `media.moves` for those whose worker is gone.

use std::time::Duration;

use domain::{bus::Job, ids::CallId};
use serde::Deserialize;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    call::LEGS_OF_A_CALL,
    deliveries::{leased, read},
    worker::Worker,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallJob {
    call_id: CallId,
}

/// Takes calls until it shall stop. Moves come first: somebody waits in silence.
pub async fn take(worker: Worker, stop: CancellationToken) {
    let moves = take_from(&worker, Job::Moves);
    let calls = take_from(&worker, Job::Calls);
    stop.run_until_cancelled(async { tokio::join!(moves, calls) }).await;
}

async fn take_from(worker: &Worker, job: Job) {
    let capacity = worker.platform().config.media.capacity;
    let mut consumer = worker.platform().bus.consume_jobs(job);
    loop {
        // A worker without room cancels its consumer: rejections would count against the job.
        if worker.load() + LEGS_OF_A_CALL > capacity {
            consumer.pause().await;
            while worker.load() + LEGS_OF_A_CALL > capacity {
                sleep(Duration::from_millis(200)).await;
            }
            consumer.resume();
        }
        let Some(delivery) = consumer.next().await else { return };
        let Some((CallJob { call_id }, delivery)) = read(delivery).await else { continue };
        let lease = match worker.platform().lease_call(call_id, worker.id()).await {
            // There is no such call.
            Err(domain::Error::Refused(_)) => Ok(None),
            lease => lease,
        };
        if let Some(plan) = leased(delivery, call_id, lease).await {
            tracing::info!(call = %call_id, epoch = plan.epoch, "leased");
            worker.begin(plan);
        }
    }
}
