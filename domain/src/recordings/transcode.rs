//! From tracks to what people watch: leased, renewed, retried, each attempt under a prefix of its own.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Recording, RecordingState, Rendition, capture::is_owed};
use crate::{
    Platform, Result,
    bus::Job,
    calls::{CallEventKind, Change, LegRole, MediaKind},
    db::schema::{leg, recording, recording_file, recording_object, recording_track, rendition, voicemail},
    ids::{LegId, RecordingId, TrackId},
    limits,
};

/// One track with its objects, in order.
#[derive(Debug, Clone)]
pub struct TranscodeInput {
    pub track: TrackId,
    pub leg: LegId,
    pub role: LegRole,
    pub kind: MediaKind,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Keys and SHA-256 as stored.
    pub objects: Vec<(String, Vec<u8>)>,
}

/// A recording that is this worker's to transcode.
#[derive(Debug, Clone)]
pub struct TranscodeLease {
    pub recording: RecordingId,
    pub attempt: i32,
    /// Wrapped.
    pub data_key: Vec<u8>,
    /// It is what one party said after a beep: silence is cut off at both ends.
    pub message: bool,
    pub inputs: Vec<TranscodeInput>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct FinishedRecording {
    /// Instant zero of the finished recording.
    pub started_at: DateTime<Utc>,
    pub duration_ms: i64,
    /// Of the MP4 or M4A, in hexadecimal.
    pub sha256: String,
    pub renditions: Vec<Rendition>,
    pub files: Vec<FinishedFile>,
}

/// One file that a player may ask for.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = recording_file, check_for_backend(diesel::pg::Pg))]
pub struct FinishedFile {
    pub recording_id: RecordingId,
    pub path: String,
    pub key: String,
    pub content_type: String,
    /// Before encryption.
    pub bytes: i64,
    pub sha256: Vec<u8>,
}

impl Platform {
    /// Locks a recording's call, then reads the recording in the state and attempt that the caller believes in.
    async fn transcoding(&self, id: RecordingId, attempt: Option<i32>) -> Result<Option<Change>> {
        let mut connection = self.db.get().await?;
        let call =
            recording::table.find(id).select(recording::call_id).first(&mut connection).await.optional()?;
        drop(connection);
        let Some(call) = call else { return Ok(None) };
        let mut change = self.change(call).await?;
        let (state, current): (RecordingState, i32) = recording::table
            .find(id)
            .select((recording::state, recording::attempt))
            .for_update()
            .first(change.unit.connection())
            .await?;
        Ok((state == RecordingState::Transcoding && attempt.is_none_or(|a| a == current)).then_some(change))
    }

    /// Leases a recording; none when it is done, or another worker is at it. Too many attempts make it FAILED.
    pub async fn lease_transcode(&self, id: RecordingId) -> Result<Option<TranscodeLease>> {
        let Some(mut change) = self.transcoding(id, None).await? else { return Ok(None) };
        let now = change.now();
        let (attempt, postponed, lease_until, data_key): (i32, i32, Option<DateTime<Utc>>, Option<Vec<u8>>) =
            recording::table
                .find(id)
                .select((
                    recording::attempt,
                    recording::postponed,
                    recording::lease_until,
                    recording::data_key,
                ))
                .first(change.unit.connection())
                .await?;
        let (Some(data_key), false) = (data_key, lease_until.is_some_and(|until| until > now)) else {
            return Ok(None);
        };
        if attempt - postponed >= limits::TRANSCODE_ATTEMPTS {
            self.give_up(change, id, "The recording could not be prepared; its raw tracks are kept.").await?;
            return Ok(None);
        }
        diesel::update(recording::table.find(id))
            .set((
                recording::attempt.eq(attempt + 1),
                recording::lease_until.eq(now + limits::TRANSCODE_LEASE),
                recording::dispatch_at.eq(now + limits::TRANSCODE_LEASE),
            ))
            .execute(change.unit.connection())
            .await?;
        let inputs = inputs(&mut change, id).await?;
        if inputs.is_empty() {
            change.message_dropped(id, false).await?;
            self.give_up(change, id, "Nothing was recorded.").await?;
            return Ok(None);
        }
        let message =
            diesel::select(diesel::dsl::exists(voicemail::table.filter(voicemail::recording_id.eq(id))))
                .get_result(change.unit.connection())
                .await?;
        change.commit().await?;
        Ok(Some(TranscodeLease { recording: id, attempt: attempt + 1, data_key, message, inputs }))
    }

    async fn give_up(&self, mut change: Change, id: RecordingId, why: &str) -> Result<()> {
        diesel::update(recording::table.find(id))
            .set((recording::state.eq(RecordingState::Failed), recording::failure.eq(why)))
            .execute(change.unit.connection())
            .await?;
        change.message_dropped(id, true).await?;
        change.event(CallEventKind::RecordingFailed, "worker", None, Some(why.to_owned())).await?;
        change.commit().await?;
        tracing::warn!(recording = %id, why, "recording failed");
        Ok(())
    }

