//! What routing is wanted, and the loop of a process that sees to it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::Round;
use crate::{
    Platform, Result,
    ids::{AgentId, QueueId},
    limits,
};

/// Rounds that find what they want in other hands are gone through again after this …
const AGAIN: Duration = Duration::from_millis(10);
/// … so often in vain; then it is left to the sweep.
const TRIES: usize = 20;

/// Queues with news, and agents who became free.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub queues: HashSet<QueueId>,
    pub agents: HashSet<AgentId>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        self.queues.is_empty() && self.agents.is_empty()
    }
}

/// A process's wish list. Units of work put in what they changed; [`Router::run`] sees to it. A process that doesn't run it
/// leaves the work to the others' sweep.
#[derive(Clone, Default)]
pub struct Router(Arc<Inner>);

#[derive(Default)]
struct Inner {
    wanted: Mutex<Option<Wanted>>,
    news: Notify,
}

impl Router {
    /// Nothing is kept while nobody runs the router.
    pub(crate) fn want(&self, more: Wanted) {
        if more.is_empty() {
            return;
        }
        let mut wanted = self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wanted) = wanted.as_mut() {
            wanted.queues.extend(more.queues);
            wanted.agents.extend(more.agents);
            self.0.news.notify_one();
        }
    }

    fn take(&self) -> Wanted {
        let mut wanted = self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.replace(Wanted::default()).unwrap_or_default()
    }

    /// Routes what is wanted until the token says stop; one that `sweeps` routes whatever waits, too, at least once a second.
    pub async fn run(&self, platform: &Platform, sweeps: bool, stop: &CancellationToken) {
        self.take();
        let work = async {
            let mut swept = tokio::time::Instant::now();
            let mut left = Left::default();
            loop {
                // News doesn't wait for what others hold.
                let _ = timeout(left.pause(), self.0.news.notified()).await;
                let mut wanted = self.take();
                wanted.queues.extend(left.queues.drain());
                let done = async {
                    if sweeps && swept.elapsed() >= limits::ROUTING_SWEEP {
                        swept = tokio::time::Instant::now();
                        wanted.queues.extend(platform.waiting_queues().await?);
                    }
                    round(platform, wanted).await
                };
                match done.await {
                    Ok((queues, round)) => left.after(queues, round),
                    Err(error) => {
                        tracing::warn!(%error, "routing failed; the sweep goes on");
                        sleep(limits::ROUTING_SWEEP).await;
                    }
                }
            }
        };
        stop.run_until_cancelled(work).await;
    }
}

/// Queues in which a round found what it wanted in other hands.
#[derive(Default)]
struct Left {
    queues: HashSet<QueueId>,
    /// It assigned calls all the same: the others may be free by now.
    at_once: bool,
    tries: usize,
}

impl Left {
    fn pause(&self) -> Duration {
        match self.queues.is_empty() {
            true => limits::ROUTING_SWEEP,
            false if self.at_once => Duration::ZERO,
            false => AGAIN,
        }
    }

    fn after(&mut self, queues: HashSet<QueueId>, round: Round) {
        if round.again && self.tries < TRIES {
            let at_once = round.assigned > 0;
            *self = Self { queues, at_once, tries: if at_once { 0 } else { self.tries + 1 } };
        } else {
            *self = Self::default();
        }
    }
}

async fn round(platform: &Platform, wanted: Wanted) -> Result<(HashSet<QueueId>, Round)> {
    let mut queues = wanted.queues;
    if !wanted.agents.is_empty() {
        let agents: Vec<AgentId> = wanted.agents.into_iter().collect();
        queues.extend(platform.queues_of(&agents).await?);
    }
    if queues.is_empty() {
        return Ok((queues, Round::default()));
    }
    let ids: Vec<QueueId> = queues.iter().copied().collect();
    let round = platform.route(&ids).await?;
    if round.assigned > 0 {
        metrics::counter!("cordboard_routing_assigned_total").increment(round.assigned as u64);
    }
    Ok((queues, round))
}
