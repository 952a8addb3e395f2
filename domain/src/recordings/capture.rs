//! What the leasing worker writes while a call runs: tracks, and their objects once they are in the bucket.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;

use super::RecordingState;
use crate::{
    Platform, Result,
    bus::Job,
    calls::MediaKind,
    db::schema::{media_worker, recording, recording_object, recording_track},
    fleet::WorkerState,
    ids::{LegId, RecordingId, TrackId, WorkerId},
    limits,
};

/// A stream that has begun.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = recording_track, check_for_backend(diesel::pg::Pg))]
pub struct NewTrack {
    pub id: TrackId,
    pub recording_id: RecordingId,
    pub leg_id: LegId,
    pub kind: MediaKind,
    pub codec: String,
    pub epoch: i32,
    pub worker_id: WorkerId,
    /// On the database's clock.
    pub started_at: DateTime<Utc>,
}

/// An object that is in the bucket.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = recording_object, check_for_backend(diesel::pg::Pg))]
pub struct NewObject {
    pub track_id: TrackId,
    pub sequence: i32,
    pub key: String,
    pub bytes: i64,
    pub sha256: Vec<u8>,
}

/// Until then objects are taken: afterwards the transcoder has read the list.
const TAKEN: [RecordingState; 3] = [RecordingState::Recording, RecordingState::Paused, RecordingState::Finalizing];

#[derive(QueryableByName)]
struct ClockRow {
    #[diesel(sql_type = sql_types::Timestamptz)]
    now: DateTime<Utc>,
}

impl Platform {
    /// The database's clock: what the epochs of a recording are aligned by.
    pub async fn database_now(&self) -> Result<DateTime<Utc>> {
        let mut connection = self.db.get().await?;
        let row: ClockRow = sql_query("SELECT clock_timestamp() AS now").get_result(&mut connection).await?;
        Ok(row.now)
    }

    /// A track has begun. Told twice, it is there once.
    pub async fn add_track(&self, track: &NewTrack) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::insert_into(recording_track::table).values(track).on_conflict_do_nothing().execute(&mut connection).await?;
        Ok(())
    }

    /// An object is in the bucket. False when the recording takes none any more: then the object has to go.
    pub async fn add_object(&self, object: &NewObject, ended_at: DateTime<Utc>) -> Result<bool> {
        let mut unit = self.begin().await?;
        let state: Option<RecordingState> = recording_track::table
            .inner_join(recording::table)
            .filter(recording_track::id.eq(object.track_id))
            .select(recording::state)
            .for_share()
            .first(unit.connection())
            .await
            .optional()?;
        if !state.is_some_and(|state| TAKEN.contains(&state)) {
            return Ok(false);
        }
        diesel::insert_into(recording_object::table).values(object).on_conflict_do_nothing().execute(unit.connection()).await?;
        diesel::update(recording_track::table.find(object.track_id)).set(recording_track::ended_at.eq(ended_at)).execute(unit.connection()).await?;
        unit.commit().await?;
        Ok(true)
    }

    /// Every object of the track has its row.
    pub async fn close_track(&self, id: TrackId) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::update(recording_track::table.find(id)).set(recording_track::closed.eq(true)).execute(&mut connection).await?;
        Ok(())
    }

    /// A worker has brought everything that it owed: unless another one still owes something, it is transcoded at once.
    pub async fn capture_finished(&self, id: RecordingId) -> Result<()> {
        self.to_transcoding(id, false).await.map(|_| ())
    }

    /// Recordings that still wait for objects when their time is up are transcoded as they are, if whoever owes the
    /// objects is gone, or is at it for a day. Returns how many.
    pub async fn finalize_overdue(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<(RecordingId, Option<DateTime<Utc>>)> = recording::table
            .filter(recording::state.eq(RecordingState::Finalizing).and(recording::finalize_by.le(now)))
            .limit(100)
            .select((recording::id, recording::ended_at))
            .load(&mut connection)
            .await?;
        drop(connection);
        let mut count = 0;
        for (id, ended_at) in due {
            let given_up = ended_at.is_some_and(|at| now - at > limits::OBJECTS_OWED);
            count += usize::from(self.to_transcoding(id, given_up).await?);
        }
        Ok(count)
    }

    async fn to_transcoding(&self, id: RecordingId, given_up: bool) -> Result<bool> {
        let mut unit = self.begin().await?;
        let state: Option<RecordingState> = recording::table.find(id).select(recording::state).for_update().first(unit.connection()).await.optional()?;
        if state != Some(RecordingState::Finalizing) {
            return Ok(false);
        }
        let owed: i64 = recording_track::table
            .inner_join(media_worker::table)
            .filter(recording_track::recording_id.eq(id).and(recording_track::closed.eq(false)).and(media_worker::state.ne(WorkerState::Gone)))
            .count()
            .get_result(unit.connection())
            .await?;
        if owed > 0 && !given_up {
            return Ok(false);
        }
        diesel::update(recording::table.find(id)).set((recording::state.eq(RecordingState::Transcoding), recording::progress.eq(0.0))).execute(unit.connection()).await?;
        unit.job(Job::Transcode, serde_json::json!({ "recordingId": id })).await?;
        unit.commit().await?;
        Ok(true)
    }
}
