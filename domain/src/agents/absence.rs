//! Nobody can renew presence while the database is away. Once it is back, whoever was present when it went is so for a full
//! period: in the rows, so that every program sees the same. A scheduler that starts has seen no outage and may be wrong to
//! presume one: it gives the period once between two signs of life, lest one that crashes again and again keeps closed laptops
//! present.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use diesel::sql_types;
use diesel_async::RunQueryDsl;

use crate::{Platform, Result, db::statement, limits};

/// A scheduler's knowledge of whether lapsed presence means absence, which its loops share.
pub struct Absence(Mutex<Answer>);

/// The last one that the database gave.
#[derive(Clone, Copy)]
struct Answer {
    at: DateTime<Utc>,
    /// This process had it; else it is the earliest that could matter.
    seen: bool,
}

/// Rows that are locked are being renewed just now. Who is recorded as OFFLINE was told absent already, by a scheduler that
/// was not away.
const BRIDGE: &str = "WITH due AS (
        SELECT p.agent_id FROM agent_presence p JOIN agent_interval i ON i.agent_id = p.agent_id AND i.ended_at IS NULL
        WHERE p.until > $1 AND p.until < $2 AND ($3 OR NOT p.presumed) AND i.activity <> 'OFFLINE'
        FOR NO KEY UPDATE OF p SKIP LOCKED
    )
    UPDATE agent_presence AS p SET until = $2, presumed = p.presumed OR NOT $3 FROM due WHERE p.agent_id = due.agent_id";

impl Absence {
    /// A process that starts cannot know what was before; everything may have been away.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(Answer { at: now - limits::PRESENCE_KEPT, seen: false }))
    }

    /// Looks whether the database answers; after an outage it bridges it. To be called every second or so, whatever else
    /// keeps the scheduler busy. Returns for how many agents presence was prolonged.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn look(&self, platform: &Platform) -> Result<usize> {
        let (last, now) = (*self.last(), platform.clock.now());
        let prolonged = if self.may_be_told(now) {
            platform.database_now().await?;
            0
        } else {
            platform.bridge(last, now).await?
        };
        *self.last() = Answer { at: platform.clock.now(), seen: true };
        Ok(prolonged)
    }

    /// False from five seconds of silence until they are bridged; in a shorter silence nobody misses more than one renewal.
    #[must_use]
    pub fn may_be_told(&self, now: DateTime<Utc>) -> bool {
        (now - self.last().at).to_std().unwrap_or_default() <= limits::PRESENCE_RENEWAL
    }

    fn last(&self) -> MutexGuard<'_, Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform {
    async fn bridge(&self, last: Answer, now: DateTime<Utc>) -> Result<usize> {
        let mut connection = self.db.get().await?;
        Ok(statement(BRIDGE)
            .bind::<sql_types::Timestamptz, _>(last.at)
            .bind::<sql_types::Timestamptz, _>(now + limits::PRESENCE)
            .bind::<sql_types::Bool, _>(last.seen)
            .execute(&mut connection)
            .await?)
    }
}
