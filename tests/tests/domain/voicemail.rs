//! Messages for those who could not be reached: how one is left, who is told of it and who may hear it.

use cordboard_tests::sql::count;
use domain::Platform;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallResult, CallState, Direction, IntervalKind, LegRole, PlannedPrompt};
use domain::error::RefusalCode;
use domain::page::Slice;
use domain::people::Actor;
use domain::routing::{OfferState, QueueChange, VisitOutcome};
use domain::tasks::{TaskChange, TaskFilter};
use domain::voicemail::{Greeting, Voicemail, VoicemailFilter, VoicemailState};

use super::centre::{Centre, id_of, refused, seconds};
use super::messages::with_voicemail;

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
async fn a_colleague_who_is_not_there_finds_a_message() {
    let centre = Centre::open().await;
    let (one, two, stranger) = (centre.agent(&[]).await, centre.agent(&[]).await, centre.agent(&[]).await);
    let set = async |actor: &Actor, whose: Option<&Actor>| {
        centre.platform.set_agent_greeting(actor, whose.map(id_of), Greeting::Upload).await.map(|_| ())
    };
    assert_eq!(refused(set(&one, Some(&two)).await).0, RefusalCode::NotAllowed);
    set(&two, None).await.unwrap();
    centre.set(&two, AgentStatus::Away).await;

    // At once, without asking.
    let colleague = two.user_id().unwrap();
    let call = centre.platform.message_colleague(&one, colleague, None, None).await.unwrap();
    assert_eq!((call.state, call.direction), (CallState::InProgress, Direction::Internal));
    assert_eq!(centre.activity(&one).await, AgentActivity::OnCall);
    centre.platform.join_as_user(&one, call.id, None).await.unwrap();
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
    centre.platform.join_as_user(&one, call, None).await.unwrap();
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
