//! The scheduler's duties, each in a loop of its own, so that one that waits holds up no other.

use std::{fmt::Display, time::Duration};

use domain::{Error, Platform, agents::Absence, events, fleet::Watchman, limits};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// However far away the next expiry is, look again after this: a wake-up may have been lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);
/// News come in bursts; one look serves them all.
const BURST: Duration = Duration::from_millis(50);
const OVERDUE: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_secs(1);
const SWEEP: Duration = Duration::from_secs(2);
const TIDY: Duration = Duration::from_secs(600);

/// Counts what a duty did, and says so when it failed; it is tried again the next time round.
fn account<E: Display>(duty: &'static str, done: Result<usize, E>) {
    match done {
        Ok(0) => {}
        Ok(count) => {
            metrics::counter!("cordboard_scheduler_done_total", "duty" => duty).increment(count as u64);
            tracing::debug!(duty, count, "done");
        }
        Err(error) => {
            metrics::counter!("cordboard_scheduler_failures_total", "duty" => duty).increment(1);
            tracing::warn!(duty, %error, "failed; will be tried again");
        }
    }
}

/// Whether agents could renew their presence. Beside the other duties, which take their time when much is due at once.
pub async fn watch_absence(platform: &Platform, absence: &Absence, stop: &CancellationToken) {
    let work = async {
        loop {
            let looked = timeout(limits::PRESENCE_RENEWAL, absence.look(platform)).await;
            let late = |_elapsed| Err(Error::Unavailable("the database does not answer in time".into()));
            account("presence after an outage", looked.unwrap_or_else(late));
            sleep(LOOK).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// What must happen on time: unanswered calls, lost legs, reminders. Sleeps until the next one is due.
pub async fn punctual(platform: &Platform, absence: &Absence, stop: &CancellationToken) {
    let mut news = platform.bus.listen_events("log");
    let work = async {
        loop {
            // What an agent does next hangs on presence.
            if absence.may_be_told(platform.clock.now()) {
                account("absent agents", platform.settle_absent().await);
                account("offers to absent agents", platform.withdraw_offers().await);
                account("unanswered calls", platform.expire_unanswered().await);
                account("lost legs", platform.expire_legs().await);
                account("unanswered offers", platform.expire_offers().await);
                account("ended wrap-ups", platform.expire_wrap_ups().await);
                account("waits that were too long", platform.expire_visits().await);
            }
            account("messages that are long enough", platform.expire_voicemails().await);
            account("reminders", platform.remind().await);
            let next = async {
                Ok::<_, Error>(
                    [platform.next_expiry().await?, platform.next_reminder().await?]
                        .into_iter()
                        .flatten()
                        .min(),
                )
            };
            let pause = match next.await {
                // What is overdue was looked at just now and could not be done, or there was too much of it.
                Ok(Some(next)) => {
                    (next - platform.clock.now()).to_std().map_or(OVERDUE, |left| left.min(LONGEST_SLEEP))
                }
                Ok(None) | Err(_) => LONGEST_SLEEP,
            };
            match timeout(pause, news.recv()).await {
                Ok(Some(())) => sleep(BURST).await,
                Ok(None) => sleep(pause).await,
                Err(_elapsed) => {}
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// Calls that wait are offered to agents, and told their place.
pub async fn route(platform: &Platform, stop: &CancellationToken) {
    let positions = async {
        loop {
            account("positions told", platform.announce_positions().await);
            account("waits explained", platform.explain_waiting().await);
            sleep(limits::POSITIONS).await;
        }
    };
    tokio::join!(platform.router.run(platform, true, stop), stop.run_until_cancelled(positions));
}

/// Workers that died: their calls are moved.
pub async fn watch_fleet(platform: &Platform, stop: &CancellationToken) {
    let work = async {
        let mut watchman = Watchman::default();
        loop {
            account("dead workers", watchman.look(platform).await.map(|dead| dead.len()));
            sleep(limits::SWEEP).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// What somebody left behind: jobs not sent, calls and recordings that nobody took, the objects of deleted recordings and of
/// files that nobody sent.
pub async fn sweep(platform: &Platform, absence: &Absence, stop: &CancellationToken) {
    let work = async {
        loop {
            account("outbox", platform.sweep_outbox().await);
            if absence.may_be_told(platform.clock.now()) {
                account("agents not as recorded", platform.settle_agents().await);
            }
            account("calls without a worker", platform.dispatch_again().await);
            account("overdue recordings", platform.finalize_overdue().await);
            account("lost transcodings", platform.transcode_again().await);
            account("audio files", platform.sweep_audio().await);
            account("deleted recordings", platform.purge_deleted().await);
            account("files that nobody sent", platform.sweep_files().await);
            sleep(SWEEP).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// What has time: partitions of the log to make and to drop, forgotten counters and acts, endless calls.
pub async fn tidy(platform: &Platform, absence: &Absence, stop: &CancellationToken) {
    let work = async {
        loop {
            account("partitions", events::make_partitions(platform).await.map(|()| 0));
            account("old months of the log", events::drop_old(platform).await);
            account("counters", platform.sweep_counters().await.map(|()| 0));
            if absence.may_be_told(platform.clock.now()) {
                account("forgotten presence", platform.forget_absent().await);
            }
            account("forgotten acts", platform.forget_audit().await);
            account("endless calls", platform.expire_endless().await);
            sleep(TIDY).await;
        }
    };
    stop.run_until_cancelled(work).await;
}
