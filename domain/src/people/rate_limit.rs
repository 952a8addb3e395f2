//! Fixed-window counters that all api processes share.

use chrono::TimeDelta;
use diesel::{ExpressionMethods, QueryDsl, QueryableByName, sql_types};
use diesel_async::RunQueryDsl;

use crate::{
    Platform, Result,
    db::{
        schema::{idempotency, rate_limit, session},
        statement,
    },
    limits,
};

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = sql_types::Integer)]
    attempts: i32,
    #[diesel(sql_type = sql_types::Timestamptz)]
    window_start: chrono::DateTime<chrono::Utc>,
}

impl Platform {
    /// Counts an attempt; the time to wait when there were more than `limit` in the window.
    pub async fn count_attempt(&self, key: &str, limit: i32, window: TimeDelta) -> Result<Option<TimeDelta>> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let counted: Counted = statement(
            "INSERT INTO rate_limit AS r (key, window_start, attempts) VALUES ($1, $2, 1)
             ON CONFLICT (key) DO UPDATE SET
                 attempts = CASE WHEN r.window_start <= $3 THEN 1 ELSE least(r.attempts + 1, 1000000) END,
                 window_start = CASE WHEN r.window_start <= $3 THEN $2 ELSE r.window_start END
             RETURNING attempts, window_start",
        )
        .bind::<sql_types::Text, _>(key)
        .bind::<sql_types::Timestamptz, _>(now)
        .bind::<sql_types::Timestamptz, _>(now - window)
        .get_result(&mut connection)
        .await?;
        Ok((counted.attempts > limit)
            .then(|| (counted.window_start + window - now).max(TimeDelta::seconds(1))))
    }

    /// Takes one attempt off a counter.
    pub async fn forgive_attempt(&self, key: &str) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::update(rate_limit::table.find(key).filter(rate_limit::attempts.gt(0)))
            .set(rate_limit::attempts.eq(rate_limit::attempts - 1))
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    /// Forgets counters whose window is long over, idempotency keys past their day and sessions long expired.
    pub async fn sweep_counters(&self) -> Result<()> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        diesel::delete(rate_limit::table.filter(rate_limit::window_start.lt(now - TimeDelta::days(1))))
            .execute(&mut connection)
            .await?;
        diesel::delete(session::table.filter(session::expires_at.lt(now - TimeDelta::days(30))))
            .execute(&mut connection)
            .await?;
        diesel::delete(idempotency::table.filter(idempotency::created_at.lt(now - limits::IDEMPOTENCY)))
            .execute(&mut connection)
            .await?;
        Ok(())
    }
}
