//! Links to recordings: short-lived, one row each, which is the record of who listened and why.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;

use super::{Recording, RecordingState, list};
use crate::{
    Platform, Result,
    db::schema::{recording, recording_access, recording_file},
    error::{Refusal, RefusalCode, refuse},
    ids::{AccessId, RecordingId, UserId},
    limits,
    objects::SealedFile,
    page::{Page, Slice, page_by_id},
    people::{Actor, tokens},
    validate,
};

/// A link was given to somebody.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recording_access, check_for_backend(Pg))]
pub struct Access {
    pub id: AccessId,
    pub recording_id: RecordingId,
    pub user_id: Option<UserId>,
    pub reason: Option<String>,
    pub at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A link, and which files stand behind it.
#[derive(Debug)]
pub struct PlaybackGrant {
    pub recording: Recording,
    pub token: String,
    pub expires_at: DateTime<Utc>,
    pub paths: Vec<String>,
}

impl Platform {
    /// Gives a link to a recording and writes down to whom and why.
    ///
    /// # Errors
    /// NOT_FOUND, ILLEGAL_TRANSITION while it is not ready, INVALID for the reason.
    pub async fn play_recording(
        &self,
        actor: &Actor,
        id: RecordingId,
        reason: Option<String>,
    ) -> Result<PlaybackGrant> {
        let user = actor.user()?.id;
        let reason = reason
            .as_deref()
            .map(str::trim)
            .filter(|r| !r.is_empty())
            .map(|r| validate::text_of("reason", r, 500))
            .transpose()?;
        let mut connection = self.db.get().await?;
        let found: Option<Recording> = list::visible(actor)?
            .filter(recording::id.eq(id))
            .select(Recording::as_select())
            .first(&mut connection)
            .await
            .optional()?;
        let found = found.ok_or_else(|| Refusal::not_found("recording"))?;
        if found.state != RecordingState::Ready {
            return refuse(
                RefusalCode::IllegalTransition,
                format!("The recording is {}, not READY.", found.state),
            );
        }
        let now = self.clock.now();
        let expires_at = now + TimeDelta::milliseconds(found.duration_ms.unwrap_or(0)) + limits::PLAYBACK;
        let token = tokens::random();
        diesel::insert_into(recording_access::table)
            .values((
                recording_access::id.eq(AccessId::new()),
                recording_access::recording_id.eq(id),
                recording_access::user_id.eq(user),
                recording_access::reason.eq(reason),
                recording_access::token_hash.eq(tokens::hash(&token)),
                recording_access::at.eq(now),
                recording_access::expires_at.eq(expires_at),
            ))
            .execute(&mut connection)
            .await?;
        let top = recording_file::path.not_like("%/%");
        let paths = recording_file::table
            .filter(recording_file::recording_id.eq(id).and(top))
            .select(recording_file::path)
            .load(&mut connection)
            .await?;
        Ok(PlaybackGrant { recording: found, token, expires_at, paths })
    }

    /// The file that a link's token and path stand for; none when the link has expired or there is no such file.
    pub async fn playback_file(&self, token: &str, path: &str) -> Result<Option<SealedFile>> {
        let mut connection = self.db.get().await?;
        let found: Option<(String, String, i64, Option<Vec<u8>>)> = recording_access::table
            .inner_join(recording::table.inner_join(recording_file::table))
            .filter(
                recording_access::token_hash
                    .eq(tokens::hash(token))
                    .and(recording_access::expires_at.gt(self.clock.now())),
            )
            .filter(recording::state.eq(RecordingState::Ready).and(recording_file::path.eq(path)))
            .select((
                recording_file::key,
                recording_file::content_type,
                recording_file::bytes,
                recording::data_key,
            ))
            .first(&mut connection)
            .await
            .optional()?;
        Ok(found.and_then(|(key, content_type, bytes, data_key)| {
            Some(SealedFile { key, content_type, bytes, data_key: data_key? })
        }))
    }

    /// Who was given a link, the newest first.
    pub async fn accesses(&self, id: RecordingId, slice: &Slice) -> Result<Page<Access>> {
        let mut connection = self.db.get().await?;
        let query = recording_access::table.filter(recording_access::recording_id.eq(id)).into_boxed();
        Ok(page_by_id!(&mut connection, query, recording_access::id, Access, slice, newest_first: true))
    }

    pub async fn count_accesses(&self, id: RecordingId) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(recording_access::table
            .filter(recording_access::recording_id.eq(id))
            .count()
            .get_result(&mut connection)
            .await?)
    }
}