    /// Renews the lease and tells how far it is, 0..1, if that is news. False when the lease is no longer ours.
    pub async fn transcode_progress(&self, id: RecordingId, attempt: i32, progress: f64) -> Result<bool> {
        let Some(mut change) = self.transcoding(id, Some(attempt)).await? else { return Ok(false) };
        let until = change.now() + limits::TRANSCODE_LEASE;
        let progress = (progress.clamp(0.0, 1.0) * 100.0).round() / 100.0;
        let told: Option<f64> =
            recording::table.find(id).select(recording::progress).first(change.unit.connection()).await?;
        diesel::update(recording::table.find(id))
            .set((
                recording::lease_until.eq(until),
                recording::dispatch_at.eq(until),
                recording::progress.eq(progress),
            ))
            .execute(change.unit.connection())
            .await?;
        if told != Some(progress) {
            change
                .event(CallEventKind::RecordingProgress, "worker", None, Some(format!("{progress:.2}")))
                .await?;
        }
        change.commit().await?;
        Ok(true)
    }

    /// The output of an attempt that came to nothing leaves the bucket; that of the recording itself stays.
    pub async fn discard_output(&self, id: RecordingId, attempt: i32) -> Result<()> {
        let mut connection = self.db.get().await?;
        let output: Option<Option<i32>> = recording::table
            .find(id)
            .select(recording::output_attempt)
            .first(&mut connection)
            .await
            .optional()?;
        drop(connection);
        if output != Some(Some(attempt)) {
            for entry in self.objects.list(&super::output_prefix(id, attempt)).await? {
                self.objects.delete(&entry.key).await?;
            }
        }
        Ok(())
    }

