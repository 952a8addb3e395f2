//! Processes that die at each step of a message: it is left, told of and heard once.

use std::fmt::Debug;

use cordboard_tests::sql::count;
use domain::agents::AgentStatus;
use domain::calls::{CallResult, LegRole};
use domain::page::Slice;
use domain::voicemail::{VoicemailFilter, VoicemailState};
use domain::{Platform, Result};

use super::centre::Centre;
use super::dying::{dies, everything};
use super::messages::with_voicemail;

/// Whoever tells or gives a job waits here: the last thing before a commit.
const HELD: &str = "LOCK TABLE event, outbox IN SHARE MODE";

/// The process that takes a step dies with all its work done. Then another process is asked the same, twice, and it has
/// happened once.
async fn once<T: Debug>(centre: &Centre, what: &str, step: impl AsyncFn(Platform) -> Result<T>) {
    dies(centre, HELD, what, &step).await;
    centre.judge().await;
    step(centre.process()).await.unwrap_or_else(|error| panic!("{what}, again: {error}"));
    let sql = centre.stage.sql().await;
    let after = everything(&sql).await;
    step(centre.process()).await.unwrap_or_else(|error| panic!("{what}, a third time: {error}"));
    assert_eq!(everything(&sql).await, after, "{what} happened twice");
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_processes_die_at_every_step_is_left_told_of_and_heard_once() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", with_voicemail()).await;
    let member = centre.agent(&[&queue]).await;
    centre.set(&member, AgentStatus::Away).await;
    let caller = centre.caller(&queue).await;
    let (call, contact, member) = (caller.call, &caller.actor, &member);

    once(&centre, "beginning", async |it| it.leave_voicemail(contact, call).await).await;
    let leg = centre.leg(call, LegRole::Contact).await.id;
    let epoch = centre.call(call).await.epoch;
    once(&centre, "the beep", async |it| it.greeting_heard(call, epoch, leg).await).await;
    assert_eq!(centre.message_state(call).await, VoicemailState::Recording);

    let recording = centre.speak(call).await;
    once(&centre, "hanging up", async |it| it.leave(contact, leg).await).await;
    assert_eq!(centre.call(call).await.result, Some(CallResult::Voicemail));
    once(&centre, "the last object", async |it| it.capture_finished(recording).await).await;

    let attempt = centre.platform.lease_transcode(recording).await.unwrap().unwrap().attempt;
    let finished = &centre.finished();
    let arrives = async |it: Platform| it.transcode_finished(recording, attempt, finished).await;
    once(&centre, "the arrival", arrives).await;
    assert_eq!(centre.message_state(call).await, VoicemailState::Done);
    let sql = centre.stage.sql().await;
    for what in ["notification", "task"] {
        assert_eq!(count(&sql, &format!("SELECT count(*) FROM {what}")).await, 1, "{what}");
    }

    let all = VoicemailFilter::default();
    let page = centre.platform.list_voicemails(member, &all, &Slice::first(2)).await.unwrap();
    let message = page.rows[0].1.id;
    once(&centre, "hearing", async |it| it.hear_voicemail(member, message).await).await;
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind = 'VOICEMAIL_HEARD'").await, 1);
}
