//! The files, as administrators keep them.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;

use super::AudioFileState;
use crate::{
    Platform, Result,
    crm::like,
    db::{Unit, schema::audio_file},
    error::Refusal,
    ids::{AudioFileId, UserId},
    limits,
    page::{Page, Slice, page_by_id},
    people::{Actor, idempotency::Key, tokens},
    routing, validate,
};

/// Music or an announcement.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audio_file, check_for_backend(Pg))]
pub struct AudioFile {
    pub id: AudioFileId,
    pub name: String,
    pub state: AudioFileState,
    /// FAILED: why, in words for people.
    pub failure: Option<String>,
    pub duration_ms: Option<i64>,
    pub created_by: Option<UserId>,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What shall be set; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct AudioFileChange {
    pub name: Option<String>,
    pub archived: Option<bool>,
}

/// A file may be chosen. It is held until the end of the unit, so that nobody archives it meanwhile.
///
/// # Errors
/// NOT_FOUND, INVALID for one that is archived or cannot be played; both at `field`.
pub(crate) async fn check_usable(unit: &mut Unit, id: AudioFileId, field: &'static str) -> Result<()> {
    let found: Option<AudioFile> = audio_file::table
        .find(id)
        .select(AudioFile::as_select())
        .for_share()
        .first(unit.connection())
        .await
        .optional()?;
    let found = found.ok_or_else(|| Refusal::not_found("audio file").at(field))?;
    let why = match found.state {
        _ if found.archived_at.is_some() => "is archived",
        AudioFileState::Ready => return Ok(()),
        AudioFileState::Failed => "could not be converted",
        AudioFileState::Waiting | AudioFileState::Converting => "is not ready yet",
    };
    Err(Refusal::invalid(field, format!("“{}” {why}. Choose another file.", found.name)).into())
}

/// Which files are wanted.
#[derive(Debug, Clone, Default)]
pub struct AudioFileFilter {
    /// The archived ones, too.
    pub archived: bool,
    /// Part of the name.
    pub search: Option<String>,
}

fn listed<'a>(filter: &AudioFileFilter) -> audio_file::BoxedQuery<'a, Pg> {
    let mut query = audio_file::table.into_boxed();
    if !filter.archived {
        query = query.filter(audio_file::archived_at.is_null());
    }
    match filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => query.filter(audio_file::name.ilike(like(text))),
        None => query,
    }
}

impl Platform {
    /// Makes a file that waits for its upload; with it the token for that.
    ///
    /// # Errors
    /// INVALID for the name.
    pub async fn create_audio_file(
        &self,
        actor: &Actor,
        name: &str,
        key: Option<Key>,
    ) -> Result<(AudioFile, String)> {
        let user = actor.user()?.id;
        let name = validate::name("name", name)?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<AudioFileId>(key.as_ref()).await? {
            let made = audio_file::table.find(first).select(AudioFile::as_select());
            return Ok((made.first(unit.connection()).await?, self.upload_token(first)));
        }
        let (id, now) = (AudioFileId::new(), unit.now);
        let token = self.upload_token(id);
        let made = diesel::insert_into(audio_file::table)
            .values((
                audio_file::id.eq(id),
                audio_file::name.eq(name),
                audio_file::state.eq(AudioFileState::Waiting),
                audio_file::upload_token_hash.eq(tokens::hash(&token)),
                audio_file::upload_until.eq(now + limits::UPLOAD),
                audio_file::created_by.eq(user),
                audio_file::created_at.eq(now),
            ))
            .returning(AudioFile::as_returning())
            .get_result(unit.connection())
            .await?;
        unit.keep_result(key.as_ref(), &id).await?;
        unit.commit().await?;
        Ok((made, token))
    }

    /// # Errors
    /// NOT_FOUND, INVALID for the name, or to archive what queues play or agents greet with.
    pub async fn update_audio_file(&self, id: AudioFileId, change: AudioFileChange) -> Result<AudioFile> {
        let name = change.name.map(|name| validate::name("name", &name)).transpose()?;
        let mut unit = self.begin().await?;
        let now = unit.now;
        let found: Option<AudioFile> = audio_file::table
            .find(id)
            .select(AudioFile::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let mut found = found.ok_or_else(|| Refusal::not_found("audio file"))?;
        found.name = name.unwrap_or(found.name);
        if let Some(archived) = change.archived {
            if archived && found.archived_at.is_none() {
                routing::refuse_while_used(&mut unit, id.0).await?;
            }
            found.archived_at = archived.then(|| found.archived_at.unwrap_or(now));
        }
        diesel::update(audio_file::table.find(id))
            .set((audio_file::name.eq(&found.name), audio_file::archived_at.eq(found.archived_at)))
            .execute(unit.connection())
            .await?;
        unit.commit().await?;
        Ok(found)
    }

    /// The newest first.
    pub async fn list_audio_files(&self, filter: &AudioFileFilter, slice: &Slice) -> Result<Page<AudioFile>> {
        let mut connection = self.db.get().await?;
        Ok(page_by_id!(
            &mut connection,
            listed(filter),
            audio_file::id,
            AudioFile,
            slice,
            newest_first: true
        ))
    }

    pub async fn count_audio_files(&self, filter: &AudioFileFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(listed(filter).count().get_result(&mut connection).await?)
    }

    /// Files by id; in no order.
    pub async fn audio_files(&self, ids: &[AudioFileId]) -> Result<Vec<AudioFile>> {
        let mut connection = self.db.get().await?;
        Ok(audio_file::table
            .filter(audio_file::id.eq_any(ids))
            .select(AudioFile::as_select())
            .load(&mut connection)
            .await?)
    }
}
