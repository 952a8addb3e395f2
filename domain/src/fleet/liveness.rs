//! Who is alive. A worker holds an advisory lock on a database session of its own: its death frees the lock at once,
//! however it dies. A heartbeat covers the ones that hang.

use std::{collections::HashSet, time::Instant};

use diesel::{prelude::*, sql_query, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{MediaWorker, WorkerState};
use crate::{Platform, Result, config::Config, db, db::schema::media_worker, ids::WorkerId, limits};

#[derive(QueryableByName)]
struct Got {
    #[diesel(sql_type = sql_types::Bool)]
    got: bool,
}

/// The worker's side: a session that holds its lock.
pub struct Lifeline {
    connection: AsyncPgConnection,
    key: i64,
}

impl Lifeline {
    /// Takes the lock on a session of its own.
    pub async fn take(config: &Config, key: i64) -> Result<Self> {
        let mut connection = db::dedicated(config, "worker-lifeline").await?;
        sql_query("SELECT pg_advisory_lock($1)")
            .bind::<sql_types::BigInt, _>(key)
            .execute(&mut connection)
            .await?;
        Ok(Self { connection, key })
    }

    /// Whether the session still holds it; an error means that the session is gone and has to be taken anew.
    pub async fn check(&mut self) -> Result<bool> {
        // Taken again by its own session it succeeds, and the count is given back at once.
        let got: Got = sql_query("SELECT pg_try_advisory_lock($1) AS got")
            .bind::<sql_types::BigInt, _>(self.key)
            .get_result(&mut self.connection)
            .await?;
        if got.got {
            sql_query("SELECT pg_advisory_unlock($1)")
                .bind::<sql_types::BigInt, _>(self.key)
                .execute(&mut self.connection)
                .await?;
        }
        Ok(got.got)
    }
}

/// The scheduler's side: finds the dead. One that was away itself, or whose database was, first waits a full period.
#[derive(Debug)]
pub struct Watchman {
    quiet_since: Instant,
    last_look: Instant,
}

impl Default for Watchman {
    fn default() -> Self {
        let now = Instant::now();
        Self { quiet_since: now, last_look: now }
    }
}

impl Watchman {
    /// Declares dead workers GONE and has their calls moved. Returns the dead.
    pub async fn look(&mut self, platform: &Platform) -> Result<Vec<WorkerId>> {
        let now = Instant::now();
        if now - self.last_look > limits::GRACE / 2 {
            self.quiet_since = now;
        }
        let looked = self.find(platform, now - self.quiet_since >= limits::GRACE).await;
        match &looked {
            // The end of the look: moving many calls takes its time.
            Ok(_) => self.last_look = Instant::now(),
            // The database was away: the workers' locks went with their sessions.
            Err(_) => self.quiet_since = Instant::now(),
        }
        looked
    }

    async fn find(&self, platform: &Platform, settled: bool) -> Result<Vec<WorkerId>> {
        let mut connection = platform.db.get().await?;
        if uptime(&mut connection).await?.is_some_and(|up| up < limits::GRACE) {
            return Ok(Vec::new());
        }
        let workers: Vec<MediaWorker> = media_worker::table
            .filter(media_worker::state.ne(WorkerState::Gone))
            .limit(1000)
            .select(MediaWorker::as_select())
            .load(&mut connection)
            .await?;
        let held = held_keys(&mut connection).await?;
        drop(connection);
        // Heartbeats are written by the database's clock and read by it.
        let now = platform.database_now().await?;
        let mut dead = Vec::new();
        for worker in workers.into_iter().filter(|_| settled) {
            let (silence, free) = (now - worker.heartbeat_at, !held.contains(&worker.lock_key));
            // A lock without its session, but with a heartbeat: only that connection broke, and the worker takes it again.
            if silence > limits::HEARTBEAT_LOST || free && silence > limits::HEARTBEAT_MISSED {
                tracing::warn!(worker = %worker.id, name = worker.name, free, "media worker is gone; moving its calls");
                platform.retire_worker(worker.id).await?;
                dead.push(worker.id);
            }
        }
        platform.move_stranded().await?;
        Ok(dead)
    }
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = sql_types::BigInt)]
    key: i64,
}

/// The locks that somebody holds. Read from the list of locks rather than by taking them: two schedulers that look at
/// once would see each other's.
async fn held_keys(connection: &mut AsyncPgConnection) -> Result<HashSet<i64>> {
    let held: Vec<Held> = sql_query(
        "SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks
         WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objsubid = 1 AND granted",
    )
    .load(connection)
    .await?;
    Ok(held.into_iter().map(|held| held.key).collect())
}

#[derive(QueryableByName)]
struct Uptime {
    #[diesel(sql_type = sql_types::Double)]
    seconds: f64,
}

/// For how long the database has been up.
async fn uptime(connection: &mut AsyncPgConnection) -> Result<Option<std::time::Duration>> {
    let up: Uptime = sql_query(
        "SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS seconds",
    )
    .get_result(connection)
    .await?;
    Ok(std::time::Duration::try_from_secs_f64(up.seconds).ok())
}
