//! What plays: the converted file's object, and addresses under which an administrator may listen to it for a while.

use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::AudioFileState;
use crate::{Error, Platform, Result, db::schema::audio_file, ids::AudioFileId, limits};

const LABEL: &str = "audio link v1";

/// The converted file, as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAudio {
    pub key: String,
    pub sha256: Vec<u8>,
}

impl Platform {
    /// A token for listening to a file.
    #[must_use]
    pub fn audio_token(&self, id: AudioFileId) -> String {
        self.timed_token(LABEL, id.0, limits::AUDIO_LINK)
    }

    /// Which file a token is for; none when it is no token of ours or too old.
    #[must_use]
    pub fn audio_of_token(&self, token: &str) -> Option<AudioFileId> {
        self.id_of_timed_token(LABEL, token).map(AudioFileId)
    }

    /// Where a file's sound lies; none while it isn't READY.
    pub async fn stored_audio(&self, id: AudioFileId) -> Result<Option<StoredAudio>> {
        let mut connection = self.db.get().await?;
        let found: Option<(Option<String>, Option<Vec<u8>>)> = audio_file::table
            .filter(audio_file::id.eq(id).and(audio_file::state.eq(AudioFileState::Ready)))
            .select((audio_file::key, audio_file::sha256))
            .first(&mut connection)
            .await
            .optional()?;
        Ok(found.and_then(|(key, sha256)| Some(StoredAudio { key: key?, sha256: sha256? })))
    }

    /// Its content, checked: Ogg Opus, a few megabytes at most.
    pub async fn read_audio(&self, stored: &StoredAudio) -> Result<Bytes> {
        let content = self.objects.get(&stored.key).await?;
        if Sha256::digest(&content).as_slice() != stored.sha256 {
            return Err(Error::Internal(format!("object {} is not what was stored", stored.key)));
        }
        Ok(content)
    }
}
