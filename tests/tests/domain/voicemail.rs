//! Messages for those who could not be reached: how one begins, what ends it, who is told of it and who may hear it.

use chrono::TimeDelta;
use cordboard_tests::sql::count;
use domain::Platform;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{
    CallResult, CallState, Direction, IntervalKind, LegRole, LegState, MediaKind, PlannedPrompt,
};
use domain::error::RefusalCode;
use domain::ids::{CallId, RecordingId, TrackId};
use domain::page::Slice;
use domain::people::Actor;
use domain::recordings::{FinishedRecording, NewObject, NewTrack, RecordingState};
use domain::routing::{
    CallRequest, Hours, OfferState, OpenInterval, OverflowKind, Queue, QueueChange, VisitOutcome, Weekday,
};
use domain::tasks::{TaskChange, TaskFilter};
use domain::voicemail::{Greeting, Voicemail, VoicemailFilter, VoicemailState};

use super::centre::{Caller, Centre, id_of, refused, seconds};
use super::worker;

pub fn with_voicemail() -> QueueChange {
    QueueChange { voicemail: Some(true), wrap_up_seconds: Some(0), ..QueueChange::default() }
}

/// Open for a minute on Sundays.
fn closed() -> Hours {
    let weekly = vec![OpenInterval { day: Weekday::Sunday, from: 0, to: 1 }];
    Hours { weekly, ..Hours::default() }
}

impl Centre {
    pub async fn leave_message(&self, caller: &Caller) -> domain::Result<domain::calls::Call> {
        self.platform.leave_voicemail(&caller.actor, caller.call).await
    }

