//! What queues promise: skills that are relaxed, the last agent first, overflow, hours, call-backs, reasons and
//! outcomes, changes in force at once, and who may do what.

use domain::agents::{AgentActivity, AgentStatus, WrappedUp};
use domain::calls::{CallState, LegRole, LegState};
use domain::error::RefusalCode;
use domain::people::Role;
use domain::routing::{Holiday, Hours, OfferState, QueueChange, VisitOutcome};

use super::centre::{Centre, id_of, person, refused, seconds};

fn german(level: i32) -> Option<Vec<(String, i32)>> {
    Some(vec![("german".into(), level)])
}

#[tokio::test(flavor = "multi_thread")]
async fn skills_are_relaxed_with_the_wait() {
    let centre = Centre::open().await;
    let asking =
        QueueChange { required_skills: german(4), relax_seconds: Some(Some(30)), ..QueueChange::default() };
    let queue = centre.queue("support", asking).await;
    let agent = centre.agent(&[&queue]).await;
    // By somebody else than who asks for it.
    centre.skilled(&agent, &[("German", 3)]).await;
    let mut caller = centre.request(&queue).await.unwrap();
    // Nobody can be asked yet: nothing of the time for level 4 is used up.
    centre.pass_with(&[&agent], seconds(45)).await;
    centre.joins(&mut caller).await;
    centre.route().await;
    assert_eq!(centre.state(caller.call).await, CallState::Queued, "level 4 for the first 30 s");
    let visits = centre.visits(caller.call).await;
    let explained = centre.platform.explain(&visits[..1]).await.unwrap().remove(0).unwrap();
    assert_eq!(explained.skipped, [("skill level too low".to_owned(), 1)]);
    for _ in 0..3 {
        centre.pass_with(&[&agent], seconds(10)).await;
    }
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, caller.call, "then 3");
    let routing = centre.visits(caller.call).await.remove(0).routing.unwrap();
    assert_eq!((routing.step, routing.required.0["german"]), (1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_agent_is_asked_first_and_waited_for_a_while() {
    let centre = Centre::open().await;
    let change =
        QueueChange { last_agent_seconds: Some(30), wrap_up_seconds: Some(0), ..QueueChange::default() };
    let queue = centre.queue("support", change).await;
    let (known, other) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let first = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.answer(&known).await, first.call);
    centre.platform.end_call(&known, first.call).await.unwrap();
    // The other one has been idle for longer, and is not asked.
    let again = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.answer(&known).await, again.call);
    // While the known one talks, the contact's next call waits …
    let third = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.state(third.call).await, CallState::Queued);
    // … but not for ever.
    for _ in 0..3 {
        centre.pass_with(&[&known, &other], seconds(10)).await;
    }
    centre.route().await;
    assert_eq!(centre.answer(&other).await, third.call);
}

