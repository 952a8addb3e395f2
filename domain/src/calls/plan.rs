//! What the leasing worker reads of a call: its parties, what they hear from us, whether it is recorded.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Call, CallState, Direction, Leg, LegState, MediaKind, audience::Ear};
use crate::{
    Platform, Result,
    db::schema::{call, leg, queue, recording},
    ids::{AudioFileId, CallId, LegId, QueueId, RecordingId, WorkerId},
    recordings::RecordingState,
    voicemail::{Voicemail, open_message, speaker},
};

/// What the worker shall do for a call.
#[derive(Debug, Clone)]
pub struct CallPlan {
    pub call: CallId,
    pub version: i32,
    pub epoch: i32,
    /// Between users: there is no outsider by whose ear the recorder could go.
    pub internal: bool,
    pub legs: Vec<PlannedLeg>,
    pub recording: Option<PlannedRecording>,
}

#[derive(Debug, Clone)]
pub struct PlannedLeg {
    pub id: LegId,
    pub ear: Ear,
    pub state: LegState,
    /// What it hears from us. Then it hears nobody else.
    pub prompt: Option<PlannedPrompt>,
}

/// What a party hears from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlannedPrompt {
    /// Somebody waits, or is on hold.
    Music(PlannedMusic),
    /// Once: what is said to whoever leaves a message, if anything, then the beep, then nothing.
    Greeting(Option<AudioFileId>),
}

/// What somebody hears who waits or is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlannedMusic {
    /// None: the music that we bring along.
    pub music: Option<AudioFileId>,
    /// Said in the music's place: at the beginning …
    pub announcement: Option<AudioFileId>,
    /// … and again whenever so much music has been heard; 0: not again.
    pub every_seconds: u32,
}

#[derive(Debug, Clone)]
pub struct PlannedRecording {
    pub id: RecordingId,
    pub paused: bool,
    /// Pictures are left out.
    pub sound_only: bool,
    /// Wrapped; see [`crate::objects::crypt::DataKey`].
    pub data_key: Vec<u8>,
}

impl PlannedMusic {
    /// On hold: the music alone, since nobody has to be told that he waits.
    const fn on_hold(queue: Option<Self>) -> Self {
        let music = match queue {
            Some(prompt) => prompt.music,
            None => None,
        };
        Self { music, announcement: None, every_seconds: 0 }
    }
}

/// What those hear who wait in a queue.
async fn queue_prompt(connection: &mut AsyncPgConnection, id: QueueId) -> Result<Option<PlannedMusic>> {
    let found: Option<(Option<AudioFileId>, Option<AudioFileId>, i32)> = queue::table
        .find(id)
        .select((queue::music_id, queue::announcement_id, queue::announcement_seconds))
        .first(connection)
        .await
        .optional()?;
    Ok(found.map(|(music, announcement, seconds)| PlannedMusic {
        music,
        announcement,
        every_seconds: seconds.unsigned_abs(),
    }))
}

/// Who leaves a message is greeted. Who waits hears the queue's music until somebody answers; who is on hold, its music
/// until he is taken back.
fn heard(
    leg: &Leg,
    call: &Call,
    legs: &[Leg],
    message: Option<&Voicemail>,
    music: Option<PlannedMusic>,
) -> Option<PlannedPrompt> {
    if let Some(message) = message {
        // Not again by a worker that took the call over after the beep.
        let greets = message.epoch == 0 || message.epoch == call.epoch;
        let speaks = speaker(call, legs).is_some_and(|place| legs[place].id == leg.id);
        return (greets && speaks).then_some(PlannedPrompt::Greeting(message.greeting_id));
    }
    match music.filter(|_| call.visit_id.is_some()) {
        Some(waiting) if leg.is_outsider() => Some(PlannedPrompt::Music(waiting)),
        _ => leg.parked.then(|| PlannedPrompt::Music(PlannedMusic::on_hold(music))),
    }
}

impl Platform {
    /// What the worker shall do now; none when the call is no longer its own.
    pub async fn call_plan(&self, id: CallId, worker: WorkerId) -> Result<Option<CallPlan>> {
        let mut connection = self.db.get().await?;
        let row: Option<Call> = call::table
            .filter(call::id.eq(id).and(call::worker_id.eq(worker)).and(call::state.ne(CallState::Ended)))
            .select(Call::as_select())
            .first(&mut connection)
            .await
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        let legs: Vec<Leg> = leg::table
            .filter(leg::call_id.eq(id))
            .order(leg::id)
            .select(Leg::as_select())
            .load(&mut connection)
            .await?;
        let recording: Option<(RecordingId, RecordingState, Option<Vec<u8>>)> = recording::table
            .filter(recording::call_id.eq(id).and(recording::state.eq_any(RecordingState::LIVE)))
            .select((recording::id, recording::state, recording::data_key))
            .first(&mut connection)
            .await
            .optional()?;
        let message = match row.state {
            CallState::InProgress => open_message(&mut connection, id).await?,
            _ => None,
        };
        let queue = row.queue_id.filter(|_| row.visit_id.is_some() || legs.iter().any(|leg| leg.parked));
        let music = match queue {
            Some(queue) => queue_prompt(&mut connection, queue).await?,
            None => None,
        };
        let planned = |leg: &Leg| PlannedLeg {
            id: leg.id,
            ear: leg.ear(),
            state: leg.state,
            prompt: heard(leg, &row, &legs, message.as_ref(), music),
        };
        Ok(Some(CallPlan {
            call: id,
            version: row.version,
            epoch: row.epoch,
            internal: row.direction == Direction::Internal,
            legs: legs.iter().map(planned).collect(),
            recording: recording.and_then(|(id, state, key)| {
                let (paused, sound_only) = (
                    state == RecordingState::Paused,
                    // As it was offered: a message is seen where the call has a picture.
                    message.is_some() && row.media == MediaKind::Audio,
                );
                Some(PlannedRecording { id, paused, sound_only, data_key: key? })
            }),
        }))
    }
}
