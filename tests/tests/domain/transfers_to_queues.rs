//! Transfers to queues: blind, where the contact waits and the agent can take the call back, and warm, where a member is
//! asked.

use domain::agents::AgentActivity;
use domain::calls::{CallResult, CallState, IntervalKind, LegRole};
use domain::error::RefusalCode;
use domain::people::Actor;
use domain::routing::{
    Hours, OfferPurpose, OfferState, OpenInterval, OverflowKind, Queue, QueueChange, VisitOutcome, Weekday,
};
use domain::transfers::{Target, Transfer, TransferKind, TransferState};

use super::centre::{Centre, id_of, refused, seconds};
use super::handing_over::Scene;
use IntervalKind::{Connect, Ring, Talk, Wait};
use TransferKind::{Blind, Warm};

/// A scene with another queue, whose only member is the second agent; away at first.
struct Sales {
    scene: Scene,
    sales: Queue,
}

impl Sales {
    async fn set() -> Self {
        Self::on(Scene::set().await).await
    }

    async fn on(scene: Scene) -> Self {
        let rules =
            QueueChange { wrap_up_seconds: Some(0), max_wait_seconds: Some(300), ..QueueChange::default() };
        let sales = scene.sales(rules).await;
        Self { scene, sales }
    }

    async fn transfer(&self, kind: TransferKind) -> domain::Result<Transfer> {
        self.scene.transfer_to(kind, Target::Queue(self.sales.id)).await
    }

    async fn outcomes(&self) -> Vec<Option<VisitOutcome>> {
        let visits = self.scene.centre.visits(self.scene.call()).await;
        visits.iter().filter(|visit| visit.queue_id == self.sales.id).map(|visit| visit.outcome).collect()
    }

