//! Who may leave a message, and when: closed and full queues, consent, and an agent who accepts at the same moment.

use chrono::TimeDelta;
use cordboard_tests::sql::count;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallResult, CallState, LegRole};
use domain::error::RefusalCode;
use domain::page::Slice;
use domain::recordings::RecordingState;
use domain::routing::{Hours, OpenInterval, OverflowKind, QueueChange, VisitOutcome, Weekday};
use domain::tasks::TaskFilter;
use domain::voicemail::VoicemailState;

use super::centre::{Caller, Centre, refused, seconds};
use super::messages::with_voicemail;

/// Open for a minute on Sundays.
fn closed() -> Hours {
    let weekly = vec![OpenInterval { day: Weekday::Sunday, from: 0, to: 1 }];
    Hours { weekly, ..Hours::default() }
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
    let answer = centre.platform.update_queue(&centre.admin, silent.id, None, wrong.clone()).await;
    assert_eq!(refused(answer.map(|_| ())).0, RefusalCode::Invalid, "nobody would take them");
    let full = QueueChange { max_length: Some(1), overflow, ..with_voicemail() };
    let full = centre.queue("full", full).await;
    centre.caller(&full).await;
    let second = centre.request(&full).await.unwrap();
    assert_eq!(centre.message_state(second.call).await, VoicemailState::Greeting);
    let off = QueueChange { voicemail: Some(false), ..QueueChange::default() };
    let answer = centre.platform.update_queue(&centre.admin, full.id, None, off).await;
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
