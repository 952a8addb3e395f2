//! One reader of the log for a whole process, and its fan-out in memory.
//!
//! A message on RabbitMQ merely wakes the reader; a slow poll stands behind it. A subscriber first gets what lies
//! between its cursor and the reader's place by the same query, then what the reader hands on; one that is too slow for
//! the ring goes back to the query, so nothing is lost and nothing is kept for it without bound.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, stream};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};
use tokio_util::sync::CancellationToken;

use super::{Cursor, Event, Filter, log};
use crate::{Error, Platform, Result, limits};

const PAGE: i64 = 500;
const RING: usize = 4096;

/// The process's reader.
#[derive(Clone)]
pub struct Hub {
    platform: Platform,
    ring: broadcast::Sender<Arc<Event>>,
    /// The reader has its first place: from there on it hands on everything.
    begun: watch::Receiver<bool>,
}

/// What stands behind a page of the log.
enum Next {
    Nothing,
    More,
    /// Some that are not safe to hand out yet, the oldest written so long ago.
    HeldBack(Duration),
}

/// Why a watch could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// What came after the cursor has been dropped: read the state anew.
    #[error("this cursor is too old for the log: read the state anew and subscribe from there")]
    CursorExpired,
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Hub {
    /// Starts the reader; it ends with the token.
    pub fn start(platform: Platform, stop: CancellationToken) -> Self {
        let (begun, begins) = watch::channel(false);
        let hub = Self { platform, ring: broadcast::channel(RING).0, begun: begins };
        let reader = hub.clone();
        tokio::spawn(async move { stop.run_until_cancelled(reader.read(&begun)).await });
        hub
    }

    async fn read(&self, begun: &watch::Sender<bool>) {
        let mut wake = self.platform.bus.listen_events("log");
        let mut place = None;
        loop {
            let next = self.read_on(&mut place).await;
            if next.is_ok() {
                begun.send_replace(true);
            }
            let pause = match next {
                Ok(Next::More) => continue,
                // It becomes safe with a commit that may wake nobody; one that has been awaited for long is no haste.
                Ok(Next::HeldBack(lag)) => (lag / 10).clamp(limits::EVENT_RECHECK, limits::EVENT_POLL),
                Ok(Next::Nothing) => limits::EVENT_POLL,
                Err(error) => {
                    tracing::warn!(%error, "the event log cannot be read");
                    limits::EVENT_POLL
                }
            };
            // Woken or not, closed or not: the poll stands behind it.
            if let Ok(None) = tokio::time::timeout(pause, wake.recv()).await {
                tokio::time::sleep(pause).await;
            }
        }
    }

    /// Hands on one page.
    async fn read_on(&self, place: &mut Option<Cursor>) -> Result<Next> {
        let mut connection = self.platform.db.get().await?;
        let from = match *place {
            Some(cursor) => cursor,
            None => *place.insert(log::end(&mut connection).await?),
        };
        let page = log::read(&mut connection, from, PAGE).await?;
        drop(connection);
        let lag =
            page.oldest.and_then(|at| (self.platform.clock.now() - at).to_std().ok()).unwrap_or_default();
        metrics::gauge!("cordboard_event_lag_seconds").set(lag.as_secs_f64());
        if lag > limits::EVENT_LAG {
            tracing::warn!(?lag, "the event log lags: a transaction has been open for long");
        }
        let next = match (page.held_back, page.events.len() as i64 == PAGE) {
            (true, _) => Next::HeldBack(lag),
            (false, true) => Next::More,
            (false, false) => Next::Nothing,
        };
        if let Some(last) = page.events.last() {
            *place = Some(last.cursor);
        }
        for event in page.events {
            // Nobody subscribed is no fault.
            let _ = self.ring.send(Arc::new(event));
        }
        Ok(next)
    }

    /// Follows the log from a cursor, or from now.
    ///
    /// # Errors
    /// [`WatchError::CursorExpired`], or the database does not answer.
    pub async fn watch(&self, filter: Filter, after: Option<Cursor>) -> Result<Watch, WatchError> {
        // Whoever joined before the reader's first place would wait for events that it never hands on.
        let begun = self.begun.clone().wait_for(|begun| *begun).await.map(|_| ());
        begun.map_err(|_| Error::Unavailable("the server is shutting down".into()))?;
        let ring = self.ring.subscribe();
        let mut connection = self.platform.db.get().await?;
        let (place, behind) = match after {
            Some(cursor) => {
                // One from the future is another database's, or was handed out before this one was restored.
                if cursor < log::floor(&mut connection).await? || cursor > log::end(&mut connection).await? {
                    return Err(WatchError::CursorExpired);
                }
                (cursor, true)
            }
            None => (log::end(&mut connection).await?, false),
        };
        // From now: the reader may stand behind this place or before it. What it still hands on below `place` is
        // skipped; what it handed on before the ring was joined lies below `place` too.
        Ok(Watch { hub: self.clone(), filter, ring, place, behind, page: Vec::new().into_iter() })
    }
}

/// One subscriber's place in the log.
pub struct Watch {
    hub: Hub,
    filter: Filter,
    ring: broadcast::Receiver<Arc<Event>>,
    place: Cursor,
    /// Whether the query has to be asked before the ring is good again.
    behind: bool,
    page: std::vec::IntoIter<Event>,
}

impl Watch {
    /// Everything behind this place is still to come.
    pub fn place(&self) -> Cursor {
        self.place
    }

    /// The next event; waits for it.
    pub async fn next(&mut self) -> Result<Arc<Event>> {
        loop {
            if let Some(event) = self.page.next() {
                self.place = event.cursor;
                return Ok(Arc::new(event));
            }
            if self.behind {
                let mut connection = self.hub.platform.db.get().await?;
                let page = log::after(&mut connection, self.place, &self.filter, PAGE).await?;
                self.behind = page.len() as i64 == PAGE;
                self.page = page.into_iter();
                continue;
            }
            match self.ring.recv().await {
                Ok(event) if event.cursor > self.place => {
                    self.place = event.cursor;
                    if self.filter.matches(&event) {
                        return Ok(event);
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => {
                    return Err(Error::Unavailable("the server is shutting down".into()));
                }
            }
        }
    }

    /// As a stream that ends after its first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Arc<Event>>> + Send {
        stream::unfold(Some(self), |watch| async {
            let mut watch = watch?;
            match watch.next().await {
                Ok(event) => Some((Ok(event), Some(watch))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }
}
