//! Nobody can renew presence while the database is away. Once it is back, whoever was present when it went is so for a full
//! period: in the rows, so that every program sees the same.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use diesel::sql_types;
use diesel_async::RunQueryDsl;

use crate::{Platform, Result, db::statement, limits};

/// A scheduler's knowledge of whether lapsed presence means absence, which its loops share.
pub struct Absence(Mutex<DateTime<Utc>>);

/// Rows that are locked are being renewed just now. Who is recorded as OFFLINE was told absent already, by a scheduler that
/// was not away.
const BRIDGE: &str = "WITH due AS (
        SELECT p.agent_id FROM agent_presence p JOIN agent_interval i ON i.agent_id = p.agent_id AND i.ended_at IS NULL
        WHERE p.until > $1 AND p.until < $2 AND i.activity <> 'OFFLINE'
        FOR NO KEY UPDATE OF p SKIP LOCKED
    )
    UPDATE agent_presence AS p SET until = $2 FROM due WHERE p.agent_id = due.agent_id";

impl Absence {
    /// A process that starts cannot know what was before; everything may have been away.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now - limits::PRESENCE_KEPT))
    }

    /// Looks whether the database answers; after an outage it bridges it. To be called every second or so, whatever else
    /// keeps the scheduler busy. Returns for how many agents presence was prolonged.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn look(&self, platform: &Platform) -> Result<usize> {
        let (since, now) = (*self.answered(), platform.clock.now());
        let prolonged = if self.may_be_told(now) {
            platform.database_now().await?;
            0
        } else {
            platform.bridge(since, now).await?
        };
        *self.answered() = platform.clock.now();
        Ok(prolonged)
    }

    /// False from five seconds of silence until they are bridged; in a shorter silence nobody misses more than one renewal.
    #[must_use]
    pub fn may_be_told(&self, now: DateTime<Utc>) -> bool {
        (now - *self.answered()).to_std().unwrap_or_default() <= limits::PRESENCE_RENEWAL
    }

    /// When the database last did.
    fn answered(&self) -> MutexGuard<'_, DateTime<Utc>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Platform {
    async fn bridge(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<usize> {
        let mut connection = self.db.get().await?;
        Ok(statement(BRIDGE)
            .bind::<sql_types::Timestamptz, _>(since)
            .bind::<sql_types::Timestamptz, _>(now + limits::PRESENCE)
            .execute(&mut connection)
            .await?)
    }
}