    async fn request_message(&self, queue: &Queue) -> domain::Result<Caller> {
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

    async fn beep_for(&self, call: CallId, role: LegRole) {
        let (epoch, leg) = (self.call(call).await.epoch, self.leg(call, role).await.id);
        self.platform.greeting_heard(call, epoch, leg).await.unwrap();
    }

    pub async fn message_state(&self, call: CallId) -> VoicemailState {
        self.platform.voicemail_progress(&[call]).await.unwrap()[0].1.0
    }

    async fn prompt(&self, call: CallId) -> Option<PlannedPrompt> {
        let plan = self.platform.lease_call(call, self.worker).await.unwrap().unwrap();
        let live = plan.legs.iter().find(|leg| leg.state != LegState::Left);
        live.unwrap().prompt
    }

    /// Something is recorded after the beep.
    pub async fn speak(&self, call: CallId) -> RecordingId {
        self.speak_as(call, LegRole::Contact).await
    }

    async fn speak_as(&self, call: CallId, role: LegRole) -> RecordingId {
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
        let finished = FinishedRecording {
            started_at: self.platform.clock.now(),
            duration_ms: 42_000,
            sha256: String::new(),
            renditions: Vec::new(),
            files: Vec::new(),
        };
        assert!(self.platform.transcode_finished(recording, lease.attempt, &finished).await.unwrap());
    }

    pub async fn hang_up(&self, caller: &Caller) {
        let leg = self.leg(caller.call, LegRole::Contact).await;
        self.platform.leave(&caller.actor, leg.id).await.unwrap();
    }

    /// A whole message, from the wish to its arrival.
    async fn message(&self, queue: &Queue) -> Caller {
        let caller = self.caller(queue).await;
        self.leave_message(&caller).await.unwrap();
        self.beep(caller.call).await;
        let recording = self.speak(caller.call).await;
        self.hang_up(&caller).await;
        self.prepare(recording).await;
        caller
    }
}

async fn heard_by(platform: &Platform, actor: &Actor) -> Vec<Voicemail> {
    let page = platform.list_voicemails(actor, &VoicemailFilter::default(), &Slice::first(10)).await.unwrap();
    page.rows.into_iter().map(|(_, row)| row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_who_waits_leaves_a_message_and_the_members_are_told() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", with_voicemail()).await;
    let other = centre.queue("sales", QueueChange::default()).await;
    let caller = centre.caller(&queue).await;
    centre.pass(seconds(30)).await;
    let call = centre.leave_message(&caller).await.unwrap();
    assert_eq!((call.state, call.answered_at, call.visit_id), (CallState::InProgress, None, None));
    assert_eq!(centre.visits(caller.call).await[0].outcome, Some(VisitOutcome::Voicemail));
    let version = centre.leave_message(&caller).await.unwrap().version;
    assert_eq!(version, call.version, "a repeat changes nothing");
    let consent = centre.leg(caller.call, LegRole::Contact).await;
    assert_eq!(
        (consent.consent, consent.consent_wording),
        (Some(true), Some(centre.platform.config.voicemail_wording.clone()))
    );
    assert_eq!(centre.prompt(caller.call).await, Some(PlannedPrompt::Greeting(None)));
    assert_eq!(centre.platform.recordings_of_calls(&centre.admin, &[caller.call]).await.unwrap().len(), 0);

    centre.pass(seconds(8)).await;
    centre.beep(caller.call).await;
    centre.beep(caller.call).await;
    assert_eq!(centre.message_state(caller.call).await, VoicemailState::Recording);
    let plan = centre.platform.lease_call(caller.call, centre.worker).await.unwrap().unwrap();
    assert!(plan.recording.unwrap().sound_only);
    let recording = centre.speak(caller.call).await;
    centre.pass(seconds(42)).await;
    let (member, stranger) = (centre.agent(&[&queue]).await, centre.agent(&[&other]).await);
    centre.hang_up(&caller).await;
    let call = centre.call(caller.call).await;
    assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Voicemail)));
    assert!(heard_by(&centre.platform, &member).await.is_empty(), "not before it can be heard");
    centre.prepare(recording).await;

    let message = heard_by(&centre.platform, &member).await.remove(0);
    assert_eq!((message.call_id, message.queue_id, message.heard_at), (caller.call, Some(queue.id), None));
    assert!(heard_by(&centre.platform, &stranger).await.is_empty());
    assert_eq!(heard_by(&centre.platform, &centre.admin).await, std::slice::from_ref(&message));
    let told = centre.platform.list_notifications(&member, true, &Slice::first(10)).await.unwrap();
    let (_, told) = &told.rows[0];
    assert_eq!(
        (told.kind.as_str(), told.title.as_str(), told.body.as_deref()),
        ("voicemail.left", "Ada Lovelace left a message", Some("support · 0:42"))
    );
    assert_eq!(told.subject, Some(message.id.to_string()));
    // Whoever may hear it sees its call and plays it; nobody else.
    for (who, sees) in [(&member, true), (&stranger, false)] {
        assert_eq!(centre.platform.calls(who, &[caller.call]).await.unwrap().len(), usize::from(sees));
        assert_eq!(centre.platform.play_recording(who, recording, None).await.is_ok(), sees);
        assert_eq!(
            centre.platform.voicemails_of_calls(who, &[caller.call]).await.unwrap().len(),
            usize::from(sees)
        );
    }
    let kinds: Vec<_> = centre.platform.intervals_of_calls(&[caller.call]).await.unwrap();
    let kinds: Vec<_> = kinds
        .iter()
        .filter(|it| it.ended_at.unwrap() > it.started_at)
        .map(|it| (it.kind, (it.ended_at.unwrap() - it.started_at).num_seconds()))
        .collect();
    assert_eq!(kinds, [(IntervalKind::Wait, 30), (IntervalKind::Voicemail, 50)]);
    let stats = centre.platform.queue_stats(&[queue]).await.unwrap().remove(0);
    assert_eq!(
        (stats.offered(), stats.answered, stats.abandoned),
        (0, 0, 0),
        "neither abandoned nor answered"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_a_task_that_one_of_the_members_takes_up() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", with_voicemail()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let stranger = centre.agent(&[]).await;
    for agent in [&one, &two] {
        centre.set(agent, AgentStatus::Away).await;
    }
    let caller = centre.message(&queue).await;
    let tasks = async |actor: &Actor| {
        let filter = TaskFilter { call: Some(caller.call), ..TaskFilter::default() };
        let page = centre.platform.list_tasks(actor, &filter, &Slice::first(10)).await.unwrap();
        page.rows.into_iter().map(|(_, task)| task).collect::<Vec<_>>()
    };
    let task = tasks(&one).await.remove(0);
    assert_eq!((task.title.as_str(), task.assignee_id), ("Listen to the message of Ada Lovelace", None));
    assert_eq!((tasks(&two).await.len(), tasks(&stranger).await.len()), (1, 0));
    // Both take it up at once: one has it.
    let take = async |who: &Actor| {
        let mine = TaskChange { assignee: who.user_id(), ..TaskChange::default() };
        centre.platform.update_task(who, task.id, mine).await
    };
    assert_eq!(refused(take(&stranger).await.map(|_| ())).0, RefusalCode::NotFound);
    let (first, second) = tokio::join!(take(&one), take(&two));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let (winner, loser) = if first.is_ok() { (&one, &two) } else { (&two, &one) };
    assert_eq!((tasks(winner).await.len(), tasks(loser).await.len()), (1, 0));

    // Heard by the first who says so.
    let message = heard_by(&centre.platform, loser).await.remove(0);
    assert_eq!(
        refused(centre.platform.hear_voicemail(&stranger, message.id).await.map(|_| ())).0,
        RefusalCode::NotFound
    );
    let heard = centre.platform.hear_voicemail(loser, message.id).await.unwrap();
    assert_eq!(heard.heard_by, loser.user_id());
    assert_eq!(centre.platform.hear_voicemail(winner, message.id).await.unwrap(), heard);
    let unheard = VoicemailFilter { unheard: true, queue: Some(queue.id), ..VoicemailFilter::default() };
    assert_eq!(centre.platform.count_voicemails(winner, &unheard).await.unwrap(), 0);
    let sql = centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind = 'VOICEMAIL_HEARD'").await, 1);
    // Who serves the queue no longer hears its messages no longer.
    let (admin, id) = (&centre.admin, id_of(loser));
    centre.platform.set_queue_member(admin, queue.id, id, None, false).await.unwrap();
    assert!(heard_by(&centre.platform, loser).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_or_full_queue_takes_messages_if_it_takes_any() {
    let centre = Centre::open().await;
    let silent =
        centre.queue("silent", QueueChange { hours: Some(closed()), ..QueueChange::default() }).await;
    let answer = refused(centre.request_message(&silent).await.map(|it| it.call));
    assert_eq!(answer.0, RefusalCode::NotAllowed);
    let queue = centre.queue("night", QueueChange { hours: Some(closed()), ..with_voicemail() }).await;
    assert_eq!(refused(centre.request(&queue).await.map(|it| it.call)).0, RefusalCode::QueueClosed);
    let info = centre.platform.queue_info("night").await.unwrap().unwrap();
    assert_eq!(info.voicemail_wording.as_ref(), Some(&centre.platform.config.voicemail_wording));

    let mut caller = centre.request_message(&queue).await.unwrap();
    assert_eq!(centre.visits(caller.call).await, [], "it never waited");
    centre.joins(&mut caller).await;
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
    centre.beep(caller.call).await;
    let recording = centre.speak(caller.call).await;
    centre.hang_up(&caller).await;
    centre.prepare(recording).await;
    let filter = TaskFilter { call: Some(caller.call), ..TaskFilter::default() };
    let tasks = centre.platform.list_tasks(&centre.admin, &filter, &Slice::first(1)).await.unwrap();
    let opens = queue.hours.opens_at(centre.platform.clock.now()).unwrap();
    assert_eq!(tasks.rows[0].1.due_at, Some(opens + TimeDelta::hours(1)), "not in the middle of the night");

    // Whoever asks and never comes leaves nothing.
    let lost = centre.request_message(&queue).await.unwrap();
    centre.pass(seconds(61)).await;
    let call = centre.call(lost.call).await;
    assert_eq!(
        (call.result, centre.message_state(lost.call).await),
        (Some(CallResult::Abandoned), VoicemailState::Dropped)
    );

    let overflow = Some((OverflowKind::Voicemail, None));
    let wrong = QueueChange { overflow, ..QueueChange::default() };
    let answer = centre.platform.update_queue(&centre.admin, silent.id, wrong.clone()).await;
    assert_eq!(refused(answer.map(|_| ())).0, RefusalCode::Invalid, "nobody would take them");
    let full = QueueChange { max_length: Some(1), overflow, ..with_voicemail() };
    let full = centre.queue("full", full).await;
    centre.caller(&full).await;
    let second = centre.request(&full).await.unwrap();
    assert_eq!(centre.message_state(second.call).await, VoicemailState::Greeting);
    let off = QueueChange { voicemail: Some(false), ..QueueChange::default() };
    let answer = centre.platform.update_queue(&centre.admin, full.id, off).await;
    assert_eq!(refused(answer.map(|_| ())).0, RefusalCode::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_did_not_choose_it_is_recorded_only_after_a_yes() {
    let centre = Centre::open().await;
    let overflow = Some((OverflowKind::Voicemail, None));
    let queue = centre
        .queue("support", QueueChange { max_wait_seconds: Some(60), overflow, ..with_voicemail() })
        .await;
    let mut callers = Vec::new();
    for _ in 0..4 {
        callers.push(centre.caller(&queue).await);
    }
    let [says_yes, says_yes_early, says_no, says_nothing] = &callers[..] else { unreachable!() };
    let consent = async |caller: &Caller, given| {
        let leg = centre.leg(caller.call, LegRole::Contact).await.id;
        centre.platform.give_consent(&caller.actor, leg, given).await.unwrap();
    };
    consent(says_yes_early, true).await;
    centre.pass(seconds(61)).await;
    for caller in &callers {
        assert_eq!(centre.message_state(caller.call).await, VoicemailState::Greeting);
        assert_eq!(centre.visits(caller.call).await[0].outcome, Some(VisitOutcome::Voicemail));
        centre.beep(caller.call).await;
    }
    assert_eq!(centre.message_state(says_yes_early.call).await, VoicemailState::Recording);
    assert_eq!(centre.message_state(says_yes.call).await, VoicemailState::Greeting);
    consent(says_yes, true).await;
    assert_eq!(centre.message_state(says_yes.call).await, VoicemailState::Recording);
    consent(says_no, false).await;
    // One who was recorded and thinks better of it: what was said is gone.
    let recording = centre.speak(says_yes.call).await;
    consent(says_yes, false).await;
    for caller in [says_no, says_yes] {
        let call = centre.call(caller.call).await;
        assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Abandoned)));
        assert_eq!(centre.message_state(caller.call).await, VoicemailState::Dropped);
    }
    let gone = centre.platform.recordings(&centre.admin, &[recording]).await.unwrap().remove(0);
    assert_eq!(gone.state, RecordingState::Deleted);
    centre.pass(seconds(61)).await;
    assert_eq!(centre.call(says_nothing.call).await.result, Some(CallResult::Abandoned));
    let to_call = "SELECT count(*) FROM task WHERE rule_id IS NOT NULL";
    assert_eq!(
        count(&centre.stage.sql().await, to_call).await,
        1,
        "nobody could be reached, and nothing was left"
    );
    let recorded = "SELECT count(*) FROM recording";
    assert_eq!(count(&centre.stage.sql().await, recorded).await, 2);

    // Who refused beforehand waits, and does not leave a message by wish or otherwise.
    let refuses = centre.caller(&queue).await;
    consent(&refuses, false).await;
    let answer = centre.leave_message(&refuses).await;
    assert_eq!(refused(answer.map(|_| ())).0, RefusalCode::ConsentRequired);
    assert_eq!(centre.state(refuses.call).await, CallState::Queued);
    centre.pass(seconds(61)).await;
    assert_eq!(centre.call(refuses.call).await.result, Some(CallResult::Missed));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_a_message_and_what_becomes_of_it() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", with_voicemail()).await;
    let begin = async || {
        let caller = centre.caller(&queue).await;
        centre.leave_message(&caller).await.unwrap();
        caller
    };
    let result = async |caller: &Caller| {
        (centre.call(caller.call).await.result, centre.message_state(caller.call).await)
    };
    // During the greeting: nothing was recorded, nobody is told.
    let caller = begin().await;
    centre.hang_up(&caller).await;
    assert_eq!(result(&caller).await, (Some(CallResult::Abandoned), VoicemailState::Dropped));
    assert_eq!(centre.visits(caller.call).await[0].outcome, Some(VisitOutcome::Abandoned));
    assert_eq!(centre.platform.recordings_of_calls(&centre.admin, &[caller.call]).await.unwrap().len(), 0);
    // At the limit.
    let caller = begin().await;
    centre.beep(caller.call).await;
    centre.pass(seconds(179)).await;
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
    centre.pass(seconds(1)).await;
    assert_eq!(result(&caller).await, (Some(CallResult::Voicemail), VoicemailState::Preparing));
    // By a lost connection: what was said counts.
    let caller = begin().await;
    centre.beep(caller.call).await;
    centre.silence(caller.call, LegRole::Contact).await;
    centre.pass(seconds(31)).await;
    assert_eq!(result(&caller).await, (Some(CallResult::Voicemail), VoicemailState::Preparing));
    // By a supervisor.
    let caller = begin().await;
    centre.beep(caller.call).await;
    let recording = centre.speak(caller.call).await;
    let stop = centre.platform.stop_recording(&centre.admin, recording).await;
    assert_eq!(refused(stop.map(|_| ())).0, RefusalCode::IllegalTransition);
    centre.platform.end_call(&centre.admin, caller.call).await.unwrap();
    assert_eq!(result(&caller).await, (Some(CallResult::Voicemail), VoicemailState::Preparing));

    // Nothing was said: nobody hears of it, and nothing is kept.
    centre.platform.capture_finished(recording).await.unwrap();
    let lease = centre.platform.lease_transcode(recording).await.unwrap().unwrap();
    assert!(!centre.platform.message_was_silent(recording, lease.attempt + 1).await.unwrap());
    assert!(centre.platform.message_was_silent(recording, lease.attempt).await.unwrap());
    assert_eq!(centre.message_state(caller.call).await, VoicemailState::Dropped);
    let deleted = centre.platform.recordings(&centre.admin, &[recording]).await.unwrap().remove(0);
    assert_eq!(deleted.state, RecordingState::Deleted);
    let sql = centre.stage.sql().await;
    let missed = "SELECT count(*) FROM task WHERE rule_id IS NOT NULL";
    assert_eq!(count(&sql, missed).await, 1, "as after any missed call");
    assert_eq!(count(&sql, "SELECT count(*) FROM task").await, 1);
    // It could not be prepared: somebody called, and has to be called.
    let caller = begin().await;
    centre.beep(caller.call).await;
    let recording = centre.speak(caller.call).await;
    centre.hang_up(&caller).await;
    centre.platform.capture_finished(recording).await.unwrap();
    for _ in 0..3 {
        let lease = centre.platform.lease_transcode(recording).await.unwrap().unwrap();
        centre.platform.transcode_failed(recording, lease.attempt, "out of luck").await.unwrap();
    }
    assert_eq!(centre.message_state(caller.call).await, VoicemailState::Dropped);
    let task = "SELECT count(*) FROM task WHERE title LIKE 'Call Ada Lovelace, whose message%'";
    assert_eq!(count(&sql, task).await, 1);
    assert_eq!(count(&sql, "SELECT count(*) FROM notification").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_accepts_and_a_contact_who_leaves_a_message_do_not_miss_each_other() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", with_voicemail()).await;
    let agent = centre.agent(&[&queue]).await;
    let other = centre.process();
    let (mut answered, mut left) = (0, 0);
    for _ in 0..12 {
        let caller = centre.caller(&queue).await;
        centre.route().await;
        let offer = centre.offer(&agent).await.expect("an offer");
        let (accepted, message) = tokio::join!(
            centre.platform.accept_offer(&agent, offer.id),
            other.leave_voicemail(&caller.actor, caller.call)
        );
        match (accepted, message) {
            (Ok(_), Err(domain::Error::Refused(refusal))) => {
                assert_eq!(refusal.code, RefusalCode::NotAllowed);
                answered += 1;
            }
            (Err(domain::Error::Refused(refusal)), Ok(call)) => {
                assert_eq!(refusal.code, RefusalCode::OfferGone);
                assert_eq!(call.state, CallState::InProgress);
                assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
                left += 1;
            }
            other => panic!("{other:?}"),
        }
        centre.platform.end_call(&centre.admin, caller.call).await.unwrap();
        centre.pass_with(&[&agent], seconds(21)).await;
    }
    println!("{answered} answered, {left} left a message");
    // Two tabs of the contact at once.
    centre.set(&agent, AgentStatus::Away).await;
    let caller = centre.caller(&queue).await;
    let twice =
        tokio::join!(centre.leave_message(&caller), other.leave_voicemail(&caller.actor, caller.call));
    assert!(twice.0.is_ok() && twice.1.is_ok());
    let sql = centre.stage.sql().await;
    let begun = format!(
        "SELECT count(*) FROM event WHERE kind = 'VOICEMAIL_STARTED' AND aggregate_id = '{}'",
        caller.call.0
    );
    assert_eq!(count(&sql, &begun).await, 1);
    // One who talks with an agent leaves no message, nor does anybody for the contact.
    let stranger = centre.platform.leave_voicemail(&agent, caller.call).await;
    assert_eq!(refused(stranger.map(|_| ())).0, RefusalCode::NotFound);
    let waits = centre.caller(&queue).await;
    let supervisor = centre.platform.leave_voicemail(&centre.admin, waits.call).await;
    assert_eq!(refused(supervisor.map(|_| ())).0, RefusalCode::NotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_survives_its_worker() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", with_voicemail()).await;
    let caller = centre.caller(&queue).await;
    centre.leave_message(&caller).await.unwrap();
    let greeting = Some(PlannedPrompt::Greeting(None));
    assert_eq!(centre.prompt(caller.call).await, greeting);
    // In the greeting: it is heard again, from the beginning.
    let move_to = async |from| {
        let next = worker(&centre.platform).await;
        centre.platform.retire_worker(from).await.unwrap();
        let plan = centre.platform.lease_call(caller.call, next).await.unwrap().unwrap();
        let leg = plan.legs[0].id;
        centre.platform.leg_connected(caller.call, plan.epoch, leg).await.unwrap();
        (next, plan)
    };
    let (second, plan) = move_to(centre.worker).await;
    assert_eq!(plan.legs[0].prompt, greeting);
    let leg = plan.legs[0].id;
    centre.platform.greeting_heard(caller.call, plan.epoch - 1, leg).await.unwrap();
    assert_eq!(
        centre.message_state(caller.call).await,
        VoicemailState::Greeting,
        "an older lease says nothing"
    );
    centre.platform.greeting_heard(caller.call, plan.epoch, leg).await.unwrap();
    // The beep is still heard to its end.
    let same = centre.platform.call_plan(caller.call, second).await.unwrap().unwrap();
    assert_eq!(same.legs[0].prompt, greeting);
    // After the beep: nobody is greeted again, and the recording goes on.
    let (_, plan) = move_to(second).await;
    assert_eq!(plan.legs[0].prompt, None);
    assert!(plan.recording.is_some_and(|recording| !recording.paused));
    centre.hang_up(&caller).await;
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Voicemail));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_is_not_there_finds_a_message() {
    let centre = Centre::open().await;
    let (one, two, stranger) = (centre.agent(&[]).await, centre.agent(&[]).await, centre.agent(&[]).await);
    let file = centre.platform.create_audio_file(&centre.admin, "I am out").await.unwrap().0.id;
    let set = async |actor: &Actor, whose: Option<&Actor>| {
        let greeting =
            centre.platform.set_agent_greeting(actor, whose.map(id_of), Greeting::File(file)).await;
        greeting.map(|_| ())
    };
    assert_eq!(refused(set(&one, Some(&two)).await).0, RefusalCode::NotAllowed);
    set(&two, None).await.unwrap();
    centre.set(&two, AgentStatus::Away).await;

    // At once, without asking.
    let colleague = two.user_id().unwrap();
    let call = centre.platform.message_colleague(&one, colleague, None, None).await.unwrap();
    assert_eq!((call.state, call.direction), (CallState::InProgress, Direction::Internal));
    assert_eq!(centre.activity(&one).await, AgentActivity::OnCall);
    centre.platform.join_as_user(&one, call.id).await.unwrap();
    assert_eq!(
        centre.prompt(call.id).await,
        Some(PlannedPrompt::Greeting(None)),
        "the file has not come yet"
    );
    centre.media(call.id, LegRole::Agent).await;
    assert_eq!(centre.state(call.id).await, CallState::InProgress);
    centre.beep_for(call.id, LegRole::Agent).await;
    let recording = centre.speak_as(call.id, LegRole::Agent).await;
    centre.leaves(call.id, &one).await;
    assert_eq!(centre.call(call.id).await.result, Some(CallResult::Voicemail));
    centre.prepare(recording).await;
    let message = heard_by(&centre.platform, &two).await.remove(0);
    assert_eq!((message.call_id, message.agent_id), (call.id, Some(id_of(&two))));
    let task = centre.platform.list_tasks(&two, &TaskFilter::default(), &Slice::first(1)).await.unwrap();
    assert_eq!(task.rows[0].1.assignee_id, two.user_id());
    assert_eq!(centre.platform.list_notifications(&two, true, &Slice::first(2)).await.unwrap().rows.len(), 1);
    assert!(centre.platform.play_recording(&two, recording, None).await.is_ok());
    assert!(heard_by(&centre.platform, &stranger).await.is_empty());
    assert!(centre.platform.play_recording(&stranger, recording, None).await.is_err());

    // While it rings in vain.
    centre.set(&two, AgentStatus::Available).await;
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.platform.join_as_user(&one, call).await.unwrap();
    let offer = centre.offer(&two).await.unwrap();
    let answer = centre.platform.leave_voicemail(&two, call).await;
    assert!(answer.is_err(), "not by whom it rings for");
    centre.platform.leave_voicemail(&one, call).await.unwrap();
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Cancelled);
    assert_eq!(centre.state(call).await, CallState::InProgress);
    centre.leaves(call, &one).await;
    assert_eq!(centre.call(call).await.result, Some(CallResult::Abandoned));
    assert_eq!(centre.message_state(call).await, VoicemailState::Dropped);
}
