//! Recordings: start, pause, resume, stop, play.

use async_graphql::{Context, ID, InputObject, Object};
use domain::{Error, ids::RecordingId};

use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{Playback, Recording},
    payload::{payloads, settle},
};

/// Which call is to be recorded.
#[derive(InputObject)]
struct RecordingStartInput {
    /// The call.
    call_id: ID,
}

/// Which recording pauses, and why.
#[derive(InputObject)]
struct RecordingPauseInput {
    /// The recording.
    recording_id: ID,
    /// Why; kept with it.
    reason: String,
}

/// Which recording goes on.
#[derive(InputObject)]
struct RecordingResumeInput {
    /// The recording.
    recording_id: ID,
}

/// Which recording ends.
#[derive(InputObject)]
struct RecordingStopInput {
    /// The recording.
    recording_id: ID,
}

/// Which recording is to be watched, and why.
#[derive(InputObject)]
struct RecordingPlayInput {
    /// The recording.
    recording_id: ID,
    /// Why; kept in the log of accesses.
    reason: Option<String>,
    /// Where to begin, in seconds from the start.
    from_seconds: Option<f64>,
}

payloads! {
    /// What `recordingStart` answers.
    RecordingStartPayload {
        /// The recording: the one that runs already, if one does.
        recording: Recording,
    }
    /// What `recordingPause` answers.
    RecordingPausePayload {
        /// The recording, paused.
        recording: Recording,
    }
    /// What `recordingResume` answers.
    RecordingResumePayload {
        /// The recording, going on.
        recording: Recording,
    }
    /// What `recordingStop` answers.
    RecordingStopPayload {
        /// The recording, ended.
        recording: Recording,
    }
    /// What `recordingPlay` answers.
    RecordingPlayPayload {
        /// Where it plays.
        playback: Playback,
    }
}

#[derive(Default)]
pub struct RecordingMutations;

#[Object]
impl RecordingMutations {
    /// Starts recording an answered call, once all who must have agreed. For users who are in it, and supervisors.
    async fn recording_start(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call.")] input: RecordingStartInput,
    ) -> Answer<RecordingStartPayload> {
        let call = id::parse(&input.call_id)?;
        let started = context.platform().start_recording(context.actor(), call).await;
        settle(started.map(|recording| RecordingStartPayload {
            recording: Some(Recording(recording)),
            ..Default::default()
        }))
    }

    /// Stops writing until it is resumed, as for card numbers; answers once the media worker has stopped. For users who are in
    /// the call, and supervisors.
    async fn recording_pause(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RecordingPauseInput,
    ) -> Answer<RecordingPausePayload> {
        let recording = id::parse(&input.recording_id)?;
        let paused = context.platform().pause_recording(context.actor(), recording, &input.reason).await;
        settle(paused.map(|recording| RecordingPausePayload {
            recording: Some(Recording(recording)),
            ..Default::default()
        }))
    }

    /// Goes on writing after a pause. For users who are in the call, and supervisors.
    async fn recording_resume(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: RecordingResumeInput,
    ) -> Answer<RecordingResumePayload> {
        let recording = id::parse(&input.recording_id)?;
        let resumed = context.platform().resume_recording(context.actor(), recording).await;
        settle(resumed.map(|recording| RecordingResumePayload {
            recording: Some(Recording(recording)),
            ..Default::default()
        }))
    }

    /// Ends the recording while the call goes on; it doesn't start again by itself. For users who are in the call, and
    /// supervisors.
    async fn recording_stop(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which.")] input: RecordingStopInput,
    ) -> Answer<RecordingStopPayload> {
        let recording = id::parse(&input.recording_id)?;
        let stopped = context.platform().stop_recording(context.actor(), recording).await;
        settle(stopped.map(|recording| RecordingStopPayload {
            recording: Some(Recording(recording)),
            ..Default::default()
        }))
    }

    /// Addresses under which a READY recording plays for a while; who asked and why is logged. For users who were in the
    /// call, and supervisors.
    async fn recording_play(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: RecordingPlayInput,
    ) -> Answer<RecordingPlayPayload> {
        let recording: RecordingId = id::parse(&input.recording_id)?;
        let platform = context.platform();
        let played = async {
            let grant = platform.play_recording(context.actor(), recording, input.reason).await?;
            let playback = Playback::of(&platform.config.public_url, &grant, input.from_seconds)
                .ok_or_else(|| Error::Internal(format!("{recording} is READY but lacks its files")))?;
            Ok(RecordingPlayPayload { playback: Some(playback), ..Default::default() })
        };
        settle(played.await)
    }
}
