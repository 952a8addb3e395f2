//! Music and announcements for those who wait.

use async_graphql::{Context, ID, Object};
use domain::audio::{self, AudioFileFilter};

use super::AudioFileState;
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::Answer,
    id::global,
    links::own_url,
    scalars::{DateTime, Url},
};

/// Music or an announcement for those who wait.
#[derive(Clone)]
pub struct AudioFile(pub audio::AudioFile);

listed!(AudioFile);

impl AudioFile {
    /// A page of the files, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: AudioFileFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_audio_files(&filter, &window.slice()?).await?;
        Ok(Connection::new(window, page, Self, move || {
            let (platform, filter) = (platform.clone(), filter.clone());
            async move { platform.count_audio_files(&filter).await }
        }))
    }
}

/// Music or an announcement for those who wait.
#[Object]
impl AudioFile {
    /// `audio_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is in its life.
    async fn state(&self) -> AudioFileState {
        self.0.state.into()
    }

    /// How long it plays; null until it is READY.
    async fn duration_seconds(&self) -> Option<f64> {
        self.0.duration_ms.map(|milliseconds| milliseconds as f64 / 1000.0)
    }

    /// Why it FAILED, in plain words.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Since when it is no longer offered for new use.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }

    /// Plays it (Ogg Opus), for an hour; null until it is READY.
    async fn url(&self, context: &Context<'_>) -> Option<Url> {
        let platform = context.platform();
        (self.0.state == audio::AudioFileState::Ready)
            .then(|| own_url(&platform.config, &format!("/audio/{}", platform.audio_token(self.0.id))))
    }
}
