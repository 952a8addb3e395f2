//! Hold: who may, who hears what then, and what is left of it whatever happens meanwhile.

use cordboard_tests::invariants;
use cordboard_tests::sql::count;
use domain::calls::{CallResult, CallState, IntervalKind, LegRole};
use domain::error::RefusalCode;
use domain::ids::CallId;
use domain::people::{Actor, Role};
use domain::routing::QueueChange;

use super::centre::{Centre, person, refused, seconds};

impl Centre {
    /// What a call's life consists of so far, from the first talk on.
    pub async fn life(&self, call: CallId) -> Vec<IntervalKind> {
        let intervals = self.platform.intervals_of_calls(&[call]).await.unwrap();
        intervals.iter().map(|it| it.kind).skip_while(|kind| *kind != IntervalKind::Talk).collect()
    }

    /// Whether the newest leg of a role is parked.
    pub async fn parked(&self, call: CallId, role: LegRole) -> bool {
        self.leg(call, role).await.parked
    }

    /// What every transaction leaves behind.
    pub async fn judge(&self) {
        invariants::always(&self.stage.sql().await).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_on_hold_is_parked_and_the_time_is_told_apart() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.talk_with(&queue, &agent).await;
    centre.pass_with(&[&agent], seconds(10)).await;
    for _ in 0..2 {
        let held = centre.platform.hold_call(&agent, caller.call, None).await.unwrap();
        assert_eq!(held.state, CallState::InProgress);
        assert!(centre.parked(caller.call, LegRole::Contact).await);
        assert!(!centre.parked(caller.call, LegRole::Agent).await);
    }
    centre.judge().await;
    centre.pass_with(&[&agent], seconds(10)).await;
    centre.pass_with(&[&agent], seconds(10)).await;
    for _ in 0..2 {
        centre.platform.resume_call(&agent, caller.call, None).await.unwrap();
        assert!(!centre.parked(caller.call, LegRole::Contact).await);
    }
    centre.judge().await;
    use IntervalKind::{Hold, Talk};
    assert_eq!(centre.life(caller.call).await, [Talk, Hold, Talk]);
    let sql = centre.stage.sql().await;
    for (kind, times) in [("HELD", 1), ("RESUMED", 1)] {
        let query = format!("SELECT count(*) FROM event WHERE kind = '{kind}'");
        assert_eq!(count(&sql, &query).await, times, "{kind}, however often it was said");
    }
    centre.platform.hold_call(&agent, caller.call, None).await.unwrap();
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    assert_eq!(centre.call(caller.call).await.result, Some(CallResult::Completed));
    centre.judge().await;
    centre.pass_with(&[&agent], seconds(61)).await;
    let handled = centre.visits(caller.call).await[0].handled_seconds.unwrap();
    assert!(handled > 90.0, "hold counts as handling: {handled}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_agent_of_the_call_holds_and_only_others() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (agent, other) = (centre.agent(&[&queue]).await, person(&centre.platform, Role::Agent).await);
    let supervisor = person(&centre.platform, Role::Supervisor).await;
    let waiting = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.accept(&agent).await, waiting.call);
    let hold = async |actor: &Actor, leg| centre.platform.hold_call(actor, waiting.call, leg).await;
    assert_eq!(refused(hold(&agent, None).await).0, RefusalCode::NotAllowed, "not connected yet");
    centre.media(waiting.call, LegRole::Agent).await;
    let (own, theirs) =
        (centre.leg(waiting.call, LegRole::Agent).await, centre.leg(waiting.call, LegRole::Contact).await);
    assert_eq!(refused(hold(&other, None).await).0, RefusalCode::NotFound);
    assert_eq!(refused(hold(&supervisor, None).await).0, RefusalCode::NotAllowed);
    assert_eq!(refused(hold(&waiting.actor, None).await).0, RefusalCode::NotAllowed);
    let (code, says) = refused(hold(&agent, Some(own.id)).await);
    assert_eq!(code, RefusalCode::NotAllowed);
    assert!(says.contains("Mute"), "{says}");
    hold(&agent, Some(theirs.id)).await.unwrap();
    assert!(centre.parked(waiting.call, LegRole::Contact).await);
    centre.platform.resume_call(&agent, waiting.call, Some(theirs.id)).await.unwrap();
    centre.platform.end_call(&agent, waiting.call).await.unwrap();
    assert_eq!(refused(hold(&agent, None).await).0, RefusalCode::CallEnded);
}

/// The agent's machine dies while the contact hears music: nobody would ever take the contact up again.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_contact_whose_agent_is_lost_waits_in_the_queue_again() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let (one, two) = if centre.offer(&one).await.is_some() { (one, two) } else { (two, one) };
    centre.answer(&one).await;
    centre.platform.hold_call(&one, caller.call, None).await.unwrap();
    centre.silence(caller.call, LegRole::Agent).await;
    for _ in 0..3 {
        centre.pass_with(&[&one, &two], seconds(11)).await;
    }
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    assert!(!centre.parked(caller.call, LegRole::Contact).await);
    centre.judge().await;
    centre.route().await;
    assert_eq!(centre.answer(&two).await, caller.call);
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holding_resuming_and_hanging_up_at_once_leaves_one_life() {
    let centre = Centre::open().await;
    let queue =
        centre.queue("support", QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() }).await;
    let agent = centre.agent(&[&queue]).await;
    for _ in 0..4 {
        let caller = centre.talk_with(&queue, &agent).await;
        let (one, two, three) = (centre.process(), centre.process(), centre.process());
        let (held, resumed, ended) = tokio::join!(
            one.hold_call(&agent, caller.call, None),
            two.resume_call(&agent, caller.call, None),
            three.end_call(&caller.actor, caller.call),
        );
        ended.unwrap();
        for answer in [held, resumed] {
            assert!(answer.is_ok() || refused(answer).0 == RefusalCode::CallEnded);
        }
        centre.judge().await;
    }
}