/// What a queue asks for may change between two calls of a contact.
#[tokio::test(flavor = "multi_thread")]
async fn a_last_agent_who_could_not_take_the_call_is_not_waited_for() {
    let centre = Centre::open().await;
    let change = QueueChange { last_agent_seconds: Some(300), ..QueueChange::default() };
    let queue = centre.queue("support", change).await;
    let known = centre.agent(&[&queue]).await;
    centre.talk_with(&queue, &known).await;
    let change =
        QueueChange { required_skills: german(4), relax_seconds: Some(Some(30)), ..QueueChange::default() };
    centre.change_queue(queue.id, change).await;
    centre.skilled(&known, &[("german", 3)]).await;
    let other = centre.agent(&[&queue]).await;
    centre.skilled(&other, &[("german", 5)]).await;
    let again = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(
        centre.offer(&other).await.unwrap().call_id,
        again.call,
        "the known one is busy, and not able"
    );
    // With the next step it is.
    centre.decline(&other).await;
    for _ in 0..3 {
        centre.pass_with(&[&known, &other], seconds(10)).await;
    }
    centre.route().await;
    assert!(centre.offer(&other).await.is_none(), "waited for now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_queue_says_its_own_words() {
    let centre = Centre::open().await;
    let today = centre.platform.clock.now().date_naive();
    let holiday = Holiday { date: today, name: "Founders' day".into() };
    let closed = QueueChange {
        hours: Some(Hours { holidays: vec![holiday], ..Hours::default() }),
        closed_message: Some(Some("We celebrate today.".into())),
        ..QueueChange::default()
    };
    let queue = centre.queue("support", closed).await;
    let words = refused(centre.request(&queue).await.map(|it| it.call));
    assert_eq!(words, (RefusalCode::QueueClosed, "We celebrate today.".to_owned()));
    let info = centre.platform.queue_info("support").await.unwrap().unwrap();
    assert!(!info.open && info.opens_at.is_some_and(|at| at > centre.platform.clock.now()));
    // Changed while people call: in force at once.
    let open = QueueChange { hours: Some(Hours::default()), ..QueueChange::default() };
    centre.change_queue(queue.id, open).await;
    centre.request(&queue).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_agent_puts_the_call_at_the_front_with_music() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (lost, other) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let first = centre.caller(&queue).await;
    centre.route().await;
    centre.answer(&lost).await;
    centre.set(&other, AgentStatus::Away).await;
    let waits_longer = centre.caller(&queue).await;
    let plan = centre.platform.call_plan(first.call, centre.worker).await.unwrap().unwrap();
    assert!(plan.legs.iter().all(|leg| leg.prompt.is_none()), "no music while they talk");
    centre.silence(first.call, LegRole::Agent).await;
    for _ in 0..4 {
        centre.pass_with(&[&other], seconds(8)).await;
    }
    assert_eq!(centre.state(first.call).await, CallState::Queued);
    assert_eq!(centre.leg(first.call, LegRole::Contact).await.state, LegState::Connected);
    let plan = centre.platform.call_plan(first.call, centre.worker).await.unwrap().unwrap();
    let heard = plan.legs.iter().filter(|leg| leg.prompt.is_some()).count();
    assert_eq!(heard, 1, "the contact hears music again");
    centre.set(&other, AgentStatus::Available).await;
    centre.route().await;
    assert_eq!(centre.answer(&other).await, first.call, "before {}", waits_longer.call);
    let visits = centre.visits(first.call).await;
    let outcomes: Vec<_> = visits.iter().map(|visit| visit.outcome).collect();
    assert_eq!(outcomes, [Some(VisitOutcome::Answered), Some(VisitOutcome::Answered)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_during_a_call_lets_it_finish() {
    let centre = Centre::open().await;
    let queue =
        centre.queue("support", QueueChange { wrap_up_seconds: Some(5), ..QueueChange::default() }).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.answer(&agent).await;
    centre.set(&agent, AgentStatus::Offline).await;
    // The tab that followed the offers is closed, too.
    centre.pass(seconds(60)).await;
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
    assert_eq!(centre.activity(&agent).await, AgentActivity::OnCall);
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
    centre.pass(seconds(6)).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Offline);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sets_the_status_of_another() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (agent, colleague) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let supervisor = person(&centre.platform, Role::Supervisor).await;
    let away = AgentStatus::Away;
    let row =
        centre.platform.set_status(&supervisor, Some(id_of(&agent)), away, Some("training".into())).await;
    assert_eq!(row.unwrap().reason.as_deref(), Some("training"));
    assert_eq!(centre.activity(&agent).await, AgentActivity::Away);
    let by_colleague = centre.platform.set_status(&colleague, Some(id_of(&agent)), away, None).await;
    assert_eq!(refused(by_colleague).0, RefusalCode::NotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_reason_of_the_list_is_a_reason_to_be_away() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let golf = centre.platform.set_status(&agent, None, AgentStatus::Away, Some("golf".into())).await;
    let (code, says) = refused(golf);
    assert_eq!(code, RefusalCode::Invalid, "{says}");
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    let lunch = centre.platform.set_status(&agent, None, AgentStatus::Away, Some("Lunch".into())).await;
    assert_eq!(lunch.unwrap().reason.as_deref(), Some("lunch"), "as it is written in the list");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_is_given_when_the_wrap_up_runs_out() {
    let centre = Centre::open().await;
    let outcome = centre.platform.create_outcome(&centre.admin, "No note", false, None).await.unwrap();
    let change = QueueChange {
        default_outcome: Some(Some(outcome.id)),
        wrap_up_required: Some(true),
        ..QueueChange::default()
    };
    let queue = centre.queue("support", change).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.answer(&agent).await;
    centre.platform.end_call(&agent, caller.call).await.unwrap();
    let done = WrappedUp { done: true, ..WrappedUp::default() };
    let early = centre.platform.wrap_up(&agent, caller.call, done).await;
    assert_eq!(refused(early.map(|_| ())).0, RefusalCode::Invalid, "this queue wants an outcome");
    // Once, however often it is asked for.
    for _ in 0..2 {
        centre.platform.extend_wrap_up(&agent, caller.call).await.unwrap();
    }
    centre.pass_with(&[&agent], seconds(61)).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp, "it has been extended");
    centre.pass_with(&[&agent], seconds(60)).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    assert_eq!(centre.call(caller.call).await.outcome_id, Some(outcome.id));
}

/// A wrap-up that runs out while somebody else talks: its outcome comes when nobody can give another one.
#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_is_given_at_the_end_when_a_wrap_up_ran_out_before() {
    let centre = Centre::open().await;
    let outcome = centre.platform.create_outcome(&centre.admin, "No note", false, None).await.unwrap();
    let change = QueueChange { default_outcome: Some(Some(outcome.id)), ..QueueChange::default() };
    let queue = centre.queue("support", change).await;
    for wraps_up in [false, true] {
        let (lost, other) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
        let caller = centre.caller(&queue).await;
        centre.route().await;
        centre.answer(&lost).await;
        centre.silence(caller.call, LegRole::Agent).await;
        for _ in 0..4 {
            centre.pass_with(&[&lost, &other], seconds(8)).await;
        }
        assert_eq!(centre.activity(&lost).await, AgentActivity::WrapUp);
        centre.route().await;
        assert_eq!(centre.answer(&other).await, caller.call);
        for _ in 0..7 {
            centre.pass_with(&[&lost, &other], seconds(10)).await;
        }
        assert_eq!(centre.activity(&lost).await, AgentActivity::Available, "it ran out");
        assert_eq!(centre.call(caller.call).await.outcome_id, None, "while the other one talks");
        let seconds = if wraps_up { 60 } else { 0 };
        centre
            .change_queue(queue.id, QueueChange { wrap_up_seconds: Some(seconds), ..QueueChange::default() })
            .await;
        centre.platform.end_call(&other, caller.call).await.unwrap();
        if wraps_up {
            assert_eq!(centre.call(caller.call).await.outcome_id, None, "the other one may say");
            let done = WrappedUp { done: true, ..WrappedUp::default() };
            centre.platform.wrap_up(&other, caller.call, done).await.unwrap();
        }
        assert_eq!(centre.call(caller.call).await.outcome_id, Some(outcome.id));
        for agent in [&lost, &other] {
            centre.set(agent, AgentStatus::Offline).await;
        }
        let again = QueueChange { wrap_up_seconds: Some(60), ..QueueChange::default() };
        centre.change_queue(queue.id, again).await;
    }
}

/// Else a call whose wrap-up runs out would have none, though the queue wants one.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_wants_an_outcome_names_one_to_fall_back_on() {
    let centre = Centre::open().await;
    let outcome = centre.platform.create_outcome(&centre.admin, "No note", false, None).await.unwrap().id;
    let queue = centre.queue("support", QueueChange::default()).await;
    let required = QueueChange { wrap_up_required: Some(true), ..QueueChange::default() };
    let update =
        async |change: QueueChange| centre.platform.update_queue(&centre.admin, queue.id, None, change).await;
    assert_eq!(refused(update(required.clone()).await).0, RefusalCode::Invalid);
    update(QueueChange { default_outcome: Some(Some(outcome)), ..required }).await.unwrap();
    let none = QueueChange { default_outcome: Some(None), ..QueueChange::default() };
    assert_eq!(refused(update(none).await).0, RefusalCode::Invalid);
    update(QueueChange { priority: Some(1), ..QueueChange::default() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_never_overwrite_each_other_unseen() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let update = |version: Option<i32>, change: QueueChange| {
        centre.platform.update_queue(&centre.admin, queue.id, version, change)
    };
    let rings = |seconds| QueueChange { offer_seconds: Some(seconds), ..QueueChange::default() };
    let takes_messages = QueueChange { voicemail: Some(true), ..QueueChange::default() };
    assert_eq!(queue.version, 1);
    assert_eq!(update(Some(1), rings(30)).await.unwrap().version, 2);
    // The answer was lost and is asked for again: nothing happens twice.
    assert_eq!(update(Some(1), rings(30)).await.unwrap().version, 2);
    // The other one still has the first version before them, also of what stands in a row of its own.
    for late in [rings(40), takes_messages.clone()] {
        assert_eq!(refused(update(Some(1), late).await).0, RefusalCode::Stale);
    }
    // Who serves a queue is no setting.
    let agent = centre.agent(&[&queue]).await;
    centre.join(&queue, &agent, Some(2)).await;
    assert_eq!(update(Some(2), takes_messages).await.unwrap().version, 3);
    let without = update(None, rings(40)).await.unwrap();
    assert_eq!((without.version, without.offer_seconds), (4, 40));
    // Of many at the same time exactly one comes through.
    let late = (50..58).map(|seconds| update(Some(4), rings(seconds)));
    let answers = futures_util::future::join_all(late).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_changed_while_calls_wait_is_in_force_at_once() {
    let centre = Centre::open().await;
    let asking = QueueChange { required_skills: german(5), ..QueueChange::default() };
    let queue = centre.queue("support", asking).await;
    let other = centre.queue("other", QueueChange::default()).await;
    let agent = centre.agent(&[&queue, &other]).await;
    let newcomer = centre.agent(&[&other]).await;
    let (first, second) = (centre.caller(&queue).await, centre.caller(&queue).await);
    centre.route().await;
    assert_eq!(centre.state(first.call).await, CallState::Queued);
    centre
        .change_queue(queue.id, QueueChange { required_skills: Some(Vec::new()), ..QueueChange::default() })
        .await;
    centre.route().await;
    assert_eq!(centre.offer(&agent).await.unwrap().call_id, first.call);
    centre.join(&queue, &newcomer, Some(1)).await;
    centre.route().await;
    assert_eq!(centre.answer(&newcomer).await, second.call);
    // Out of the queue while it rings: the offer goes on, no other comes.
    centre.platform.set_queue_member(&centre.admin, queue.id, id_of(&agent), None, false).await.unwrap();
    assert_eq!(centre.offer(&agent).await.unwrap().state, OfferState::Pending);
    centre.decline(&agent).await;
    centre.pass_with(&[&agent, &newcomer], seconds(21)).await;
    centre.route().await;
    assert_eq!(centre.state(first.call).await, CallState::Queued);
    // An archived queue takes no calls, and still serves those that wait.
    centre.change_queue(queue.id, QueueChange { archived: Some(true), ..QueueChange::default() }).await;
    assert_eq!(refused(centre.request(&queue).await.map(|it| it.call)).0, RefusalCode::NotFound);
    let late = centre.agent(&[&queue]).await;
    centre.route().await;
    assert_eq!(centre.answer(&late).await, first.call);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_does_what_is_not_theirs() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (agent, other) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let supervisor = person(&centre.platform, Role::Supervisor).await;
    let named = QueueChange { key: Some("mine".into()), name: Some("Mine".into()), ..QueueChange::default() };
    for nobody in [&agent, &supervisor] {
        let made = centre.platform.create_queue(nobody, named.clone(), None).await;
        assert_eq!(refused(made).0, RefusalCode::NotAllowed);
        let changed = centre.platform.update_queue(nobody, queue.id, None, QueueChange::default()).await;
        assert_eq!(refused(changed).0, RefusalCode::NotAllowed);
    }
    let joined = centre.platform.set_queue_member(&agent, queue.id, id_of(&other), None, false).await;
    assert_eq!(refused(joined).0, RefusalCode::NotAllowed);
    assert_eq!(
        refused(centre.platform.set_skills(&agent, id_of(&agent), Vec::new()).await).0,
        RefusalCode::NotAllowed
    );
    let (mine, yours) = (centre.caller(&queue).await, centre.caller(&queue).await);
    centre.route().await;
    let offer = centre.offer(&agent).await.unwrap();
    // Not one's offer, not one's call: as if it were not there.
    assert_eq!(
        refused(centre.platform.accept_offer(&other, offer.id).await.map(|_| ())).0,
        RefusalCode::NotFound
    );
    assert_eq!(refused(centre.platform.decline_offer(&other, offer.id, None).await).0, RefusalCode::NotFound);
    assert!(centre.platform.calls(&mine.actor, &[yours.call]).await.unwrap().is_empty());
    assert_eq!(refused(centre.platform.end_call(&mine.actor, yours.call).await).0, RefusalCode::NotFound);
    let callback = centre.platform.request_callback(&mine.actor, yours.call, None, None).await;
    assert_eq!(refused(callback.map(|_| ())).0, RefusalCode::NotFound);
}