    /// An attempt broke off through no fault of the recording (no storage, the worker stops): it does not count, and
    /// another follows after a while.
    pub async fn transcode_postponed(&self, id: RecordingId, attempt: i32, why: &str) -> Result<()> {
        let Some(mut change) = self.transcoding(id, Some(attempt)).await? else { return Ok(()) };
        tracing::info!(recording = %id, attempt, why, "transcoding is postponed");
        let again = change.now() + limits::TRANSCODE_POSTPONED;
        diesel::update(recording::table.find(id))
            .set((
                recording::postponed.eq(recording::postponed + 1),
                recording::lease_until.eq(None::<DateTime<Utc>>),
                recording::dispatch_at.eq(again),
            ))
            .execute(change.unit.connection())
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// An attempt failed; another follows at once, or the recording is FAILED.
    pub async fn transcode_failed(&self, id: RecordingId, attempt: i32, why: &str) -> Result<()> {
        let Some(mut change) = self.transcoding(id, Some(attempt)).await? else { return Ok(()) };
        tracing::warn!(recording = %id, attempt, why, "an attempt at transcoding failed");
        let postponed: i32 =
            recording::table.find(id).select(recording::postponed).first(change.unit.connection()).await?;
        if attempt - postponed >= limits::TRANSCODE_ATTEMPTS {
            return self
                .give_up(change, id, "The recording could not be prepared; its raw tracks are kept.")
                .await;
        }
        let again = change.now() + limits::TRANSCODE_AGAIN;
        diesel::update(recording::table.find(id))
            .set((recording::lease_until.eq(None::<DateTime<Utc>>), recording::dispatch_at.eq(again)))
            .execute(change.unit.connection())
            .await?;
        change.unit.job(Job::Transcode, serde_json::json!({ "recordingId": id })).await?;
        change.commit().await?;
        Ok(())
    }

    /// Everything is in the bucket: the recording is READY. False when the lease is no longer ours.
    pub async fn transcode_finished(
        &self,
        id: RecordingId,
        attempt: i32,
        finished: &FinishedRecording,
    ) -> Result<bool> {
        let Some(mut change) = self.transcoding(id, Some(attempt)).await? else { return Ok(false) };
        let connection = change.unit.connection();
        diesel::delete(rendition::table.filter(rendition::recording_id.eq(id))).execute(connection).await?;
        diesel::delete(recording_file::table.filter(recording_file::recording_id.eq(id)))
            .execute(connection)
            .await?;
        diesel::insert_into(rendition::table).values(&finished.renditions).execute(connection).await?;
        // A file takes six parameters of the 65535 that a statement may have.
        for files in finished.files.chunks(5000) {
            diesel::insert_into(recording_file::table).values(files).execute(connection).await?;
        }
        diesel::update(recording::table.find(id))
            .set((
                recording::state.eq(RecordingState::Ready),
                recording::progress.eq(1.0),
                recording::started_at.eq(finished.started_at),
                recording::duration_ms.eq(finished.duration_ms),
                recording::bytes.eq(finished.files.iter().map(|file| file.bytes).sum::<i64>()),
                recording::sha256.eq(&finished.sha256),
                recording::lease_until.eq(None::<DateTime<Utc>>),
                recording::output_attempt.eq(attempt),
            ))
            .execute(connection)
            .await?;
        change.event(CallEventKind::RecordingReady, "worker", None, None).await?;
        change.message_arrived(id, finished.duration_ms).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Nothing was said after the beep: the recording is deleted. False when the lease is no longer ours.
    pub async fn message_was_silent(&self, id: RecordingId, attempt: i32) -> Result<bool> {
        let Some(mut change) = self.transcoding(id, Some(attempt)).await? else { return Ok(false) };
        diesel::update(recording::table.find(id))
            .set((
                recording::state.eq(RecordingState::Deleted),
                recording::failure.eq("Nothing was said."),
                recording::lease_until.eq(None::<DateTime<Utc>>),
            ))
            .execute(change.unit.connection())
            .await?;
        change.message_dropped(id, false).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Recordings whose transcoder died, or whose job was lost, are dispatched again. Returns how many.
    pub async fn transcode_again(&self) -> Result<usize> {
        let mut unit = self.begin().await?;
        let left: Vec<RecordingId> = recording::table
            .filter(recording::state.eq(RecordingState::Transcoding).and(recording::dispatch_at.le(unit.now)))
            .order(recording::dispatch_at)
            .limit(100)
            .select(recording::id)
            .for_no_key_update()
            .skip_locked()
            .load(unit.connection())
            .await?;
        // Once in a while, not with every sweep: all who could take the jobs may be busy.
        let again = unit.now + limits::TRANSCODE_AGAIN;
        diesel::update(recording::table.filter(recording::id.eq_any(&left)))
            .set(recording::dispatch_at.eq(again))
            .execute(unit.connection())
            .await?;
        for id in &left {
            unit.job(Job::Transcode, serde_json::json!({ "recordingId": id })).await?;
        }
        unit.commit().await?;
        Ok(left.len())
    }

    /// Empties the bucket of deleted recordings, then forgets their keys: without its key nothing can be read again.
    pub async fn purge_deleted(&self) -> Result<usize> {
        let mut connection = self.db.get().await?;
        let gone: Vec<Recording> = recording::table
            .filter(recording::state.eq(RecordingState::Deleted).and(recording::data_key.is_not_null()))
            .limit(20)
            .select(Recording::as_select())
            .load(&mut connection)
            .await?;
        drop(connection);
        let mut purged = 0;
        for recording in &gone {
            self.objects.delete_prefix(&super::prefix(recording.id)).await?;
            let mut unit = self.begin().await?;
            // A worker that is just uploading takes its object back itself, if it lives: look again until it is done.
            if is_owed(unit.connection(), recording.id).await? {
                continue;
            }
            purged += 1;
            diesel::delete(recording_file::table.filter(recording_file::recording_id.eq(recording.id)))
                .execute(unit.connection())
                .await?;
            diesel::delete(rendition::table.filter(rendition::recording_id.eq(recording.id)))
                .execute(unit.connection())
                .await?;
            diesel::delete(recording_track::table.filter(recording_track::recording_id.eq(recording.id)))
                .execute(unit.connection())
                .await?;
            diesel::update(recording::table.find(recording.id))
                .set(recording::data_key.eq(None::<Vec<u8>>))
                .execute(unit.connection())
                .await?;
            unit.commit().await?;
        }
        Ok(purged)
    }
}

async fn inputs(change: &mut Change, id: RecordingId) -> Result<Vec<TranscodeInput>> {
    type Row = (TrackId, LegId, LegRole, MediaKind, DateTime<Utc>, Option<DateTime<Utc>>);
    let tracks: Vec<Row> = recording_track::table
        .inner_join(leg::table)
        .filter(recording_track::recording_id.eq(id))
        .order((recording_track::started_at, recording_track::id))
        .select((
            recording_track::id,
            leg::id,
            leg::role,
            recording_track::kind,
            recording_track::started_at,
            recording_track::ended_at,
        ))
        .load(change.unit.connection())
        .await?;
    let ids: Vec<TrackId> = tracks.iter().map(|track| track.0).collect();
    let mut objects: Vec<(TrackId, i32, String, Vec<u8>)> = recording_object::table
        .filter(recording_object::track_id.eq_any(ids))
        .order((recording_object::track_id, recording_object::sequence))
        .select((
            recording_object::track_id,
            recording_object::sequence,
            recording_object::key,
            recording_object::sha256,
        ))
        .load(change.unit.connection())
        .await?;
    let inputs = tracks.into_iter().map(|(track, leg, role, kind, started_at, ended_at)| {
        // A hole would make the rest of the file unreadable: what follows it is left out.
        let own = objects.extract_if(.., |object| object.0 == track).enumerate();
        let objects = own
            .take_while(|(place, object)| i32::try_from(*place) == Ok(object.1))
            .map(|(_, object)| (object.2, object.3))
            .collect();
        TranscodeInput { track, leg, role, kind, started_at, ended_at, objects }
    });
    Ok(inputs.filter(|input| !input.objects.is_empty()).collect())
}
