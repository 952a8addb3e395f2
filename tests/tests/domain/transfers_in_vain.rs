//! Whoever does not come or goes in the middle of a transfer: the contact is never alone.

use cordboard_tests::sql::count;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallResult, CallState, IntervalKind, LegRole};
use domain::error::RefusalCode;
use domain::transfers::{Target, Transfer, TransferKind, TransferSide, TransferState};

use super::centre::{Centre, id_of, refused, seconds};
use super::handing_over::Scene;
use IntervalKind::{Hold, Talk};
use TransferKind::{Blind, Warm};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_keeps_the_target_away_gives_the_contact_back_at_once() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    for kind in [Blind, Warm] {
        let failed = async |transfer: &Transfer, says: &str| {
            scene.is_over(transfer, TransferState::Failed, says).await;
            scene.is_with(&scene.one).await;
            let (code, told) = refused(centre.platform.cancel_transfer(&scene.one, transfer.id).await);
            assert_eq!(code, RefusalCode::IllegalTransition);
            assert!(told.contains("over"), "{told}");
        };
        let transfer = scene.transfer(kind).await;
        centre.decline(&scene.two).await;
        failed(&transfer, "declined").await;

        let transfer = scene.transfer(kind).await;
        let offer = centre.offer(&scene.two).await.unwrap().id;
        let reason = Some("lunch".into());
        centre.platform.decline_offer(&scene.two, offer, reason).await.unwrap();
        failed(&transfer, "declined: lunch").await;

        let transfer = scene.transfer(kind).await;
        scene.pass(33).await;
        failed(&transfer, "did not answer").await;

        let transfer = scene.transfer(kind).await;
        centre.set(&scene.two, AgentStatus::Away).await;
        failed(&transfer, "went away").await;
        centre.set(&scene.two, AgentStatus::Available).await;

        let transfer = scene.transfer(kind).await;
        for _ in 0..2 {
            centre.pass_with(&[&scene.one], seconds(11)).await;
        }
        failed(&transfer, "no longer there").await;
        centre.platform.be_present(&[id_of(&scene.two)]).await.unwrap();

        let transfer = scene.transfer(kind).await;
        centre.accept(&scene.two).await;
        scene.pass(11).await;
        failed(&transfer, "no media came through").await;
        assert_eq!(centre.activity(&scene.two).await, AgentActivity::Available);

        let transfer = scene.transfer(kind).await;
        centre.accept(&scene.two).await;
        centre.leaves(scene.call(), &scene.two).await;
        failed(&transfer, "no media came through").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_who_leaves_or_is_lost_while_they_consult_gives_the_contact_back() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    for how in ["leaves", "ends", "lost"] {
        let transfer = scene.consulting().await;
        match how {
            "leaves" => centre.leaves(scene.call(), &scene.two).await,
            "ends" => drop(centre.platform.end_call(&scene.two, scene.call()).await.unwrap()),
            _ => {
                centre.silence_of(scene.call(), &scene.two).await;
                scene.pass(22).await;
                assert_eq!(scene.now(&transfer).await.state, TransferState::Consulting, "it may come back");
                scene.pass(11).await;
            }
        }
        scene.is_over(&transfer, TransferState::Failed, "left again").await;
        scene.is_with(&scene.one).await;
        scene.pass(22).await;
    }
}

/// The agent hangs up as soon as it rings, as on any telephone: the transfer goes on.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_hangs_up_while_it_rings_leaves_the_contact_to_the_target() {
    let mut scene = Scene::set().await;
    for (kind, how) in [(Blind, "leaves"), (Warm, "leaves"), (Blind, "ends"), (Warm, "lost")] {
        scene = scene.again().await;
        let centre = &scene.centre;
        let transfer = scene.transfer(kind).await;
        go(&scene, how).await;
        assert_eq!(scene.now(&transfer).await.state, TransferState::Ringing);
        assert_eq!(centre.activity(&scene.one).await, AgentActivity::WrapUp);
        centre.judge().await;
        let (code, _) = refused(centre.platform.cancel_transfer(&scene.one, transfer.id).await);
        assert_eq!(code, RefusalCode::NotAllowed, "it cannot be taken back by one who is gone");
        if how == "lost" {
            // The offer of thirty seconds went by.
            assert!(centre.offer(&scene.two).await.is_some());
        }
        scene.two_answers().await;
        scene.is_over(&transfer, TransferState::Completed, "").await;
        scene.is_with(&scene.two).await;
        assert_eq!(centre.life(scene.call()).await, [Talk, Hold, Talk]);
    }
}

