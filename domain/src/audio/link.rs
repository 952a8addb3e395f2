//! What plays: the converted file's object, and addresses under which an administrator may listen to it for a while. They
//! are signed, not stored: a list of a hundred files writes nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::AudioFileState;
use crate::{Error, Platform, Result, db::schema::audio_file, ids::AudioFileId, limits};

const LABEL: &str = "audio link v1";
/// Id, expiry in seconds, signature.
const TOKEN: usize = 16 + 8 + 32;

/// The converted file, as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAudio {
    pub key: String,
    pub sha256: Vec<u8>,
}

impl Platform {
    fn audio_signature(&self, body: &[u8]) -> Hmac<Sha256> {
        let key = self.config.secret.derive(LABEL);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(body);
        mac
    }

    /// A token for listening to a file.
    #[must_use]
    pub fn audio_token(&self, id: AudioFileId) -> String {
        let until = (self.clock.now() + limits::AUDIO_LINK).timestamp();
        let body = [id.0.as_bytes().as_slice(), &until.to_be_bytes()].concat();
        let signature = self.audio_signature(&body).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([body.as_slice(), &signature].concat())
    }

    /// Which file a token is for; none when it is no token of ours or too old.
    #[must_use]
    pub fn audio_of_token(&self, token: &str) -> Option<AudioFileId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == TOKEN)?;
        let (body, signature) = bytes.split_at(24);
        self.audio_signature(body).verify_slice(signature).ok()?;
        let (id, until) = body.split_at(16);
        let until = i64::from_be_bytes(until.try_into().ok()?);
        (until > self.clock.now().timestamp()).then_some(AudioFileId(Uuid::from_slice(id).ok()?))
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
