//! Addresses to upload to. The token in one is the permission for one upload, whatever it is of.

use crate::{
    Platform, Result, audio, chat,
    ids::{AudioFileId, MessageFileId},
    people::tokens,
};

/// What an upload becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadTarget {
    Audio(AudioFileId),
    MessageFile(MessageFileId),
}

/// What stands behind an upload's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadPlace {
    /// Nothing.
    Unknown,
    /// Its time is over, or it was used.
    Over,
    Open(UploadTarget),
}

impl Platform {
    pub async fn upload_place(&self, token: &str) -> Result<UploadPlace> {
        let (hash, now) = (tokens::hash(token), self.clock.now());
        let mut connection = self.db.get().await?;
        if let Some(place) = audio::upload_place(&mut connection, &hash, now).await? {
            return Ok(place);
        }
        Ok(chat::upload_place(&mut connection, &hash, now).await?.unwrap_or(UploadPlace::Unknown))
    }
}