/// The first agent goes: by the button of the own leg, by that of the call, or by losing the connection.
async fn go(scene: &Scene, how: &str) {
    let centre = &scene.centre;
    match how {
        "leaves" => centre.leaves(scene.call(), &scene.one).await,
        "ends" => {
            let call = centre.platform.end_call(&scene.one, scene.call()).await.unwrap();
            assert_eq!(call.state, CallState::InProgress, "the contact is not put out");
        }
        _ => {
            // Lost a while before the transfer, noticed now.
            let sql = centre.stage.sql().await;
            centre.silence_of(scene.call(), &scene.one).await;
            let lost = format!(
                "UPDATE leg SET leave_by = '{}' WHERE leave_by IS NOT NULL",
                centre.platform.clock.now().to_rfc3339()
            );
            sql.batch_execute(&lost).await.unwrap();
            centre.platform.expire_legs().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_agent_gone_a_failed_transfer_is_at_the_front_of_its_queue() {
    let mut scene = Scene::set().await;
    for kind in [Blind, Warm] {
        scene = scene.again().await;
        let centre = &scene.centre;
        let earlier = centre.caller(&scene.queue).await;
        let transfer = scene.transfer(kind).await;
        centre.leaves(scene.call(), &scene.one).await;
        centre.decline(&scene.two).await;
        scene.is_over(&transfer, TransferState::Failed, "declined").await;
        assert_eq!(centre.state(scene.call()).await, CallState::Queued);
        assert!(!centre.parked(scene.call(), LegRole::Contact).await);
        centre.judge().await;
        scene.pass(22).await;
        scene.route().await;
        assert_eq!(
            centre.offer(&scene.one).await.unwrap().call_id,
            scene.call(),
            "before the other who waits"
        );
        assert_eq!(centre.answer(&scene.one).await, scene.call());
        scene.is_with(&scene.one).await;
        assert_eq!(centre.state(earlier.call).await, CallState::Queued);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_queue_a_call_that_nobody_took_ends_and_somebody_calls_back() {
    let centre = Centre::open().await;
    let (one, two) = (centre.agent(&[]).await, centre.agent(&[]).await);
    let talk = super::talk(&centre.platform, &one).await;
    let to = Target::Agent(id_of(&two));
    let transfer = centre.platform.transfer_call(&one, talk.call, Blind, to, None).await.unwrap();
    centre.leaves(talk.call, &one).await;
    centre.decline(&two).await;
    let call = centre.call(talk.call).await;
    assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Failed)));
    assert_eq!(call.end_reason.as_deref(), Some("Nobody took the transferred call."));
    let now = centre.platform.transfers(&[transfer.id]).await.unwrap().remove(0);
    assert_eq!(now.state, TransferState::Failed);
    let sql = centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM task").await, 1);
    centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_leaves_a_consultation_has_completed_it() {
    use TransferSide::{Contact, Everyone, Target};
    let mut scene = Scene::set().await;
    for (how, side) in [("leaves", Target), ("ends", Contact), ("lost", Everyone)] {
        scene = scene.again().await;
        let transfer = scene.consulting().await;
        scene.centre.platform.swap_transfer(&scene.one, transfer.id, Some(side)).await.unwrap();
        go(&scene, how).await;
        scene.is_over(&transfer, TransferState::Completed, "").await;
        scene.is_with(&scene.two).await;
        assert_eq!(scene.centre.activity(&scene.one).await, AgentActivity::WrapUp);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_who_hangs_up_ends_call_and_transfer() {
    let mut scene = Scene::set().await;
    for (kind, step) in [(Blind, "rings"), (Warm, "rings"), (Blind, "accepted"), (Warm, "consults")] {
        scene = scene.again().await;
        let centre = &scene.centre;
        let transfer = scene.transfer(kind).await;
        let offer = centre.offer(&scene.two).await.unwrap();
        match step {
            "rings" => {}
            "accepted" => drop(centre.accept(&scene.two).await),
            _ => scene.two_answers().await,
        }
        centre.leaves(scene.call(), &scene.caller.actor).await;
        let call = centre.call(scene.call()).await;
        assert_eq!((call.state, call.result), (CallState::Ended, Some(CallResult::Completed)));
        scene.is_over(&transfer, TransferState::Cancelled, "hung up").await;
        assert!(!centre.offer_state(offer.id).await.is_live());
        centre.judge().await;
        let (code, _) = refused(centre.platform.complete_transfer(&scene.one, transfer.id).await);
        assert_eq!(code, RefusalCode::IllegalTransition);
        assert_eq!(centre.activity(&scene.one).await, AgentActivity::WrapUp);
    }
}

/// A machine room goes: both agents are lost while the contact hears music.
#[tokio::test(flavor = "multi_thread")]
async fn a_consultation_that_loses_both_agents_leaves_the_contact_in_the_queue() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    let transfer = scene.consulting().await;
    centre.silence_of(scene.call(), &scene.one).await;
    centre.silence_of(scene.call(), &scene.two).await;
    scene.pass(33).await;
    assert!(!scene.now(&transfer).await.state.is_live());
    assert_eq!(centre.state(scene.call()).await, CallState::Queued);
    assert!(!centre.parked(scene.call(), LegRole::Contact).await);
    centre.judge().await;
}
