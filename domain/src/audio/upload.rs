//! The upload: one, to an address whose token is the permission.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use hmac::Mac;

use super::{AudioFileState, prefix};
use crate::{
    Platform, Result,
    bus::Job,
    db::schema::audio_file,
    ids::AudioFileId,
    limits,
    people::tokens,
    uploads::{UploadPlace, UploadTarget},
};

const LABEL: &str = "audio upload v1";

/// The file that a token of this hash is for.
pub(crate) async fn upload_place(
    connection: &mut AsyncPgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<UploadPlace>> {
    let found: Option<(AudioFileId, AudioFileState, Option<String>, DateTime<Utc>)> = audio_file::table
        .filter(audio_file::upload_token_hash.eq(hash))
        .select((audio_file::id, audio_file::state, audio_file::source_key, audio_file::upload_until))
        .first(connection)
        .await
        .optional()?;
    Ok(found.map(|found| match found {
        (id, AudioFileState::Waiting, None, until) if until > now => {
            UploadPlace::Open(UploadTarget::Audio(id))
        }
        _ => UploadPlace::Over,
    }))
}

impl Platform {
    /// The token in the address that a file is uploaded to: made of its id, so that a repeated request is given it again.
    pub(super) fn upload_token(&self, id: AudioFileId) -> String {
        URL_SAFE_NO_PAD.encode(self.link_signature(LABEL, id.0.as_bytes()).finalize().into_bytes())
    }

    /// Stores what was uploaded and has it converted. False when the address was used meanwhile: then the other upload holds.
    pub async fn take_audio_upload(&self, id: AudioFileId, content: Bytes) -> Result<bool> {
        let key = format!("{}source-{}", prefix(id), tokens::random());
        self.objects.put(&key, content).await?;
        let taken = self.upload_taken(id, &key).await;
        if !matches!(taken, Ok(true))
            && let Err(error) = self.objects.delete(&key).await
        {
            tracing::warn!(key, %error, "an upload that nobody wants stays behind");
        }
        taken
    }

    async fn upload_taken(&self, id: AudioFileId, key: &str) -> Result<bool> {
        let mut unit = self.begin().await?;
        let now = unit.now;
        let open = audio_file::state
            .eq(AudioFileState::Waiting)
            .and(audio_file::source_key.is_null())
            .and(audio_file::upload_until.gt(now));
        let taken = diesel::update(audio_file::table.find(id).filter(open))
            .set((audio_file::source_key.eq(key), audio_file::dispatch_at.eq(now + limits::CONVERT_AGAIN)))
            .execute(unit.connection())
            .await?;
        if taken == 1 {
            unit.job(Job::Audio, serde_json::json!({ "audioFileId": id })).await?;
            unit.commit().await?;
        }
        Ok(taken == 1)
    }
}
