//! A worker's own row.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use rand::Rng;

use super::WorkerState;
use crate::{
    Platform, Result,
    db::schema::{call, media_worker},
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
        diesel::insert_into(media_worker::table).values(worker).on_conflict_do_nothing().execute(&mut connection).await?;
        Ok(())
    }

    /// A sign of life. False when the worker was declared dead meanwhile: its calls are others' now, and it has to begin
    /// anew under another id.
    pub async fn heartbeat(&self, id: WorkerId, state: WorkerState, legs: i32) -> Result<bool> {
        let mut connection = self.db.get().await?;
        let alive = diesel::update(media_worker::table.filter(media_worker::id.eq(id).and(media_worker::state.ne(WorkerState::Gone))))
            .set((media_worker::heartbeat_at.eq(diesel::dsl::now), media_worker::state.eq(state), media_worker::legs.eq(legs)))
            .execute(&mut connection)
            .await?;
        Ok(alive == 1)
    }

    /// A worker that leaves in order gives its calls to others first.
    pub async fn retire_worker(&self, id: WorkerId) -> Result<Vec<CallId>> {
        let mut connection = self.db.get().await?;
        let now = self.clock.now();
        diesel::update(media_worker::table.filter(media_worker::id.eq(id).and(media_worker::state.ne(WorkerState::Gone))))
            .set((media_worker::state.eq(WorkerState::Gone), media_worker::gone_at.eq(now)))
            .execute(&mut connection)
            .await?;
        let calls: Vec<CallId> = call::table.filter(call::worker_id.eq(id).and(call::state.ne(crate::calls::CallState::Ended))).select(call::id).load(&mut connection).await?;
        drop(connection);
        for &call in &calls {
            self.orphan_call(call, id).await?;
        }
        Ok(calls)
    }

    /// Workers that are alive, the oldest first.
    pub async fn media_workers(&self) -> Result<Vec<MediaWorker>> {
        let mut connection = self.db.get().await?;
        Ok(media_worker::table.filter(media_worker::state.ne(WorkerState::Gone)).order(media_worker::id).limit(1000).select(MediaWorker::as_select()).load(&mut connection).await?)
    }
}
