//! What was recorded of a call.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::recordings::{self, PlaybackGrant};

use super::{Call, Consent, RecordingState, User};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::{self, global},
    loaders::{LegsOf, PausesOf, RenditionsOf},
    scalars::{DateTime, Url},
};

/// What was recorded of a call: everybody's voice and picture, side by side.
#[derive(Clone)]
pub struct Recording(pub recordings::Recording);

listed!(Recording);

/// Which recordings are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct RecordingFilter {
    /// In one of these states.
    states: Option<Vec<RecordingState>>,
    /// Of this call.
    call_id: Option<ID>,
}

impl RecordingFilter {
    pub fn read(self) -> Answer<recordings::RecordingFilter> {
        Ok(recordings::RecordingFilter {
            states: self.states.unwrap_or_default().into_iter().map(Into::into).collect(),
            call: id::parse_optional(self.call_id.as_ref())?,
        })
    }
}

impl Recording {
    /// A page of the recordings that the viewer may see and that pass a filter, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: recordings::RecordingFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_recordings(context.actor(), &filter, &window.slice()?).await?;
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self, move || {
            let (platform, actor, filter) = (platform.clone(), Arc::clone(&actor), filter.clone());
            async move { platform.count_recordings(&actor, &filter).await }
        }))
    }
}

