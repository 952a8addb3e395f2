//! Queues in figures, counted once for everybody who watches them in this process.
//!
//! What touches a queue that somebody watches has it counted anew: at once, but at most once a second, and every five
//! seconds though nothing happens, because those who wait grow older.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{
    Platform,
    events::{Aggregate, Event, Filter, Hub, WatchError},
    ids::{AgentId, QueueId},
    routing::{Queue, QueueStats},
};
use futures_util::{Stream, StreamExt, stream, stream::select_all};
use tokio::{
    sync::broadcast,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// The same queue is counted so often at most …
const AT_MOST: Duration = Duration::from_secs(1);
/// … and at least so often.
const AT_LEAST: Duration = Duration::from_secs(5);
/// News come in bursts: one commit writes several.
const BURST: Duration = Duration::from_millis(20);
/// Figures on their way to the slowest subscriber; it misses some beyond that, and gets the next.
const RING: usize = 1024;

/// A queue as it was at an instant.
pub struct Figures {
    pub queue: Queue,
    pub stats: QueueStats,
    pub at: DateTime<Utc>,
}

impl Figures {
    /// Counts some queues; missing ones are left out.
    pub async fn of(platform: &Platform, ids: &[QueueId]) -> domain::Result<Vec<Arc<Self>>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (queues, at) = (platform.queues(ids).await?, platform.clock.now());
        let counted = platform.queue_stats(&queues).await?;
        let mut counted: HashMap<QueueId, QueueStats> =
            counted.into_iter().map(|stats| (stats.queue_id, stats)).collect();
        let figures = queues.into_iter().filter_map(|queue| {
            let stats = counted.remove(&queue.id)?;
            Some(Arc::new(Self { queue, stats, at }))
        });
        Ok(figures.collect())
    }
}

/// The process's board.
#[derive(Clone)]
pub struct Board {
    /// How many subscriptions each queue has.
    watched: Arc<Mutex<HashMap<QueueId, usize>>>,
    ring: broadcast::Sender<Arc<Figures>>,
}

/// Keeps queues counted while it lives.
struct Seat {
    board: Board,
    queues: Vec<QueueId>,
}

/// What has happened since the last count, and when each queue was counted.
#[derive(Default)]
struct News {
    queues: HashSet<QueueId>,
    agents: HashSet<AgentId>,
    counted: HashMap<QueueId, Instant>,
}

impl Board {
    /// Starts the counting; it ends with the token.
    pub fn start(platform: Platform, hub: Hub, stop: CancellationToken) -> Self {
        let board = Self { watched: Arc::default(), ring: broadcast::channel(RING).0 };
        let counting = board.clone();
        let work = async move {
            loop {
                if let Err(error) = counting.count(&platform, &hub).await {
                    tracing::warn!(%error, "queues could not be counted; beginning anew");
                }
                sleep(AT_MOST).await;
            }
        };
        tokio::spawn(async move { stop.run_until_cancelled(work).await });
        board
    }

    /// The figures of some queues: as they are now, then as they change.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn follow(
        &self,
        platform: &Platform,
        queues: Vec<QueueId>,
    ) -> domain::Result<impl Stream<Item = Arc<Figures>> + Send + use<>> {
        // Sit down first, then look: what happens in between comes twice rather than never.
        let ring = self.ring.subscribe();
        let seat = self.sit(queues);
        let first = Figures::of(platform, &seat.queues).await?;
        let news = stream::unfold((ring, seat), |(mut ring, seat)| async move {
            loop {
                match ring.recv().await {
                    Ok(figures) if seat.queues.contains(&figures.queue.id) => {
                        return Some((figures, (ring, seat)));
                    }
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        });
        Ok(stream::iter(first).chain(news))
    }

    fn sit(&self, queues: Vec<QueueId>) -> Seat {
        let mut watched = self.watched();
        for queue in &queues {
            *watched.entry(*queue).or_default() += 1;
        }
        drop(watched);
        Seat { board: self.clone(), queues }
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<QueueId, usize>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows the log until it fails.
    async fn count(&self, platform: &Platform, hub: &Hub) -> Result<(), WatchError> {
        let mut watches = Vec::new();
        for aggregate in [Aggregate::Call, Aggregate::Agent, Aggregate::Queue] {
            watches.push(Box::pin(hub.watch(Filter::of(aggregate, None), None).await?.into_stream()));
        }
        let mut events = select_all(watches);
        let mut news = News::default();
        let mut next = Instant::now() + AT_LEAST;
        loop {
            tokio::select! {
                event = events.next() => {
                    let Some(event) = event else { return Ok(()) };
                    let event = event?;
                    if news.hear(&event, &self.watched()) {
                        next = next.min(news.due());
                    }
                }
                () = sleep_until(next) => {
                    next = self.tell(platform, &mut news).await?;
                }
            }
        }
    }

    /// Counts what is due and hands it on. Says when to look again.
    async fn tell(&self, platform: &Platform, news: &mut News) -> domain::Result<Instant> {
        let agents: Vec<AgentId> = news.agents.drain().collect();
        if !agents.is_empty() {
            let members = platform.memberships(&agents).await?;
            news.queues.extend(members.into_iter().map(|member| member.queue_id));
        }
        let now = Instant::now();
        let watched: HashSet<QueueId> = self.watched().keys().copied().collect();
        news.queues.retain(|queue| watched.contains(queue));
        news.counted.retain(|queue, _| watched.contains(queue));
        let due: Vec<QueueId> = watched
            .into_iter()
            .filter(|queue| {
                let age = news.counted.get(queue).map(|at| now - *at);
                age.is_none_or(|age| age >= AT_LEAST || (age >= AT_MOST && news.queues.contains(queue)))
            })
            .collect();
        for figures in Figures::of(platform, &due).await? {
            // Nobody sits there any more is no fault.
            let _ = self.ring.send(figures);
        }
        for queue in due {
            news.queues.remove(&queue);
            news.counted.insert(queue, now);
        }
        Ok(news.due())
    }
}

impl News {
    /// Takes down what an event touches; false when that is nothing that is watched.
    fn hear(&mut self, event: &Event, watched: &HashMap<QueueId, usize>) -> bool {
        if watched.is_empty() {
            return false;
        }
        match event.aggregate {
            Aggregate::Agent => self.agents.insert(AgentId(event.aggregate_id)),
            Aggregate::Queue => self.touch(QueueId(event.aggregate_id), watched),
            _ => event.id("queueId").is_some_and(|queue| self.touch(queue, watched)),
        }
    }

    fn touch(&mut self, queue: QueueId, watched: &HashMap<QueueId, usize>) -> bool {
        watched.contains_key(&queue) && self.queues.insert(queue)
    }

    /// When to count next.
    fn due(&self) -> Instant {
        let now = Instant::now();
        let after = |queue: &QueueId, pause: Duration| self.counted.get(queue).map_or(now, |at| *at + pause);
        let touched = self.queues.iter().map(|queue| after(queue, AT_MOST));
        let aged = self.counted.values().map(|at| *at + AT_LEAST);
        let unknown = (!self.agents.is_empty()).then_some(now);
        let earliest = touched.chain(aged).chain(unknown).min().unwrap_or(now + AT_LEAST);
        earliest.max(now + BURST)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut watched = self.board.watched();
        for queue in &self.queues {
            if let Some(count) = watched.get_mut(queue) {
                *count -= 1;
                if *count == 0 {
                    watched.remove(queue);
                }
            }
        }
    }
}
