//! A worker's own row.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use rand::Rng;

use super::WorkerState;
use crate::{
    Platform, Result,
    calls::CallState,
    db::schema::{call, media_worker},
    error::each,
    ids::{CallId, WorkerId},
};

/// One run of a media worker process.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = media_worker, check_for_backend(Pg))]
pub struct MediaWorker {
    pub id: WorkerId,
    pub name: String,
    pub state: WorkerState,
    pub lock_key: i64,
    /// In legs.
    pub capacity: i32,
    pub legs: i32,
    pub address: String,
    pub started_at: DateTime<Utc>,
    pub heartbeat_at: DateTime<Utc>,
}

impl MediaWorker {
    pub fn new(name: String, capacity: i32, address: String, now: DateTime<Utc>) -> Self {
        Self {
            id: WorkerId::new(),
            name,
            state: WorkerState::Active,
            lock_key: rand::rng().random(),
            capacity,
            legs: 0,
            address,
            started_at: now,
            heartbeat_at: now,
        }
    }
}

impl Platform {
    /// Makes the worker known. Its lock must be held before ([`super::Lifeline`]).
    pub async fn register_worker(&self, worker: &MediaWorker) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::insert_into(media_worker::table)
            .values(worker)
            .on_conflict_do_nothing()
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    /// A sign of life. False when the worker was declared dead meanwhile: its calls are others' now, and it has to begin
    /// anew under another id.
    pub async fn heartbeat(&self, id: WorkerId, state: WorkerState, legs: i32) -> Result<bool> {
        let mut connection = self.db.get().await?;
        let alive = diesel::update(
            media_worker::table
                .filter(media_worker::id.eq(id).and(media_worker::state.ne(WorkerState::Gone))),
        )
        .set((
            media_worker::heartbeat_at.eq(diesel::dsl::now),
            media_worker::state.eq(state),
            media_worker::legs.eq(legs),
        ))
        .execute(&mut connection)
        .await?;
        Ok(alive == 1)
    }

    /// Gives a worker's calls to others. It has to be DRAINING or GONE already: then it leases no more. Returns how many.
    pub async fn move_calls(&self, id: WorkerId) -> Result<usize> {
        let mut connection = self.db.get().await?;
        let live = call::worker_id.eq(id).and(call::state.ne(CallState::Ended));
        let calls: Vec<CallId> = call::table.filter(live).select(call::id).load(&mut connection).await?;
        drop(connection);
        each(calls, async |call| self.orphan_call(call, id).await).await
    }

    /// A worker is no more, by its own word or a scheduler's. Others have its calls from now on. Returns how many.
    pub async fn retire_worker(&self, id: WorkerId) -> Result<usize> {
        let mut connection = self.db.get().await?;
        diesel::update(
            media_worker::table
                .filter(media_worker::id.eq(id).and(media_worker::state.ne(WorkerState::Gone))),
        )
        .set((media_worker::state.eq(WorkerState::Gone), media_worker::gone_at.eq(diesel::dsl::now)))
        .execute(&mut connection)
        .await?;
        drop(connection);
        self.move_calls(id).await
    }

    /// Calls whose worker is GONE but that nobody moved: whoever retired it was killed on the way. Returns how many.
    pub(super) async fn move_stranded(&self) -> Result<usize> {
        let mut connection = self.db.get().await?;
        let gone: Vec<WorkerId> = call::table
            .inner_join(media_worker::table)
            .filter(media_worker::state.eq(WorkerState::Gone).and(call::state.ne(CallState::Ended)))
            .select(media_worker::id)
            .distinct()
            .limit(100)
            .load(&mut connection)
            .await?;
        drop(connection);
        let mut moved = 0;
        for id in gone {
            moved += self.move_calls(id).await?;
        }
        Ok(moved)
    }

    /// Workers that are alive, the oldest first.
    pub async fn media_workers(&self) -> Result<Vec<MediaWorker>> {
        let mut connection = self.db.get().await?;
        Ok(media_worker::table
            .filter(media_worker::state.ne(WorkerState::Gone))
            .order(media_worker::id)
            .limit(1000)
            .select(MediaWorker::as_select())
            .load(&mut connection)
            .await?)
    }
}