/// What was recorded of a call: everybody's voice and picture, side by side.
#[Object]
impl Recording {
    /// `recording_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The call.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        // Whoever may see a recording may see its call.
        context.loaders().load_one(self.0.call_id).await?.map(Call).ok_or(Fault::Forbidden)
    }

    /// Where it is in its life.
    async fn state(&self) -> RecordingState {
        self.0.state.into()
    }

    /// When it began.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When it ended; null while it runs.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// Length of the finished recording.
    async fn duration_seconds(&self) -> Option<f64> {
        self.0.duration_ms.map(|milliseconds| milliseconds as f64 / 1000.0)
    }

    /// Size of everything that is kept of it.
    async fn bytes(&self) -> Option<f64> {
        self.0.bytes.map(|bytes| bytes as f64)
    }

    /// SHA-256 of the file that `Playback.downloadUrl` gives, in hexadecimal digits.
    async fn sha256(&self) -> Option<&str> {
        self.0.sha256.as_deref()
    }

    /// How far its preparation is, 0 to 1, while it is TRANSCODING.
    async fn progress(&self) -> Option<f64> {
        self.0.progress
    }

    /// What the parties of the call said to being recorded.
    async fn consents(&self, context: &Context<'_>) -> Answer<Vec<Consent>> {
        let legs = context.loaders().load_one(LegsOf(self.0.call_id)).await?.unwrap_or_default();
        Ok(legs.iter().filter_map(Consent::of).collect())
    }

    /// Stretches in which nothing was written.
    async fn pauses(&self, context: &Context<'_>) -> Answer<Vec<RecordingPause>> {
        let pauses = context.loaders().load_one(PausesOf(self.0.id)).await?.unwrap_or_default();
        Ok(pauses.into_iter().map(RecordingPause).collect())
    }

    /// It is deleted after this; null: it is kept.
    async fn retain_until(&self) -> Option<DateTime> {
        self.0.retain_until.map(DateTime)
    }

    /// It is kept, whatever else says otherwise.
    async fn legal_hold(&self) -> bool {
        self.0.legal_hold
    }

    /// The rungs of its ladder, the best first; empty until it is READY.
    async fn renditions(&self, context: &Context<'_>) -> Answer<Vec<Rendition>> {
        let renditions = context.loaders().load_one(RenditionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(renditions.into_iter().map(Rendition::from).collect())
    }

    /// Why it FAILED, in plain words.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// Who was given its addresses, the newest first.
    async fn accesses(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<RecordingAccess>> {
        let (platform, id) = (context.platform().clone(), self.0.id);
        let window = Window::forwards(first, after);
        let page = platform.accesses(id, &window.slice()?).await?;
        Ok(Connection::new(&window, page, RecordingAccess, move || {
            let platform = platform.clone();
            async move { platform.count_accesses(id).await }
        }))
    }
}

/// Somebody was given the addresses of a recording.
pub struct RecordingAccess(recordings::Access);

listed!(RecordingAccess);

/// Somebody was given the addresses of a recording.
#[Object]
impl RecordingAccess {
    /// Who; null once the account is gone.
    async fn user(&self, context: &Context<'_>) -> Answer<Option<User>> {
        Ok(named(context, self.0.user_id).await?.map(User))
    }

    /// Why, as they said.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// When the addresses end.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }
}

/// A rung of a recording's ladder.
#[derive(SimpleObject)]
pub struct Rendition {
    /// Such as `720p` or `audio`.
    name: String,
    /// In pixels; null for audio.
    width: Option<i32>,
    /// In pixels; null for audio.
    height: Option<i32>,
    /// Its average rate.
    kbps: i32,
    /// As in RFC 6381.
    codecs: String,
}

impl From<recordings::Rendition> for Rendition {
    fn from(rendition: recordings::Rendition) -> Self {
        Self {
            name: rendition.name,
            width: rendition.width,
            height: rendition.height,
            kbps: rendition.kbps,
            codecs: rendition.codecs,
        }
    }
}

/// A stretch in which nothing was written, for card numbers and the like.
pub struct RecordingPause(recordings::Pause);

/// A stretch in which nothing was written, for card numbers and the like.
#[Object]
impl RecordingPause {
    /// When it began.
    async fn from(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When it ended; null while it lasts.
    async fn to(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// Why, as whoever paused said, or whose consent is awaited.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who paused; where it paused by itself, the agent whose call it was.
    async fn by(&self, context: &Context<'_>) -> Answer<User> {
        let user = context.loaders().load_one(self.0.user_id).await?;
        user.map(User).ok_or_else(|| Fault::internal("a pause without its user"))
    }

    /// It paused by itself, until all who are there have agreed.
    async fn automatic(&self) -> bool {
        self.0.automatic
    }
}

/// Addresses under which a recording plays for a while. They are secrets: whoever has one may watch.
#[derive(SimpleObject)]
pub struct Playback {
    /// HLS: the master playlist. What it names is relative to it. A start that was asked for stands in the address as a
    /// media fragment (`#t=12.5`, W3C Media Fragments).
    hls_url: Url,
    /// One file: MP4, or M4A where there is no picture.
    download_url: Url,
    /// A picture of it.
    poster_url: Option<Url>,
    /// Loudness over time, as JSON.
    waveform_url: Option<Url>,
    /// Pictures over time, as WebVTT.
    thumbnails_url: Option<Url>,
    /// When the addresses end: an hour after the recording's duration.
    expires_at: DateTime,
}

impl Playback {
    /// The addresses of a grant; none when the recording lacks what every finished one has.
    pub fn of(public_url: &url::Url, grant: &PlaybackGrant, from_seconds: Option<f64>) -> Option<Self> {
        let start = from_seconds.filter(|seconds| *seconds > 0.0).map(|seconds| format!("t={seconds}"));
        let at_start = |Url(mut url): Url| {
            url.set_fragment(start.as_deref());
            Url(url)
        };
        let address = |names: &[&str]| {
            let path = grant.paths.iter().find(|path| names.contains(&path.as_str()))?;
            let mut url = public_url.clone();
            url.set_path(&format!("/play/{}/{path}", grant.token));
            Some(Url(url))
        };
        Some(Self {
            hls_url: address(&["master.m3u8"]).map(at_start)?,
            download_url: address(&["recording.mp4", "recording.m4a"]).map(at_start)?,
            poster_url: address(&["poster.jpg"]),
            waveform_url: address(&["waveform.json"]),
            thumbnails_url: address(&["thumbnails.vtt"]),
            expires_at: grant.expires_at.into(),
        })
    }
}
