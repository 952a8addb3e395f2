//! Calls between colleagues, and the direct offers that they begin with.

use cordboard_tests::sql::count;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallResult, CallState, Direction, IntervalKind, LegState, MediaKind};
use domain::error::RefusalCode;
use domain::ids::CallId;
use domain::people::{Actor, idempotency::Key};
use domain::routing::{OfferPurpose, OfferState, QueueChange};

use super::centre::{Centre, id_of, refused, seconds};

impl Centre {
    pub async fn call_colleague(&self, from: &Actor, to: &Actor) -> domain::Result<CallId> {
        let to = to.user().unwrap().id;
        let placed = self.platform.call_colleague(from, to, MediaKind::Audio, None, None, None).await?;
        Ok(placed.id)
    }

    /// The worker reports media both ways on the leg that somebody has in a call now.
    pub async fn media_of(&self, call: CallId, who: &Actor) {
        let plan = self.platform.lease_call(call, self.worker).await.unwrap().unwrap();
        let legs = self.platform.legs_of_calls(&[call]).await.unwrap();
        let leg = legs.iter().rfind(|leg| who.owns(leg)).unwrap();
        self.platform.leg_connected(call, plan.epoch, leg.id).await.unwrap();
    }

    /// The worker reports that nothing comes from somebody any more.
    pub async fn silence_of(&self, call: CallId, who: &Actor) {
        let legs = self.platform.legs_of_calls(&[call]).await.unwrap();
        let leg = legs.iter().rfind(|leg| who.owns(leg)).unwrap();
        let epoch = self.call(call).await.epoch;
        self.platform.leg_disconnected(call, epoch, leg.id).await.unwrap();
    }

    /// One party goes.
    pub async fn leaves(&self, call: CallId, who: &Actor) {
        let legs = self.platform.legs_of_calls(&[call]).await.unwrap();
        let leg = legs.iter().rfind(|leg| who.owns(leg) && leg.state != LegState::Left).unwrap();
        self.platform.leave(who, leg.id).await.unwrap();
    }
}

async fn two() -> (Centre, Actor, Actor) {
    let centre = Centre::open().await;
    let (one, two) = (centre.agent(&[]).await, centre.agent(&[]).await);
    (centre, one, two)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_is_called_and_answers() {
    let (centre, one, two) = two().await;
    let call = centre.call_colleague(&one, &two).await.unwrap();
    let row = centre.call(call).await;
    assert_eq!((row.direction, row.contact_id, row.record), (Direction::Internal, None, false));
    assert_eq!(centre.activity(&one).await, AgentActivity::OnCall);
    assert_eq!(centre.activity(&two).await, AgentActivity::Ringing);
    let offer = centre.offer(&two).await.unwrap();
    assert_eq!((offer.purpose, offer.asked_by), (OfferPurpose::Call, Some(id_of(&one))));
    centre.platform.join_as_user(&one, call, None).await.unwrap();
    centre.media_of(call, &one).await;
    assert_eq!(centre.state(call).await, CallState::Ringing, "one alone talks with nobody");
    centre.pass_with(&[&one, &two], seconds(5)).await;
    assert_eq!(centre.accept(&two).await, call);
    assert_eq!(centre.state(call).await, CallState::Connecting);
    centre.judge().await;
    centre.media_of(call, &two).await;
    assert_eq!(centre.state(call).await, CallState::InProgress);
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Connected);
    centre.platform.hold_call(&two, call, None).await.unwrap();
    centre.judge().await;
    centre.platform.resume_call(&two, call, None).await.unwrap();
    assert_eq!(centre.life(call).await, [IntervalKind::Talk, IntervalKind::Hold, IntervalKind::Talk]);
    centre.leaves(call, &one).await;
    assert_eq!(centre.call(call).await.result, Some(CallResult::Completed));
    for agent in [&one, &two] {
        assert_eq!(centre.activity(agent).await, AgentActivity::Available, "no work after it");
    }
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_does_not_come_ends_the_call_and_says_why() {
    let (centre, one, two) = two().await;
    let ended = async |call, result, says: &str| {
        let row = centre.call(call).await;
        assert_eq!((row.state, row.result), (CallState::Ended, Some(result)));
        assert!(row.end_reason.as_deref().unwrap_or_default().contains(says), "{:?}", row.end_reason);
        assert_eq!(centre.activity(&one).await, AgentActivity::Available);
        centre.judge().await;
    };
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.decline(&two).await;
    ended(call, CallResult::Declined, "declined").await;

    let call = centre.call_colleague(&one, &two).await.unwrap();
    for _ in 0..3 {
        centre.pass_with(&[&one, &two], seconds(11)).await;
    }
    ended(call, CallResult::Missed, "did not answer").await;
    let row = centre.platform.agents(&[id_of(&two)]).await.unwrap().remove(0);
    assert_eq!(row.status, AgentStatus::Available, "what a colleague asks is no duty");

    // The laptop is closed while it rings.
    let call = centre.call_colleague(&one, &two).await.unwrap();
    for _ in 0..2 {
        centre.pass_with(&[&one], seconds(11)).await;
    }
    ended(call, CallResult::Missed, "no longer there").await;

    centre.platform.be_present(&[id_of(&two)]).await.unwrap();
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.set(&two, AgentStatus::Away).await;
    ended(call, CallResult::Declined, "went away").await;

    centre.set(&two, AgentStatus::Available).await;
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.platform.join_as_user(&one, call, None).await.unwrap();
    centre.media_of(call, &one).await;
    centre.accept(&two).await;
    centre.pass_with(&[&one, &two], seconds(11)).await;
    ended(call, CallResult::Failed, "no media came through").await;

    let call = centre.call_colleague(&one, &two).await.unwrap();
    let offer = centre.offer(&two).await.unwrap();
    centre.platform.end_call(&one, call).await.unwrap();
    ended(call, CallResult::Abandoned, "hung up").await;
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Cancelled);
    let sql = centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM task").await, 0, "nobody has to call a contact back");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_colleague_who_is_free_is_called() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (one, two) = (centre.agent(&[]).await, centre.agent(&[&queue]).await);
    let says = async |code, words: &str| {
        let (found, told) = refused(centre.call_colleague(&one, &two).await);
        assert_eq!(found, code, "{told}");
        assert!(told.contains(words), "{told}");
    };
    let (code, _) = refused(centre.call_colleague(&one, &one).await);
    assert_eq!(code, RefusalCode::NotAllowed);
    centre.set(&two, AgentStatus::Away).await;
    says(RefusalCode::AgentBusy, "is away").await;
    centre.set(&two, AgentStatus::Offline).await;
    says(RefusalCode::NoAgent, "is not signed in").await;
    centre.set(&two, AgentStatus::Available).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    says(RefusalCode::AgentBusy, "is being called").await;
    centre.answer(&two).await;
    says(RefusalCode::AgentBusy, "is on a call").await;
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();
    says(RefusalCode::AgentBusy, "is wrapping up").await;
    let sql = centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM call WHERE direction = 'INTERNAL'").await, 0);
    centre.pass_with(&[&one], seconds(61)).await;
    says(RefusalCode::NoAgent, "is not signed in").await;
}

