//! Music and announcements for those who wait.

use async_graphql::{Context, ID, InputObject, Object};
use domain::audio::AudioFileChange;

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    links::upload_url,
    model::AudioFile,
    payload::{payloads, settle},
    scalars::Url,
};

/// A new audio file.
#[derive(InputObject)]
struct AudioFileCreateInput {
    /// What it is called.
    name: String,
    /// A repeat with the same key within 24 h gives the first result, also the address.
    idempotency_key: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct AudioFileUpdateInput {
    /// The file.
    audio_file_id: ID,
    /// What it is called.
    name: Option<String>,
    /// True takes it out of the choice, which is INVALID while queues or greetings play it; false brings it back.
    archived: Option<bool>,
}

payloads! {
    /// What `audioFileCreate` answers.
    AudioFileCreatePayload {
        /// The new file, WAITING for its upload.
        audio_file: AudioFile,
        /// Where to PUT the file's bytes, once and within 15 minutes, without any header of ours: WAV, AIFF, MP3, FLAC, Ogg, M4A
        /// or WebM, 20 MiB and 10 minutes at most.
        upload_url: Url,
    }
    /// What `audioFileUpdate` answers.
    AudioFileUpdatePayload {
        /// The file, changed.
        audio_file: AudioFile,
    }
}

#[derive(Default)]
pub struct AudioMutations;

#[Object]
impl AudioMutations {
    /// Makes an audio file and a place to upload it to. For administrators.
    async fn audio_file_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new file.")] input: AudioFileCreateInput,
    ) -> Answer<AudioFileCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let created = async {
            let key = key(actor, "audioFileCreate", input.idempotency_key.as_ref(), &input)?;
            let (file, token) = platform.create_audio_file(actor, &input.name, key).await?;
            Ok(AudioFileCreatePayload {
                audio_file: Some(AudioFile(file)),
                upload_url: Some(upload_url(&platform.config, &token)),
                ..Default::default()
            })
        };
        settle(created.await)
    }

    /// Renames an audio file, or puts it away. For administrators.
    async fn audio_file_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: AudioFileUpdateInput,
    ) -> Answer<AudioFileUpdatePayload> {
        let change = AudioFileChange { name: input.name, archived: input.archived };
        let updated = context.platform().update_audio_file(id::parse(&input.audio_file_id)?, change).await;
        settle(
            updated.map(|file| AudioFileUpdatePayload {
                audio_file: Some(AudioFile(file)),
                ..Default::default()
            }),
        )
    }
}
