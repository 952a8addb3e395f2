//! From the upload to what plays: leased, renewed, retried, each attempt under a key of its own.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::AudioFileState;
use crate::{
    Platform, Result,
    bus::Job,
    db::{Unit, schema::audio_file},
    ids::AudioFileId,
    limits,
};

/// An upload that is this worker's to convert.
#[derive(Debug, Clone)]
pub struct ConversionLease {
    pub file: AudioFileId,
    pub attempt: i32,
    pub source_key: String,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct ConvertedAudio {
    pub key: String,
    pub duration_ms: i64,
    pub bytes: i64,
    pub sha256: Vec<u8>,
}

/// What an attempt left to be decided, its row locked.
struct Attempted {
    unit: Unit,
    /// Honest attempts so far, this one included.
    count: i32,
}

const NEVER: Option<DateTime<Utc>> = None;

impl Platform {
    /// Leases an upload; none when it is done, or another worker is at it. Too many attempts make it FAILED.
    pub async fn lease_conversion(&self, id: AudioFileId) -> Result<Option<ConversionLease>> {
        let mut unit = self.begin().await?;
        type Row = (AudioFileState, Option<String>, i32, i32, Option<DateTime<Utc>>);
        let found: Option<Row> = audio_file::table
            .find(id)
            .select((
                audio_file::state,
                audio_file::source_key,
                audio_file::attempt,
                audio_file::postponed,
                audio_file::lease_until,
            ))
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let Some((state, Some(source_key), attempt, postponed, lease_until)) = found else { return Ok(None) };
        let due = matches!(state, AudioFileState::Waiting | AudioFileState::Converting);
        if !due || lease_until.is_some_and(|until| until > unit.now) {
            return Ok(None);
        }
        if attempt - postponed >= limits::CONVERT_ATTEMPTS {
            fail(unit, id, GAVE_UP).await?;
            return Ok(None);
        }
        let until = unit.now + limits::CONVERT_LEASE;
        diesel::update(audio_file::table.find(id))
            .set((
                audio_file::state.eq(AudioFileState::Converting),
                audio_file::attempt.eq(attempt + 1),
                audio_file::lease_until.eq(until),
                audio_file::dispatch_at.eq(until),
            ))
            .execute(unit.connection())
            .await?;
        unit.commit().await?;
        Ok(Some(ConversionLease { file: id, attempt: attempt + 1, source_key }))
    }

    /// Locks the file, if this attempt is still the one that may write its outcome.
    async fn attempted(&self, lease: &ConversionLease) -> Result<Option<Attempted>> {
        let mut unit = self.begin().await?;
        let mine =
            audio_file::state.eq(AudioFileState::Converting).and(audio_file::attempt.eq(lease.attempt));
        let postponed: Option<i32> = audio_file::table
            .find(lease.file)
            .filter(mine)
            .select(audio_file::postponed)
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        Ok(postponed.map(|postponed| Attempted { unit, count: lease.attempt - postponed }))
    }

    /// Renews the lease. False when it is no longer ours.
    pub async fn renew_conversion(&self, lease: &ConversionLease) -> Result<bool> {
        let Some(Attempted { mut unit, .. }) = self.attempted(lease).await? else { return Ok(false) };
        let until = unit.now + limits::CONVERT_LEASE;
        diesel::update(audio_file::table.find(lease.file))
            .set((audio_file::lease_until.eq(until), audio_file::dispatch_at.eq(until)))
            .execute(unit.connection())
            .await?;
        unit.commit().await?;
        Ok(true)
    }

    /// The converted file is in the bucket: READY. False when the lease is no longer ours.
    pub async fn conversion_finished(&self, lease: &ConversionLease, made: &ConvertedAudio) -> Result<bool> {
        let Some(Attempted { mut unit, .. }) = self.attempted(lease).await? else { return Ok(false) };
        diesel::update(audio_file::table.find(lease.file))
            .set((
                audio_file::state.eq(AudioFileState::Ready),
                audio_file::key.eq(&made.key),
                audio_file::duration_ms.eq(made.duration_ms),
                audio_file::bytes.eq(made.bytes),
                audio_file::sha256.eq(&made.sha256),
                audio_file::lease_until.eq(NEVER),
                // The upload goes with the next sweep.
                audio_file::dispatch_at.eq(unit.now),
            ))
            .execute(unit.connection())
            .await?;
        unit.commit().await?;
        Ok(true)
    }

