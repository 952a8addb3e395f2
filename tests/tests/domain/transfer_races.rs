//! Two who decide about one transfer at the same instant, in two processes: one end that all rows agree on, and plain words
//! to the one who came second. Each pair meets several times, in both orders.

use std::fmt::Debug;

use cordboard_tests::sql::count;
use domain::Result;
use domain::agents::AgentActivity;
use domain::calls::CallState;
use domain::error::{Error, RefusalCode};
use domain::people::idempotency::Key;
use domain::routing::{QueueChange, VisitOutcome};
use domain::transfers::{Target, Transfer, TransferKind, TransferState};

use super::centre::id_of;
use super::handing_over::Scene;
use TransferKind::{Blind, Warm};

const MEETINGS: usize = 4;

/// Who came second is told so in plain words; nothing else may go wrong.
fn lost<T: Debug>(result: &Result<T>, codes: &[RefusalCode]) -> bool {
    match result {
        Ok(_) => false,
        Err(Error::Refused(refusal)) => {
            assert!(codes.contains(&refusal.code), "{refusal:?}");
            assert!(refusal.message.ends_with('.'), "{refusal:?}");
            true
        }
        Err(error) => panic!("a fault: {error}"),
    }
}

/// Both at once, now the one first, now the other.
macro_rules! meet {
    ($turn:expr, $one:expr, $two:expr) => {{
        if $turn % 2 == 0 {
            tokio::join!($one, $two)
        } else {
            let (two, one) = tokio::join!($two, $one);
            (one, two)
        }
    }};
}

impl Scene {
    /// The contact is with this agent, and the other one is free again in a moment.
    async fn ended_with(&self, transfer: &Transfer, state: TransferState) {
        assert_eq!(self.now(transfer).await.state, state);
        let with = if state == TransferState::Completed { &self.two } else { &self.one };
        self.is_with(with).await;
    }

