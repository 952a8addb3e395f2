//! Taking calls: `media.calls` for new ones, `media.moves` for those whose worker is gone.

use std::time::Duration;

use domain::{bus::Job, ids::CallId};
use serde::Deserialize;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{call::LEGS_OF_A_CALL, worker::Worker};

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
        let Ok(CallJob { call_id }) = serde_json::from_slice(&delivery.body) else {
            tracing::error!(queue = job.queue(), "a job that is none");
            let _ = delivery.ack().await;
            continue;
        };
        match worker.platform().lease_call(call_id, worker.id()).await {
            Ok(plan) => {
                // An unconfirmed acknowledgement brings it again; the lease says then that it is taken.
                let _ = delivery.ack().await;
                if let Some(plan) = plan {
                    tracing::info!(call = %call_id, epoch = plan.epoch, "leased");
                    worker.begin(plan);
                }
            }
            Err(domain::Error::Refused(_)) => {
                let _ = delivery.ack().await;
            }
            Err(error) => {
                tracing::warn!(call = %call_id, %error, "cannot lease now");
                let _ = delivery.retry_later().await;
            }
        }
    }
}
