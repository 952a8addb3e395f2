//! A message in a call in which somebody had talked before: what was said then, and who is still there, stay apart from it.

use domain::calls::{Audience, CallResult, LegRole, MonitorMode};
use domain::error::RefusalCode;
use domain::recordings::RecordingState;
use domain::routing::{QueueChange, VisitOutcome};
use domain::transfers::{Target, TransferKind};
use domain::voicemail::VoicemailState;

use super::centre::{Centre, refused};
use super::messages::with_voicemail;
use super::supervision::{plain, supervisor};

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_and_the_message_after_it_are_two_recordings() {
    let centre = Centre::open().await;
    let legal = centre.queue("legal", plain()).await;
    let desk = centre.queue("desk", QueueChange { max_wait_seconds: Some(600), ..with_voicemail() }).await;
    let (call, lawyer, caller) = centre.talk(&legal).await;
    let leg = centre.leg(call, LegRole::Contact).await.id;
    centre.platform.give_consent(&caller.actor, leg, true).await.unwrap();
    let talk = centre.platform.recordings_of_calls(&centre.admin, &[call]).await.unwrap().remove(0);
    let supervisor = supervisor(&centre).await;
    let beside = centre.monitor(&supervisor, call, MonitorMode::Barge).await;
    let to = Target::Queue(desk.id);
    centre.platform.transfer_call(&lawyer, call, TransferKind::Blind, to, None).await.unwrap();
    centre.leaves(call, &lawyer).await;
    centre.leave_message(&caller).await.unwrap();

    let heard = centre.platform.legs(&[beside.id]).await.unwrap().remove(0);
    assert_eq!(heard.audience, Audience::Nobody, "whoever speaks in it hears on");
    for mode in [MonitorMode::Whisper, MonitorMode::Barge, MonitorMode::TakeOver] {
        let answer = centre.platform.monitor(&supervisor, call, mode).await;
        assert_eq!(refused(answer.map(|_| ())).0, RefusalCode::IllegalTransition);
    }
    centre.platform.monitor(&supervisor, call, MonitorMode::Listen).await.unwrap();

    centre.beep(call).await;
    assert_eq!(centre.message_state(call).await, VoicemailState::Recording);
    let message = centre.speak(call).await;
    assert_ne!(message, talk.id);
    let before = centre.platform.recordings(&centre.admin, &[talk.id]).await.unwrap().remove(0);
    assert_eq!(before.state, RecordingState::Finalizing);
    centre.hang_up(&caller).await;
    assert_eq!(centre.call(call).await.result, Some(CallResult::Completed), "it was answered");
    assert_eq!(centre.visits(call).await.last().unwrap().outcome, Some(VisitOutcome::Voicemail));
    centre.prepare(message).await;
    assert_eq!(centre.message_state(call).await, VoicemailState::Done);

    let member = centre.agent(&[&desk]).await;
    assert!(centre.platform.play_recording(&member, message, None).await.is_ok());
    let talk = centre.platform.recordings(&member, &[talk.id]).await.unwrap();
    assert!(talk.is_empty(), "what was said to another queue is not the message");
}
