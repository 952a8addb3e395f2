//! Transfers to agents: what the three of them go through, and what is refused.

use cordboard_tests::sql::count;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{CallState, IntervalKind};
use domain::error::RefusalCode;
use domain::ids::AgentId;
use domain::people::{Actor, Role};
use domain::routing::{OfferPurpose, OfferState, VisitOutcome};
use domain::transfers::{Target, Transfer, TransferKind, TransferSide, TransferState};

use super::centre::{Centre, id_of, person, refused};
use super::handing_over::Scene;
use IntervalKind::{Hold, Talk};
use TransferKind::{Blind, Warm};

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_transfer_hands_the_contact_over_as_soon_as_the_colleague_has_media() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    scene.pass(5).await;
    let transfer = scene.transfer(Blind).await;
    assert_eq!(scene.parked().await, [false, true, false], "music from now on");
    let offer = centre.offer(&scene.two).await.unwrap();
    assert_eq!((offer.purpose, offer.transfer_id), (OfferPurpose::Transfer, Some(transfer.id)));
    assert_eq!(offer.asked_by, Some(id_of(&scene.one)));
    centre.judge().await;
    scene.pass(5).await;
    centre.accept(&scene.two).await;
    assert_eq!(centre.state(scene.call()).await, CallState::InProgress);
    assert_eq!(scene.parked().await, [false, true, false], "until the colleague has media");
    centre.media_of(scene.call(), &scene.two).await;
    scene.is_over(&transfer, TransferState::Completed, "").await;
    scene.is_with(&scene.two).await;
    assert_eq!(centre.activity(&scene.one).await, AgentActivity::WrapUp);
    assert_eq!(centre.life(scene.call()).await, [Talk, Hold, Talk]);
    scene.pass(21).await;
    assert_eq!(centre.activity(&scene.one).await, AgentActivity::Available);
    centre.platform.end_call(&scene.two, scene.call()).await.unwrap();
    assert_eq!(centre.activity(&scene.two).await, AgentActivity::WrapUp, "by the queue's rules, too");
    let visits = centre.visits(scene.call()).await;
    assert_eq!((visits.len(), visits[0].outcome), (1, Some(VisitOutcome::Answered)), "counted once");
    scene.pass(22).await;
    centre.judge().await;
    let sql = centre.stage.sql().await;
    for kind in ["TRANSFER_STARTED", "TRANSFER_COMPLETED"] {
        let query = format!("SELECT count(*) FROM event WHERE kind = '{kind}'");
        assert_eq!(count(&sql, &query).await, 1, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_transfer_swaps_merges_and_completes() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    let transfer = scene.consulting().await;
    assert_eq!(scene.parked().await, [false, true, false], "the two agents talk");
    centre.judge().await;
    let swap = async |with| centre.platform.swap_transfer(&scene.one, transfer.id, with).await.unwrap().side;
    use TransferSide::{Contact, Everyone, Target};
    for (with, side, parked) in [
        (None, Contact, [false, false, true]),
        (None, Target, [false, true, false]),
        (Some(Contact), Contact, [false, false, true]),
        (Some(Contact), Contact, [false, false, true]),
        (Some(Everyone), Everyone, [false, false, false]),
        (None, Target, [false, true, false]),
        (Some(Everyone), Everyone, [false, false, false]),
    ] {
        assert_eq!(swap(with).await, side);
        assert_eq!(scene.parked().await, parked, "after {with:?}");
        assert_eq!(centre.call(scene.call()).await.agent_id, scene.one.user_id());
        centre.judge().await;
    }
    for _ in 0..2 {
        let done = centre.platform.complete_transfer(&scene.one, transfer.id).await.unwrap();
        assert_eq!(done.state, TransferState::Completed, "said twice it is done once");
    }
    scene.is_with(&scene.two).await;
    assert_eq!(centre.activity(&scene.one).await, AgentActivity::WrapUp);
    assert_eq!(centre.life(scene.call()).await, [Talk, Hold, Talk, Hold, Talk, Hold, Talk]);
    let (code, says) = refused(centre.platform.cancel_transfer(&scene.one, transfer.id).await);
    assert_eq!(code, RefusalCode::IllegalTransition);
    assert!(says.contains("has the call already"), "{says}");
    let (code, _) = refused(centre.platform.swap_transfer(&scene.one, transfer.id, None).await);
    assert_eq!(code, RefusalCode::IllegalTransition);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_taken_back_while_it_rings_and_while_they_consult() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    for kind in [Blind, Warm] {
        let transfer = scene.transfer(kind).await;
        let offer = centre.offer(&scene.two).await.unwrap();
        let (code, says) = refused(centre.platform.complete_transfer(&scene.one, transfer.id).await);
        assert_eq!(code, RefusalCode::IllegalTransition);
        assert!(says.contains("has not answered yet"), "{says}");
        for _ in 0..2 {
            centre.platform.cancel_transfer(&scene.one, transfer.id).await.unwrap();
        }
        scene.is_over(&transfer, TransferState::Cancelled, "taken back").await;
        scene.is_with(&scene.one).await;
        assert_eq!(centre.offer_state(offer.id).await, OfferState::Cancelled);
        assert_eq!(centre.activity(&scene.two).await, AgentActivity::Available);
    }
    // Accepted, but without media yet.
    let transfer = scene.transfer(Blind).await;
    centre.accept(&scene.two).await;
    centre.platform.cancel_transfer(&scene.one, transfer.id).await.unwrap();
    scene.is_with(&scene.one).await;
    assert_eq!(centre.activity(&scene.two).await, AgentActivity::Available);

    for side in TransferSide::ALL {
        let transfer = scene.consulting().await;
        centre.platform.swap_transfer(&scene.one, transfer.id, Some(*side)).await.unwrap();
        centre.platform.cancel_transfer(&scene.one, transfer.id).await.unwrap();
        scene.is_over(&transfer, TransferState::Cancelled, "taken back").await;
        scene.is_with(&scene.one).await;
        assert_eq!(centre.activity(&scene.two).await, AgentActivity::WrapUp, "they did talk");
        scene.pass(22).await;
        assert_eq!(centre.activity(&scene.two).await, AgentActivity::Available);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_the_call_as_it_was() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    let is = async |result: domain::Result<Transfer>, code, words: &str| {
        let (found, says) = refused(result);
        assert_eq!(found, code, "{says}");
        assert!(says.contains(words), "{says}");
        scene.is_with(&scene.one).await;
    };
    let stranger = person(&centre.platform, Role::Agent).await;
    let supervisor = person(&centre.platform, Role::Supervisor).await;
    let by = async |who: &Actor| {
        centre.platform.transfer_call(who, scene.call(), Blind, scene.to_two(), None).await
    };
    is(by(&stranger).await, RefusalCode::NotFound, "").await;
    is(by(&supervisor).await, RefusalCode::NotAllowed, "").await;
    let oneself = Target::Agent(id_of(&scene.one));
    is(scene.transfer_to(Warm, oneself).await, RefusalCode::NotAllowed, "already").await;
    is(scene.transfer_to(Warm, Target::Agent(AgentId::new())).await, RefusalCode::NotFound, "").await;
    centre.set(&scene.two, AgentStatus::Away).await;
    is(scene.transfer_to(Warm, scene.to_two()).await, RefusalCode::AgentBusy, "is away").await;
    centre.set(&scene.two, AgentStatus::Offline).await;
    is(scene.transfer_to(Blind, scene.to_two()).await, RefusalCode::NoAgent, "not signed in").await;
    centre.set(&scene.two, AgentStatus::Available).await;
    let sql = centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM transfer").await, 0);
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind IN ('HELD', 'TRANSFER_STARTED')").await, 0);

    let third = centre.agent(&[]).await;
    let transfer = scene.transfer(Warm).await;
    let again = scene.transfer_to(Warm, Target::Agent(id_of(&third))).await;
    let (code, says) = refused(again);
    assert_eq!(code, RefusalCode::IllegalTransition);
    assert!(says.contains("take it back"), "{says}");
    assert_eq!(scene.transfer(Warm).await.id, transfer.id, "the same again is the same");
    for hold in [true, false] {
        let done = match hold {
            true => centre.platform.hold_call(&scene.one, scene.call(), None).await,
            false => centre.platform.resume_call(&scene.one, scene.call(), None).await,
        };
        assert_eq!(refused(done).0, RefusalCode::IllegalTransition);
    }
    let order = centre.platform.cancel_transfer(&scene.two, transfer.id).await;
    assert_eq!(
        refused(order).0,
        RefusalCode::NotFound,
        "the offer alone shows no transfer to be ordered about"
    );
    scene.two_answers().await;
    assert_eq!(
        refused(centre.platform.complete_transfer(&scene.two, transfer.id).await).0,
        RefusalCode::NotAllowed
    );
    centre.platform.end_call(&centre.admin, scene.call()).await.unwrap();
    is_ended(&scene, &transfer).await;
}

async fn is_ended(scene: &Scene, transfer: &Transfer) {
    scene.is_over(transfer, TransferState::Cancelled, "hung up").await;
    let ended = scene.transfer_to(Blind, scene.to_two()).await;
    assert_eq!(refused(ended).0, RefusalCode::CallEnded);
    scene.centre.judge().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_from_one_who_never_was_in_the_call_is_refused() {
    let scene = Scene::set().await;
    let transfer = scene.consulting().await;
    let stranger = super::agent(&scene.centre.platform).await;
    for order in [
        scene.centre.platform.complete_transfer(&stranger, transfer.id).await,
        scene.centre.platform.cancel_transfer(&stranger, transfer.id).await,
        scene.centre.platform.swap_transfer(&stranger, transfer.id, None).await,
        scene.centre.platform.cancel_transfer(&scene.caller.actor, transfer.id).await,
    ] {
        assert!([RefusalCode::NotFound, RefusalCode::NotAllowed].contains(&refused(order).0));
    }
    assert_eq!(scene.now(&transfer).await.state, TransferState::Consulting);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_is_handed_over_to_a_third_one() {
    let centre = Centre::open().await;
    let (one, two, three) = (centre.agent(&[]).await, centre.agent(&[]).await, centre.agent(&[]).await);
    let begin = async || {
        let call = centre.call_colleague(&one, &two).await.unwrap();
        centre.platform.join_as_user(&one, call, None).await.unwrap();
        centre.media_of(call, &one).await;
        centre.accept(&two).await;
        centre.media_of(call, &two).await;
        let to = Target::Agent(id_of(&three));
        let transfer = centre.platform.transfer_call(&one, call, Warm, to, None).await.unwrap();
        centre.judge().await;
        centre.accept(&three).await;
        centre.media_of(call, &three).await;
        centre.judge().await;
        (call, transfer)
    };
    let (call, transfer) = begin().await;
    centre.platform.complete_transfer(&one, transfer.id).await.unwrap();
    let row = centre.call(call).await;
    assert_eq!((row.state, row.agent_id), (CallState::InProgress, three.user_id()));
    centre.leaves(call, &two).await;
    assert_eq!(centre.state(call).await, CallState::Ended, "one alone");

    // The one who is handed over hangs up: the two who consult talk on.
    let (call, transfer) = begin().await;
    centre.leaves(call, &two).await;
    let now = centre.platform.transfers(&[transfer.id]).await.unwrap().remove(0);
    assert_eq!((now.state, centre.state(call).await), (TransferState::Cancelled, CallState::InProgress));
    centre.judge().await;
    centre.leaves(call, &one).await;
    assert_eq!(centre.state(call).await, CallState::Ended);
    centre.judge().await;
}
