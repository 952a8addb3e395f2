//! Several processes that route: the product's engine, or the simplest one.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::ids::QueueId;
use domain::{Platform, limits};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::centre::Centre;
use super::simple::Simple;

/// Who routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Product,
    /// Every second, the whole queue locked: [`super::simple`].
    Simple,
}

/// What all routers did together.
#[derive(Debug, Default)]
pub struct Tally {
    pub assigned: AtomicU64,
    pub rounds: AtomicU64,
    pub failed: AtomicU64,
}

#[derive(Default)]
struct Wish {
    queues: Mutex<HashSet<QueueId>>,
    news: Notify,
}

/// They end with this value.
pub struct Routers {
    wishes: Vec<Arc<Wish>>,
    pub tally: Arc<Tally>,
    _tasks: JoinSet<()>,
}

impl Routers {
    pub async fn start(engine: Engine, centre: &Centre, processes: Vec<Platform>) -> Self {
        let tally = Arc::new(Tally::default());
        let mut tasks = JoinSet::new();
        let mut wishes = Vec::new();
        for platform in processes {
            let (wish, tally) = (Arc::new(Wish::default()), Arc::clone(&tally));
            wishes.push(Arc::clone(&wish));
            match engine {
                Engine::Product => tasks.spawn(async move { route(&platform, &wish, &tally).await }),
                Engine::Simple => {
                    let mut simple = Simple::new(centre.sql().await, platform, centre.queue_ids()).await;
                    tasks.spawn(async move { simple.run(&tally).await })
                }
            };
        }
        Self { wishes, tally, _tasks: tasks }
    }

    /// News for one of them, as a commit in its process would leave them.
    pub fn want(&self, process: usize, queues: impl IntoIterator<Item = QueueId>) {
        let wish = &self.wishes[process % self.wishes.len()];
        wish.queues.lock().expect("a wish list").extend(queues);
        wish.news.notify_one();
    }

    pub fn assigned(&self) -> u64 {
        self.tally.assigned.load(Ordering::Relaxed)
    }
}

/// As `domain::routing::Router` does, which takes its wishes from commits of its own process alone.
async fn route(platform: &Platform, wish: &Wish, tally: &Tally) {
    let mut swept = Instant::now();
    loop {
        let _ = timeout(limits::ROUTING_SWEEP, wish.news.notified()).await;
        let mut queues = std::mem::take(&mut *wish.queues.lock().expect("a wish list"));
        if swept.elapsed() >= limits::ROUTING_SWEEP {
            swept = Instant::now();
            queues.extend(platform.waiting_queues().await.expect("queues in which somebody waits"));
        }
        let queues: Vec<QueueId> = queues.into_iter().collect();
        let mut in_vain = 0;
        while in_vain < 20 && !queues.is_empty() {
            tally.rounds.fetch_add(1, Ordering::Relaxed);
            match platform.route(&queues).await {
                Ok(round) => {
                    tally.assigned.fetch_add(round.assigned as u64, Ordering::Relaxed);
                    match (round.again, round.assigned) {
                        (false, _) => break,
                        (true, 0) => {
                            in_vain += 1;
                            sleep(Duration::from_millis(10)).await;
                        }
                        (true, _) => in_vain = 0,
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a round failed");
                    eprintln!("a round failed: {error}");
                    tally.failed.fetch_add(1, Ordering::Relaxed);
                    break;
                }
            }
        }
    }
}