/// Each would wait for the other's row for ever.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_call_each_other_at_once_get_one_call() {
    let (centre, one, two) = two().await;
    for _ in 0..5 {
        let (mine, theirs) =
            tokio::join!(centre.call_colleague(&one, &two), centre.call_colleague(&two, &one));
        let (call, lost) = match (mine, theirs) {
            (Ok(call), lost) | (lost, Ok(call)) => (call, lost),
            both => panic!("nobody calls: {both:?}"),
        };
        assert_eq!(refused(lost).0, RefusalCode::AgentBusy);
        centre.judge().await;
        centre.platform.end_call(&centre.admin, call).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_calls_a_colleague_once() {
    let (centre, one, two) = two().await;
    let to = two.user().unwrap().id;
    let place = async |platform: &domain::Platform| {
        let key = Key::new(&one, "callPlace", Some("once".into()), &to.to_string()).unwrap();
        platform.call_colleague(&one, to, MediaKind::Audio, None, None, key).await.unwrap().id
    };
    let (a, b) = (centre.process(), centre.process());
    let (first, second) = tokio::join!(place(&a), place(&b));
    assert_eq!((first, first), (second, place(&a).await));
    let sql = centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM offer").await, 1);
}

/// A supervisor or a take-over may not leave an agent ringing for a call that is gone, nor ring twice.
#[tokio::test(flavor = "multi_thread")]
async fn accepting_while_the_caller_hangs_up_leaves_nobody_ringing() {
    let (centre, one, two) = two().await;
    for _ in 0..4 {
        let call = centre.call_colleague(&one, &two).await.unwrap();
        let offer = centre.offer(&two).await.unwrap();
        let other = centre.process();
        let (accepted, ended) =
            tokio::join!(centre.platform.accept_offer(&two, offer.id), other.end_call(&one, call));
        ended.unwrap();
        if accepted.is_err() {
            assert_eq!(refused(accepted.map(|_| ())).0, RefusalCode::OfferGone);
        }
        assert_eq!(centre.state(call).await, CallState::Ended);
        assert_eq!(centre.activity(&two).await, AgentActivity::Available);
        centre.judge().await;
    }
}
