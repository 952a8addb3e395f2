//! What the leasing worker writes while a call runs: tracks, and their objects once they are in the bucket.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::RecordingState;
use crate::{
    Platform, Result,
    bus::Job,
    calls::MediaKind,
    clock::Clock,
    db::{
        Unit,
        schema::{media_worker, recording, recording_object, recording_track},
        statement,
    },
    error::each,
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

/// Whether a worker that lives has not brought all objects of its tracks yet.
pub(super) async fn is_owed(connection: &mut AsyncPgConnection, id: RecordingId) -> Result<bool> {
    let open = recording_track::recording_id.eq(id).and(recording_track::closed.eq(false));
    let owed = recording_track::table
        .inner_join(media_worker::table)
        .filter(open.and(media_worker::state.ne(WorkerState::Gone)));
    Ok(diesel::select(diesel::dsl::exists(owed)).get_result(connection).await?)
}

/// Until then objects are taken: afterwards the transcoder has read the list.
const TAKEN: [RecordingState; 3] =
    [RecordingState::Recording, RecordingState::Paused, RecordingState::Finalizing];

/// Whether the recording still takes tracks and objects; it stays so until the end of the unit.
async fn takes(unit: &mut Unit, id: RecordingId) -> Result<bool> {
    let state: Option<RecordingState> = recording::table
        .find(id)
        .select(recording::state)
        .for_share()
        .first(unit.connection())
        .await
        .optional()?;
    Ok(state.is_some_and(|state| TAKEN.contains(&state)))
}

#[derive(QueryableByName)]
struct ClockRow {
    #[diesel(sql_type = sql_types::Timestamptz)]
    now: DateTime<Utc>,
}

/// How often the database's clock is asked for one comparison.
const CLOCK_LOOKS: usize = 3;

impl Platform {
    /// The database's clock: what the epochs of a recording are aligned by.
    pub async fn database_now(&self) -> Result<DateTime<Utc>> {
        let mut connection = self.db.get().await?;
        let row: ClockRow = statement("SELECT clock_timestamp() AS now").get_result(&mut connection).await?;
        Ok(row.now)
    }

    /// By how much the database's clock is ahead of this machine's; half of the round trip is its error.
    pub async fn clock_offset(&self) -> Result<TimeDelta> {
        // The quickest of a few: connecting, or a busy machine, delays the one way more than the other.
        let mut best: Option<(TimeDelta, TimeDelta)> = None;
        for _ in 0..CLOCK_LOOKS {
            let before = Clock::of_machine();
            let database = self.database_now().await?;
            let took = Clock::of_machine() - before;
            if best.is_none_or(|(shortest, _)| took < shortest) {
                best = Some((took, database - (before + took / 2)));
            }
        }
        Ok(best.map_or_else(TimeDelta::zero, |(_, offset)| offset))
    }

    /// A track has begun. Told twice, it is there once; of a recording that takes none any more it leaves no trace.
    pub async fn add_track(&self, track: &NewTrack) -> Result<()> {
        let mut unit = self.begin().await?;
        if takes(&mut unit, track.recording_id).await? {
            diesel::insert_into(recording_track::table)
                .values(track)
                .on_conflict_do_nothing()
                .execute(unit.connection())
                .await?;
        }
        unit.commit().await
    }

    /// An object is in the bucket. False when the recording takes none any more: then the object has to go.
    pub async fn add_object(&self, object: &NewObject, ended_at: DateTime<Utc>) -> Result<bool> {
        let mut unit = self.begin().await?;
        let track = recording_track::table.find(object.track_id).select(recording_track::recording_id);
        let Some(recording) = track.first(unit.connection()).await.optional()? else { return Ok(false) };
        if !takes(&mut unit, recording).await? {
            return Ok(false);
        }
        diesel::insert_into(recording_object::table)
            .values(object)
            .on_conflict_do_nothing()
            .execute(unit.connection())
            .await?;
        diesel::update(recording_track::table.find(object.track_id))
            .set(recording_track::ended_at.eq(ended_at))
            .execute(unit.connection())
            .await?;
        unit.commit().await?;
        Ok(true)
    }

    /// Every object of the track has its row.
    pub async fn close_track(&self, id: TrackId) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::update(recording_track::table.find(id))
            .set(recording_track::closed.eq(true))
            .execute(&mut connection)
            .await?;
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
        let given_up = |id| {
            due.iter()
                .any(|(due, ended)| *due == id && ended.is_some_and(|at| now - at > limits::OBJECTS_OWED))
        };
        each(due.iter().map(|(id, _)| *id).collect(), async |id| self.to_transcoding(id, given_up(id)).await)
            .await
    }

    async fn to_transcoding(&self, id: RecordingId, given_up: bool) -> Result<bool> {
        let mut unit = self.begin().await?;
        let state: Option<RecordingState> = recording::table
            .find(id)
            .select(recording::state)
            .for_update()
            .first(unit.connection())
            .await
            .optional()?;
        if state != Some(RecordingState::Finalizing) {
            return Ok(false);
        }
        if !given_up && is_owed(unit.connection(), id).await? {
            return Ok(false);
        }
        let again = unit.now + limits::TRANSCODE_AGAIN;
        diesel::update(recording::table.find(id))
            .set((
                recording::state.eq(RecordingState::Transcoding),
                recording::progress.eq(0.0),
                recording::dispatch_at.eq(again),
            ))
            .execute(unit.connection())
            .await?;
        unit.job(Job::Transcode, serde_json::json!({ "recordingId": id })).await?;
        unit.commit().await?;
        Ok(true)
    }
}