    /// The first agent has the contact again, as before.
    async fn is_back(&self) {
        self.scene.is_with(&self.scene.one).await;
        let call = self.scene.centre.call(self.scene.call()).await;
        assert_eq!((call.queue_id, call.visit_id), (Some(self.scene.queue.id), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_left_to_whoever_answers_out_of_the_other_queue() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    let transfer = it.transfer(Blind).await.unwrap();
    assert_eq!(it.transfer(Blind).await.unwrap().id, transfer.id, "said twice it is done once");
    assert_eq!(centre.state(scene.call()).await, CallState::Queued);
    assert_eq!(scene.parked().await, [true, false, false], "the agent waits beside the queue");
    assert_eq!(centre.activity(&scene.one).await, AgentActivity::OnCall);
    centre.judge().await;
    scene.pass(5).await;
    scene.route().await;
    let offer = centre.offer(&scene.two).await.unwrap();
    assert_eq!((offer.purpose, offer.transfer_id), (OfferPurpose::Queue, None));
    centre.accept(&scene.two).await;
    assert_eq!(centre.state(scene.call()).await, CallState::Connecting);
    // News of the agent's own media answer nothing.
    centre.silence_of(scene.call(), &scene.one).await;
    centre.media_of(scene.call(), &scene.one).await;
    assert_eq!(centre.state(scene.call()).await, CallState::Connecting);
    centre.judge().await;
    centre.media_of(scene.call(), &scene.two).await;
    scene.is_over(&transfer, TransferState::Completed, "").await;
    assert_eq!(scene.now(&transfer).await.to_agent_id, Some(id_of(&scene.two)));
    let call = centre.call(scene.call()).await;
    assert_eq!(
        (call.state, call.agent_id, call.queue_id),
        (CallState::InProgress, scene.two.user_id(), Some(it.sales.id))
    );
    assert!(!centre.parked(scene.call(), LegRole::Contact).await);
    centre.judge().await;
    assert_eq!(
        centre.activity(&scene.one).await,
        AgentActivity::WrapUp,
        "by the rules of the agent's own queue"
    );
    assert_eq!(centre.life(scene.call()).await, [Talk, Wait, Ring, Connect, Talk]);
    centre.platform.end_call(&scene.two, scene.call()).await.unwrap();
    assert_eq!(centre.activity(&scene.two).await, AgentActivity::Available, "sales wraps nothing up");
    assert_eq!(it.outcomes().await, [Some(VisitOutcome::Answered)]);
    scene.pass(22).await;
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_taken_back_out_of_the_queue_whatever_it_is_doing_there() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    for step in ["waits", "rings", "accepted", "comes while the contact is away"] {
        let transfer = it.transfer(Blind).await.unwrap();
        if step != "waits" {
            scene.route().await;
            assert!(centre.offer(&scene.two).await.is_some());
        }
        if !["waits", "rings"].contains(&step) {
            centre.accept(&scene.two).await;
        }
        if step.starts_with("comes") {
            centre.silence(scene.call(), LegRole::Contact).await;
            centre.media_of(scene.call(), &scene.two).await;
            assert_eq!(centre.state(scene.call()).await, CallState::Connecting);
        }
        centre.judge().await;
        let (code, says) = refused(centre.platform.complete_transfer(&scene.one, transfer.id).await);
        assert_eq!(code, RefusalCode::IllegalTransition);
        assert!(says.contains("hang up to leave it there"), "{says}");
        for _ in 0..2 {
            centre.platform.cancel_transfer(&scene.one, transfer.id).await.unwrap();
        }
        scene.is_over(&transfer, TransferState::Cancelled, "taken back").await;
        it.is_back().await;
        assert_eq!(centre.offer(&scene.two).await, None);
        assert_eq!(centre.activity(&scene.two).await, AgentActivity::Available);
    }
    assert_eq!(
        it.outcomes().await,
        [Some(VisitOutcome::Cancelled); 4],
        "no visit that was offered to the queue"
    );
    let stats = centre.platform.queue_stats(std::slice::from_ref(&it.sales)).await.unwrap().remove(0);
    assert_eq!(stats.offered(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_of_the_queue_takes_is_back_with_the_agent() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    let transfer = it.transfer(Blind).await.unwrap();
    scene.route().await;
    for _ in 0..3 {
        scene.pass(11).await;
    }
    assert_eq!(scene.now(&transfer).await.state, TransferState::Ringing);
    scene.pass(22).await;
    scene.is_over(&transfer, TransferState::Failed, "Nobody of the queue").await;
    it.is_back().await;
    assert_eq!(it.outcomes().await, [Some(VisitOutcome::Overflowed)]);
    assert_eq!(centre.life(scene.call()).await.last(), Some(&Talk));
    // The queue itself may let nobody wait so long.
    let short = QueueChange { max_wait_seconds: Some(10), ..QueueChange::default() };
    centre.change_queue(it.sales.id, short).await;
    let transfer = it.transfer(Blind).await.unwrap();
    scene.pass(11).await;
    scene.is_over(&transfer, TransferState::Failed, "Nobody of the queue").await;
    it.is_back().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_rings_when_the_time_is_up_may_still_answer() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    let transfer = it.transfer(Blind).await.unwrap();
    scene.pass(40).await;
    scene.route().await;
    assert!(centre.offer(&scene.two).await.is_some());
    scene.pass(10).await;
    assert_eq!(scene.now(&transfer).await.state, TransferState::Ringing);
    centre.decline(&scene.two).await;
    scene.is_over(&transfer, TransferState::Failed, "Nobody of the queue").await;
    it.is_back().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_hangs_up_leaves_the_call_to_the_queue() {
    let mut scene = Scene::set().await;
    for how in ["leaves", "ends", "lost"] {
        let it = Sales::on(scene).await;
        let (now, centre) = (&it.scene, &it.scene.centre);
        let transfer = it.transfer(Blind).await.unwrap();
        match how {
            "leaves" => centre.leaves(now.call(), &now.one).await,
            "ends" => drop(centre.platform.end_call(&now.one, now.call()).await.unwrap()),
            _ => {
                centre.silence_of(now.call(), &now.one).await;
                now.pass(33).await;
            }
        }
        now.is_over(&transfer, TransferState::Completed, "left to the queue").await;
        assert_eq!(centre.state(now.call()).await, CallState::Queued);
        assert_eq!(centre.activity(&now.one).await, AgentActivity::WrapUp);
        centre.judge().await;
        let (code, says) = refused(centre.platform.cancel_transfer(&now.one, transfer.id).await);
        assert_eq!(code, RefusalCode::IllegalTransition);
        assert!(says.contains("left to the queue"), "{says}");
        // The queue's own patience from now on.
        now.pass(88).await;
        assert_eq!(centre.state(now.call()).await, CallState::Queued);
        now.route().await;
        assert_eq!(centre.answer(&now.two).await, now.call());
        centre.judge().await;
        assert_eq!(centre.call(now.call()).await.agent_id, now.two.user_id());
        scene = it.scene.again().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_left_to_a_queue_overflows_like_any_other() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    centre
        .change_queue(
            it.sales.id,
            QueueChange { overflow: Some((OverflowKind::End, None)), ..QueueChange::default() },
        )
        .await;
    it.transfer(Blind).await.unwrap();
    centre.leaves(scene.call(), &scene.one).await;
    scene.pass(310).await;
    let call = centre.call(scene.call()).await;
    assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Missed)));
    assert_eq!(it.outcomes().await, [Some(VisitOutcome::Overflowed)]);
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_accepts_and_does_not_come_leaves_the_call_waiting_and_the_agent_beside_it() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    let transfer = it.transfer(Blind).await.unwrap();
    for how in ["no media", "leaves", "ends"] {
        scene.route().await;
        centre.accept(&scene.two).await;
        match how {
            "leaves" => centre.leaves(scene.call(), &scene.two).await,
            "ends" => drop(centre.platform.end_call(&scene.two, scene.call()).await.unwrap()),
            _ => scene.pass(11).await,
        }
        assert_eq!(centre.state(scene.call()).await, CallState::Queued, "{how}");
        assert_eq!(scene.now(&transfer).await.state, TransferState::Ringing);
        assert_eq!(scene.parked().await, [true, false, false]);
        centre.judge().await;
        // Not asked again at once: a fresh look.
        let sql = centre.stage.sql().await;
        sql.batch_execute(
            "UPDATE offer SET ended_at = ended_at - interval '1 minute' WHERE state = 'FAILED'",
        )
        .await
        .unwrap();
    }
    // Both are there, but the contact's connection broke: then the member is lost, too.
    scene.route().await;
    centre.accept(&scene.two).await;
    centre.silence(scene.call(), LegRole::Contact).await;
    centre.media_of(scene.call(), &scene.two).await;
    assert_eq!(centre.state(scene.call()).await, CallState::Connecting);
    centre.leaves(scene.call(), &scene.two).await;
    assert_eq!(centre.state(scene.call()).await, CallState::Queued);
    assert_eq!(scene.now(&transfer).await.state, TransferState::Ringing);
    centre.judge().await;
    scene.pass(40).await;
    assert!(!scene.now(&transfer).await.state.is_live(), "not longer than at first");
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_who_hangs_up_in_the_queue_has_abandoned_it() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    let transfer = it.transfer(Blind).await.unwrap();
    centre.leaves(scene.call(), &scene.caller.actor).await;
    scene.is_over(&transfer, TransferState::Cancelled, "hung up").await;
    assert_eq!(it.outcomes().await, [Some(VisitOutcome::Abandoned)]);
    assert_eq!(
        centre.activity(&scene.one).await,
        AgentActivity::WrapUp,
        "by the rules of the agent's own queue"
    );
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_closed_full_or_gone_takes_no_call() {
    let it = Sales::set().await;
    let scene = &it.scene;
    let centre = &scene.centre;
    let is = async |code, words: &str| {
        let (found, says) = refused(it.transfer(Blind).await);
        assert_eq!(found, code, "{says}");
        assert!(says.contains(words), "{says}");
        it.is_back().await;
    };
    let never = OpenInterval { day: Weekday::Sunday, from: 0, to: 1 };
    let closed = Hours { weekly: vec![never], ..Hours::default() };
    centre.change_queue(it.sales.id, QueueChange { hours: Some(closed), ..QueueChange::default() }).await;
    is(RefusalCode::QueueClosed, "is closed now").await;
    let open = QueueChange { hours: Some(Hours::default()), max_length: Some(1), ..QueueChange::default() };
    centre.change_queue(it.sales.id, open).await;
    let other = centre.caller(&it.sales).await;
    is(RefusalCode::QueueFull, "As many wait").await;
    centre.platform.end_call(&centre.admin, other.call).await.unwrap();
    centre.change_queue(it.sales.id, QueueChange { archived: Some(true), ..QueueChange::default() }).await;
    is(RefusalCode::NotFound, "no such queue").await;
    assert_eq!(it.outcomes().await, []);
}

/// A call that an agent placed came out of no queue: taken back it is that again.
#[tokio::test(flavor = "multi_thread")]
async fn a_placed_call_goes_to_a_queue_and_back() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let one = centre.agent(&[]).await;
    let talk = super::talk(&centre.platform, &one).await;
    let to = Target::Queue(queue.id);
    let transfer = centre.platform.transfer_call(&one, talk.call, Blind, to, None).await.unwrap();
    centre.judge().await;
    centre.platform.cancel_transfer(&one, transfer.id).await.unwrap();
    let call = centre.call(talk.call).await;
    assert_eq!((call.state, call.queue_id, call.agent_id), (CallState::InProgress, None, one.user_id()));
    centre.judge().await;
    centre.platform.transfer_call(&one, talk.call, Blind, to, None).await.unwrap();
    centre.platform.end_call(&one, talk.call).await.unwrap();
    assert_eq!(centre.activity(&one).await, AgentActivity::Available, "no queue, no work after it");
    let two = centre.agent(&[&queue]).await;
    centre.route().await;
    centre.accept(&two).await;
    let leg = centre.leg(talk.call, LegRole::Agent).await;
    centre.platform.leg_connected(talk.call, talk.plan.epoch, leg.id).await.unwrap();
    assert_eq!(centre.state(talk.call).await, CallState::InProgress);
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_transfer_asks_the_members_of_a_queue_one_after_the_other() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    // The second agent has been idle the longest, then these.
    scene.pass(1).await;
    let three = centre.agent(&[&it.sales]).await;
    scene.pass(1).await;
    let four = centre.agent(&[&it.sales]).await;
    let all: [&Actor; 4] = [&scene.one, &scene.two, &three, &four];
    let transfer = it.transfer(Warm).await.unwrap();
    assert_eq!(transfer.to_agent_id, Some(id_of(&scene.two)));
    assert_eq!(centre.state(scene.call()).await, CallState::InProgress);
    assert_eq!(scene.parked().await, [false, true, false]);
    centre.judge().await;
    centre.decline(&scene.two).await;
    assert_eq!(scene.now(&transfer).await.to_agent_id, Some(id_of(&three)), "the next one is asked");
    centre.judge().await;
    for _ in 0..3 {
        centre.pass_with(&all, seconds(11)).await;
    }
    assert_eq!(scene.now(&transfer).await.to_agent_id, Some(id_of(&four)));
    centre.accept(&four).await;
    centre.media_of(scene.call(), &four).await;
    assert_eq!(scene.now(&transfer).await.state, TransferState::Consulting);
    centre.judge().await;
    centre.platform.complete_transfer(&scene.one, transfer.id).await.unwrap();
    scene.is_with(&four).await;
    assert_eq!(it.outcomes().await, [], "nobody waited in that queue");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_transfer_to_a_queue_where_nobody_is_free_says_so() {
    let it = Sales::set().await;
    let (scene, centre) = (&it.scene, &it.scene.centre);
    let transfer = it.transfer(Warm).await.unwrap();
    let offer = centre.offer(&scene.two).await.unwrap();
    centre.decline(&scene.two).await;
    scene.is_over(&transfer, TransferState::Failed, "declined").await;
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Declined);
    it.is_back().await;
    let other = centre.caller(&it.sales).await;
    scene.pass(22).await;
    scene.route().await;
    assert_eq!(centre.answer(&scene.two).await, other.call);
    let (code, says) = refused(it.transfer(Warm).await);
    assert_eq!(code, RefusalCode::NoAgent);
    assert!(says.contains("Transfer blind"), "{says}");
    it.is_back().await;
}

/// Else a caller who comes again would be kept for the one who hands the call over, and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_waits_for_no_last_agent_who_has_just_handed_it_over() {
    let centre = Centre::open().await;
    let rules =
        QueueChange { last_agent_seconds: Some(300), wrap_up_seconds: Some(0), ..QueueChange::default() };
    let queue = centre.queue("support", rules).await;
    let (call, known, _) = centre.talk(&queue).await;
    centre.platform.end_call(&known, call).await.unwrap();
    let again = centre.talk_with(&queue, &known).await.call;
    let other = centre.agent(&[&queue]).await;
    let to = Target::Queue(queue.id);
    centre.platform.transfer_call(&known, again, Blind, to, None).await.unwrap();
    centre.route().await;
    assert_eq!(centre.answer(&other).await, again);
}
