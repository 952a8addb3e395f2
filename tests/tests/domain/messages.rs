//! How a message is left: what callers and the worker do, for the tests of messages.

use domain::calls::{LegRole, LegState, MediaKind, PlannedPrompt};
use domain::ids::{CallId, RecordingId, TrackId};
use domain::people::Actor;
use domain::recordings::{FinishedRecording, NewObject, NewTrack};
use domain::routing::{CallRequest, Queue, QueueChange};
use domain::voicemail::VoicemailState;

use super::centre::{Caller, Centre};

pub fn with_voicemail() -> QueueChange {
    QueueChange { voicemail: Some(true), wrap_up_seconds: Some(0), ..QueueChange::default() }
}

impl Centre {
    pub async fn leave_message(&self, caller: &Caller) -> domain::Result<domain::calls::Call> {
        self.platform.leave_voicemail(&caller.actor, caller.call).await
    }

    pub async fn request_message(&self, queue: &Queue) -> domain::Result<Caller> {
        let request = CallRequest {
            queue_key: queue.key.clone(),
            name: "Ada Lovelace".into(),
            email: Some("ada@example.com".into()),
            phone: None,
            media: MediaKind::Audio,
            subject: None,
            priority: None,
            voicemail: true,
        };
        let placed = self.platform.request_call(&Actor::Anonymous, request, "a test", None).await?;
        Ok(Caller { call: placed.call.id, token: placed.join_token, actor: Actor::Anonymous })
    }

    /// The worker reports the beep.
    pub async fn beep(&self, call: CallId) {
        self.beep_for(call, LegRole::Contact).await;
    }

    pub async fn beep_for(&self, call: CallId, role: LegRole) {
        let (epoch, leg) = (self.call(call).await.epoch, self.leg(call, role).await.id);
        self.platform.greeting_heard(call, epoch, leg).await.unwrap();
    }

    pub async fn message_state(&self, call: CallId) -> VoicemailState {
        self.platform.voicemail_progress(&[call]).await.unwrap()[0].1.0
    }

    pub async fn prompt(&self, call: CallId) -> Option<PlannedPrompt> {
        let plan = self.platform.lease_call(call, self.worker).await.unwrap().unwrap();
        let live = plan.legs.iter().find(|leg| leg.state != LegState::Left);
        live.unwrap().prompt
    }

    /// Something is recorded after the beep.
    pub async fn speak(&self, call: CallId) -> RecordingId {
        self.speak_as(call, LegRole::Contact).await
    }

    pub async fn speak_as(&self, call: CallId, role: LegRole) -> RecordingId {
        let recordings = self.platform.recordings_of_calls(&self.admin, &[call]).await.unwrap();
        let recording = recordings.last().unwrap().id;
        let now = self.platform.clock.now();
        let track = NewTrack {
            id: TrackId::new(),
            recording_id: recording,
            leg_id: self.leg(call, role).await.id,
            kind: MediaKind::Audio,
            codec: "OPUS".into(),
            epoch: 1,
            worker_id: self.worker,
            started_at: now,
        };
        self.platform.add_track(&track).await.unwrap();
        let object = NewObject {
            track_id: track.id,
            sequence: 0,
            key: track.id.to_string(),
            bytes: 1,
            sha256: vec![0; 32],
        };
        assert!(self.platform.add_object(&object, now).await.unwrap());
        self.platform.close_track(track.id).await.unwrap();
        recording
    }

    /// The call is over and the message is prepared: 42 seconds of it.
    pub async fn prepare(&self, recording: RecordingId) {
        self.platform.capture_finished(recording).await.unwrap();
        let lease = self.platform.lease_transcode(recording).await.unwrap().unwrap();
        assert!(lease.message, "silence is to be cut off");
        let finished = self.finished();
        assert!(self.platform.transcode_finished(recording, lease.attempt, &finished).await.unwrap());
    }

    pub fn finished(&self) -> FinishedRecording {
        FinishedRecording {
            started_at: self.platform.clock.now(),
            duration_ms: 42_000,
            sha256: String::new(),
            renditions: Vec::new(),
            files: Vec::new(),
        }
    }

    pub async fn hang_up(&self, caller: &Caller) {
        let leg = self.leg(caller.call, LegRole::Contact).await;
        self.platform.leave(&caller.actor, leg.id).await.unwrap();
    }

    /// A whole message, from the wish to its arrival.
    pub async fn message(&self, queue: &Queue) -> Caller {
        let caller = self.caller(queue).await;
        self.leave_message(&caller).await.unwrap();
        self.beep(caller.call).await;
        let recording = self.speak(caller.call).await;
        self.hang_up(&caller).await;
        self.prepare(recording).await;
        caller
    }
}