    async fn completed_or(&self, transfer: &Transfer, otherwise: TransferState) -> bool {
        let state = self.now(transfer).await.state;
        let completed = state == TransferState::Completed;
        self.ended_with(transfer, if completed { state } else { otherwise }).await;
        completed
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn completing_and_taking_back_at_once_ends_one_way() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let transfer = scene.consulting().await;
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let (done, back) = meet!(
            turn,
            a.complete_transfer(&scene.one, transfer.id),
            b.cancel_transfer(&scene.one, transfer.id)
        );
        let completed = scene.completed_or(&transfer, TransferState::Cancelled).await;
        assert_eq!(lost(&done, &[RefusalCode::IllegalTransition]), !completed);
        assert_eq!(lost(&back, &[RefusalCode::IllegalTransition]), completed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_say_the_same_at_once_are_one() {
    let mut scene = Scene::set().await;
    for complete in [true, false] {
        scene = scene.again().await;
        let transfer = scene.consulting().await;
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let (first, second) = match complete {
            true => tokio::join!(
                a.complete_transfer(&scene.one, transfer.id),
                b.complete_transfer(&scene.one, transfer.id)
            ),
            false => tokio::join!(
                a.cancel_transfer(&scene.one, transfer.id),
                b.cancel_transfer(&scene.one, transfer.id)
            ),
        };
        assert_eq!(first.unwrap().state, second.unwrap().state);
        let end = if complete { TransferState::Completed } else { TransferState::Cancelled };
        scene.ended_with(&transfer, end).await;
        assert_eq!(scene.told(&["TRANSFER_COMPLETED", "TRANSFER_CANCELLED"]).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_while_the_target_accepts_leaves_nobody_in_between() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let kind = if turn < 2 { Blind } else { Warm };
        let transfer = scene.transfer(kind).await;
        let offer = scene.centre.offer(&scene.two).await.unwrap();
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let (back, accepted) =
            meet!(turn, a.cancel_transfer(&scene.one, transfer.id), b.accept_offer(&scene.two, offer.id));
        back.unwrap();
        lost(&accepted, &[RefusalCode::OfferGone]);
        scene.ended_with(&transfer, TransferState::Cancelled).await;
        assert_eq!(scene.centre.activity(&scene.two).await, AgentActivity::Available);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_while_the_target_declines_ends_once() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let transfer = scene.transfer(Warm).await;
        let offer = scene.centre.offer(&scene.two).await.unwrap();
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let (back, declined) = meet!(
            turn,
            a.cancel_transfer(&scene.one, transfer.id),
            b.decline_offer(&scene.two, offer.id, None)
        );
        let failed = lost(&back, &[RefusalCode::IllegalTransition]);
        assert_eq!(lost(&declined, &[RefusalCode::OfferGone]), !failed);
        scene
            .ended_with(&transfer, if failed { TransferState::Failed } else { TransferState::Cancelled })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_while_the_target_gets_media_gives_the_contact_to_one_of_them() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let centre = &scene.centre;
        let transfer = scene.transfer(Blind).await;
        centre.accept(&scene.two).await;
        let other = centre.process();
        let (back, ()) = meet!(
            turn,
            other.cancel_transfer(&scene.one, transfer.id),
            centre.media_of(scene.call(), &scene.two)
        );
        let completed = scene.completed_or(&transfer, TransferState::Cancelled).await;
        assert_eq!(lost(&back, &[RefusalCode::IllegalTransition]), completed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_while_the_transfer_completes_ends_the_call_once() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let transfer = scene.consulting().await;
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let contact = &scene.caller.actor;
        let (done, ended) =
            meet!(turn, a.complete_transfer(&scene.one, transfer.id), b.end_call(contact, scene.call()));
        ended.unwrap();
        lost(&done, &[RefusalCode::IllegalTransition]);
        assert_eq!(scene.centre.state(scene.call()).await, CallState::Ended);
        assert!(!scene.now(&transfer).await.state.is_live());
        scene.centre.judge().await;
        assert_eq!(scene.told(&["ENDED"]).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_agents_hanging_up_at_once_leave_no_contact_on_hold() {
    let mut scene = Scene::set().await;
    for _ in 0..MEETINGS {
        scene = scene.again().await;
        let transfer = scene.consulting().await;
        tokio::join!(
            scene.centre.leaves(scene.call(), &scene.one),
            scene.centre.leaves(scene.call(), &scene.two)
        );
        assert_eq!(scene.centre.state(scene.call()).await, CallState::Ended);
        assert!(!scene.now(&transfer).await.state.is_live());
        scene.centre.judge().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn swapping_while_the_target_leaves_gives_the_contact_back() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let transfer = scene.consulting().await;
        let other = scene.centre.process();
        let (swapped, ()) = meet!(
            turn,
            other.swap_transfer(&scene.one, transfer.id, None),
            scene.centre.leaves(scene.call(), &scene.two)
        );
        lost(&swapped, &[RefusalCode::IllegalTransition]);
        scene.ended_with(&transfer, TransferState::Failed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_transfers_begun_at_once_are_one() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let three = scene.centre.agent(&[]).await;
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let (call, third) = (scene.call(), Target::Agent(id_of(&three)));
        let (one, two) = meet!(
            turn,
            a.transfer_call(&scene.one, call, Warm, scene.to_two(), None),
            b.transfer_call(&scene.one, call, Blind, third, None)
        );
        let codes = [RefusalCode::IllegalTransition];
        assert_ne!(lost(&one, &codes), lost(&two, &codes));
        scene.centre.judge().await;
        assert_eq!(scene.told(&["TRANSFER_STARTED"]).await, 1);
        let live = scene.centre.platform.offers_of_calls(&[call]).await.unwrap();
        assert_eq!(live.iter().filter(|offer| offer.state.is_live()).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_transfers_once_even_when_it_is_over() {
    let scene = Scene::set().await;
    let ask = async |platform: &domain::Platform| {
        let key = Key::new(&scene.one, "callTransfer", Some("once".into()), &"this input").unwrap();
        platform.transfer_call(&scene.one, scene.call(), Blind, scene.to_two(), key).await.unwrap().id
    };
    let (a, b) = (scene.centre.process(), scene.centre.process());
    let (first, second) = tokio::join!(ask(&a), ask(&b));
    assert_eq!(first, second);
    scene.two_answers().await;
    assert_eq!(ask(&a).await, first, "the answer was lost, and the agent has left meanwhile");
    let key = Key::new(&scene.one, "callTransfer", Some("once".into()), &"another input").unwrap();
    let reused = a.transfer_call(&scene.one, scene.call(), Blind, scene.to_two(), key).await;
    assert!(matches!(reused, Err(Error::KeyReused)));
    let sql = scene.centre.stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM transfer").await, 1);
    scene.is_with(&scene.two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_calls_handed_to_one_colleague_at_once_ring_there_once() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let centre = &scene.centre;
        let other = centre.agent(&[]).await;
        let theirs = super::talk(&centre.platform, &other).await;
        let (a, b) = (centre.process(), centre.process());
        let (mine, second) = meet!(
            turn,
            a.transfer_call(&scene.one, scene.call(), Blind, scene.to_two(), None),
            b.transfer_call(&other, theirs.call, Blind, scene.to_two(), None)
        );
        let codes = [RefusalCode::AgentBusy];
        assert_ne!(lost(&mine, &codes), lost(&second, &codes));
        centre.judge().await;
    }
}

/// The round of a queue and a colleague want the same agent at the same instant.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_and_a_queue_that_want_the_same_agent_get_one_offer() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let centre = &scene.centre;
        let sales = scene.sales(QueueChange::default()).await;
        let waiting = centre.caller(&sales).await;
        let other = centre.process();
        let (begun, ()) = meet!(
            turn,
            other.transfer_call(&scene.one, scene.call(), Warm, scene.to_two(), None),
            scene.route()
        );
        let busy = lost(&begun, &[RefusalCode::AgentBusy]);
        centre.judge().await;
        let offered = centre.offer(&scene.two).await.map(|offer| offer.call_id);
        assert_eq!(offered, Some(if busy { waiting.call } else { scene.call() }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_out_of_a_queue_while_a_member_answers_gives_the_contact_to_one_of_them() {
    let mut scene = Scene::set().await;
    for turn in 0..6 {
        scene = scene.again().await;
        let centre = &scene.centre;
        let sales = scene.sales(QueueChange::default()).await;
        let transfer = scene.transfer_to(Blind, Target::Queue(sales.id)).await.unwrap();
        let other = centre.process();
        let back = other.cancel_transfer(&scene.one, transfer.id);
        // At each of the three steps of an answer.
        let back = match turn / 2 {
            0 => meet!(turn, back, scene.route()).0,
            1 => {
                scene.route().await;
                let offer = centre.offer(&scene.two).await.unwrap();
                let (back, accepted) = meet!(turn, back, centre.platform.accept_offer(&scene.two, offer.id));
                lost(&accepted, &[RefusalCode::OfferGone]);
                back
            }
            _ => {
                scene.route().await;
                centre.accept(&scene.two).await;
                meet!(turn, back, centre.media_of(scene.call(), &scene.two)).0
            }
        };
        let completed = scene.completed_or(&transfer, TransferState::Cancelled).await;
        assert_eq!(lost(&back, &[RefusalCode::IllegalTransition]), completed);
        let outcome = if completed { VisitOutcome::Answered } else { VisitOutcome::Cancelled };
        assert_eq!(centre.visits(scene.call()).await[1].outcome, Some(outcome));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hanging_up_while_a_member_answers_leaves_the_contact_with_the_member() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let centre = &scene.centre;
        let sales = scene.sales(QueueChange::default()).await;
        let transfer = scene.transfer_to(Blind, Target::Queue(sales.id)).await.unwrap();
        scene.route().await;
        centre.accept(&scene.two).await;
        let other = centre.process();
        let (gone, ()) =
            meet!(turn, other.end_call(&scene.one, scene.call()), centre.media_of(scene.call(), &scene.two));
        lost(&gone, &[RefusalCode::NotAllowed]);
        scene.ended_with(&transfer, TransferState::Completed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_running_out_in_two_schedulers_gives_the_contact_back_once() {
    let mut scene = Scene::set().await;
    for kind in [Blind, Warm] {
        scene = scene.again().await;
        let centre = &scene.centre;
        let sales = scene.sales(QueueChange::default()).await;
        let to = if kind == Blind { Target::Queue(sales.id) } else { scene.to_two() };
        let transfer = scene.transfer_to(kind, to).await.unwrap();
        for _ in 0..4 {
            centre.platform.clock.advance(super::centre::seconds(12));
            centre.platform.be_present(&[id_of(&scene.one), id_of(&scene.two)]).await.unwrap();
        }
        let (a, b) = (centre.process(), centre.process());
        tokio::join!(super::centre::duties(&a), super::centre::duties(&b));
        scene.ended_with(&transfer, TransferState::Failed).await;
        assert_eq!(scene.told(&["TRANSFER_CANCELLED"]).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holding_while_the_transfer_begins_leaves_the_contact_where_the_transfer_wants_it() {
    let mut scene = Scene::set().await;
    for turn in 0..MEETINGS {
        scene = scene.again().await;
        let (a, b) = (scene.centre.process(), scene.centre.process());
        let (begun, resumed) = meet!(
            turn,
            a.transfer_call(&scene.one, scene.call(), Warm, scene.to_two(), None),
            b.resume_call(&scene.one, scene.call(), None)
        );
        let transfer = begun.unwrap();
        lost(&resumed, &[RefusalCode::IllegalTransition]);
        assert_eq!(scene.parked().await, [false, true, false]);
        scene.centre.decline(&scene.two).await;
        scene.ended_with(&transfer, TransferState::Failed).await;
    }
}
