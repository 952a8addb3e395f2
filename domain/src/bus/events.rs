//! Listening to news. What an event says stands in the log; here it is only a wake-up.

use std::time::Duration;

use futures_util::StreamExt;
use lapin::{
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use tokio::{sync::mpsc, time::timeout};

use super::{
    BusError,
    link::{Link, Links, SET_UP_LIMIT},
    topology,
};
use crate::retry::Backoff;

/// Wake-ups on their way from the broker: a bound for what a busy process may pile up.
const PREFETCH: u16 = 16;

pub(super) fn listen(mut links: Links, binding: String) -> mpsc::Receiver<()> {
    // One waiting wake-up is as good as many.
    let (wake, wakeups) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        while let Some(link) = links.wait().await {
            tokio::select! {
                () = links.closing().cancelled() => return,
                () = wake.closed() => return,
                ended = on_link(&link, &binding, &wake, &mut backoff) => if let Err(error) = ended {
                    tracing::debug!(binding, %error, "listening to events was interrupted");
                },
            }
            tokio::time::sleep(backoff.next_pause()).await;
        }
    });
    wakeups
}

async fn on_link(
    link: &Link,
    binding: &str,
    wake: &mpsc::Sender<()>,
    backoff: &mut Backoff,
) -> Result<(), BusError> {
    let channel = link.channel().await?;
    let set_up = async {
        channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let queue = topology::listener_queue(&channel, binding).await?;
        let options = BasicConsumeOptions { exclusive: true, ..Default::default() };
        channel.basic_consume(queue.as_str().into(), "".into(), options, FieldTable::default()).await
    };
    let mut deliveries = match timeout(SET_UP_LIMIT, set_up).await {
        Ok(Ok(deliveries)) => deliveries,
        Ok(Err(_)) | Err(_) => return Err(BusError::Unavailable),
    };
    backoff.reset();
    // Whatever happened before this queue existed has to be looked up.
    let _ = wake.try_send(());
    while let Some(Ok(delivery)) = deliveries.next().await {
        delivery.ack(BasicAckOptions::default()).await.map_err(|_| BusError::Unavailable)?;
        let _ = wake.try_send(());
    }
    Err(BusError::Unavailable)
}
