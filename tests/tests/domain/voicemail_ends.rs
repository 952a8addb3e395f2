//! What ends a message and what does not, and what becomes of it.

use cordboard_tests::sql::count;
use domain::calls::{CallResult, CallState, LegRole, PlannedPrompt};
use domain::error::RefusalCode;
use domain::recordings::RecordingState;
use domain::routing::VisitOutcome;
use domain::voicemail::VoicemailState;

use super::centre::{Caller, Centre, refused, seconds};
use super::messages::with_voicemail;
use super::worker;

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