    /// The upload can't be converted, whoever tries; `why` is for people.
    pub async fn conversion_refused(&self, lease: &ConversionLease, why: &str) -> Result<()> {
        let Some(Attempted { unit, .. }) = self.attempted(lease).await? else { return Ok(()) };
        fail(unit, lease.file, why).await
    }

    /// An attempt failed (a crash, a time limit); another follows, or the file is FAILED.
    pub async fn conversion_failed(&self, lease: &ConversionLease, why: &str) -> Result<()> {
        let Some(Attempted { unit, count }) = self.attempted(lease).await? else { return Ok(()) };
        tracing::warn!(file = %lease.file, lease.attempt, why, "an attempt at converting failed");
        if count >= limits::CONVERT_ATTEMPTS {
            return fail(unit, lease.file, GAVE_UP).await;
        }
        again(unit, lease.file, false).await
    }

    /// An attempt broke off through no fault of the file (no storage, the worker stops): it doesn't count.
    pub async fn conversion_postponed(&self, lease: &ConversionLease, why: &str) -> Result<()> {
        let Some(Attempted { unit, .. }) = self.attempted(lease).await? else { return Ok(()) };
        tracing::info!(file = %lease.file, lease.attempt, why, "converting is postponed");
        again(unit, lease.file, true).await
    }

    /// Whatever is due: uploads that nobody converts are dispatched again, those that never came are given up, those that
    /// are done with leave the bucket. Returns how many.
    pub async fn sweep_audio(&self) -> Result<usize> {
        let mut unit = self.begin().await?;
        let now = unit.now;
        let never_came = audio_file::state
            .eq(AudioFileState::Waiting)
            .and(audio_file::source_key.is_null())
            .and(audio_file::upload_until.le(now));
        let given_up = diesel::update(audio_file::table.filter(never_came))
            .set((
                audio_file::state.eq(AudioFileState::Failed),
                audio_file::failure.eq("Nothing was uploaded in time. Add the file again."),
            ))
            .execute(unit.connection())
            .await?;
        let due: Vec<(AudioFileId, AudioFileState, Option<String>)> = audio_file::table
            .filter(audio_file::dispatch_at.le(now))
            .order(audio_file::dispatch_at)
            .limit(100)
            .select((audio_file::id, audio_file::state, audio_file::source_key))
            .for_no_key_update()
            .skip_locked()
            .load(unit.connection())
            .await?;
        let ids: Vec<AudioFileId> = due.iter().map(|(id, ..)| *id).collect();
        diesel::update(audio_file::table.filter(audio_file::id.eq_any(ids)))
            .set(audio_file::dispatch_at.eq(now + limits::CONVERT_AGAIN))
            .execute(unit.connection())
            .await?;
        for (id, state, _) in &due {
            if matches!(state, AudioFileState::Waiting | AudioFileState::Converting) {
                unit.job(Job::Audio, serde_json::json!({ "audioFileId": id })).await?;
            }
        }
        unit.commit().await?;
        for (id, state, source) in &due {
            if let (AudioFileState::Ready | AudioFileState::Failed, Some(source)) = (state, source) {
                self.objects.delete(source).await?;
                self.forget_upload(*id).await?;
            }
        }
        Ok(given_up + due.len())
    }

    async fn forget_upload(&self, id: AudioFileId) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::update(audio_file::table.find(id))
            .set((audio_file::source_key.eq(None::<String>), audio_file::dispatch_at.eq(NEVER)))
            .execute(&mut connection)
            .await?;
        Ok(())
    }
}

const GAVE_UP: &str = "The file could not be converted. Save it as WAV or MP3 and upload that.";

async fn fail(mut unit: Unit, id: AudioFileId, why: &str) -> Result<()> {
    tracing::info!(file = %id, why, "an audio file is refused");
    let why: String = why.chars().take(500).collect();
    let now = unit.now;
    diesel::update(audio_file::table.find(id))
        .set((
            audio_file::state.eq(AudioFileState::Failed),
            audio_file::failure.eq(why),
            audio_file::lease_until.eq(NEVER),
            // The upload goes with the next sweep.
            audio_file::dispatch_at.eq(now),
        ))
        .execute(unit.connection())
        .await?;
    unit.commit().await
}

async fn again(mut unit: Unit, id: AudioFileId, postponed: bool) -> Result<()> {
    let now = unit.now;
    diesel::update(audio_file::table.find(id))
        .set((
            audio_file::postponed.eq(audio_file::postponed + i32::from(postponed)),
            audio_file::lease_until.eq(NEVER),
            audio_file::dispatch_at.eq(now + limits::CONVERT_POSTPONED),
        ))
        .execute(unit.connection())
        .await?;
    unit.commit().await
}
