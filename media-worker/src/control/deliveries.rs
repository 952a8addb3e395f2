//! What everybody who takes jobs does with a delivery: reads it, and answers it once it is known whose the work is.

use std::fmt::Display;

use domain::bus::Delivery;
use serde::de::DeserializeOwned;

/// What a job says, and the delivery to be answered; one that says nothing that can be read never will, and is put away.
pub async fn read<T: DeserializeOwned>(delivery: Delivery) -> Option<(T, Delivery)> {
    match serde_json::from_slice(&delivery.body) {
        Ok(job) => Some((job, delivery)),
        Err(error) => {
            tracing::error!(queue = delivery.queue, %error, "a job that is none");
            let _ = delivery.ack().await;
            None
        }
    }
}

/// The work, if it is ours. Where nobody can say now, it comes again.
pub async fn leased<T>(
    delivery: Delivery,
    work: impl Display,
    lease: domain::Result<Option<T>>,
) -> Option<T> {
    match lease {
        Ok(lease) => {
            // An unconfirmed acknowledgement brings it again; the lease says then that it is taken.
            let _ = delivery.ack().await;
            lease
        }
        Err(error) => {
            tracing::warn!(%work, %error, "cannot lease now");
            let _ = delivery.retry_later().await;
            None
        }
    }
}
