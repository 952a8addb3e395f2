//! Processes that die in the middle of a transfer's steps, and media workers that die while people consult.

use std::fmt::Debug;

use domain::calls::LegState;
use domain::routing::QueueChange;
use domain::transfers::{Target, Transfer, TransferKind, TransferSide, TransferState};
use domain::{Platform, Result};

use super::dying::dies;
use super::handing_over::Scene;
use super::worker;
use TransferKind::{Blind, Warm};

/// Whoever settles an agent or writes a leg waits here. Only what is read and what is merely inserted goes by.
const HELD: &str = "SELECT FROM agent FOR NO KEY UPDATE; SELECT FROM leg FOR NO KEY UPDATE";

/// The process that takes a step dies with all its work done. Then another process is asked the same, and it has happened
/// once.
async fn dies_and_is_repeated<T: Debug>(
    scene: &Scene,
    what: &str,
    step: impl AsyncFn(Platform) -> Result<T>,
) -> T {
    scene.here().await;
    dies(&scene.centre, HELD, what, &step).await;
    scene.centre.judge().await;
    scene.here().await;
    step(scene.centre.process()).await.unwrap_or_else(|error| panic!("{what}, again: {error}"))
}

async fn begins(scene: &Scene, kind: TransferKind, to: Target) -> Transfer {
    let (one, call) = (&scene.one, scene.call());
    dies_and_is_repeated(scene, "beginning", async |it| it.transfer_call(one, call, kind, to, None).await)
        .await
}

async fn accepts(scene: &Scene) {
    let offer = scene.centre.offer(&scene.two).await.unwrap().id;
    let two = &scene.two;
    dies_and_is_repeated(scene, "accepting", async |it| it.accept_offer(two, offer).await.map(|_| ())).await;
    let legs = scene.centre.platform.legs_of_calls(&[scene.call()]).await.unwrap();
    let (leg, epoch) =
        (legs.iter().rfind(|leg| two.owns(leg)).unwrap().id, scene.centre.call(scene.call()).await.epoch);
    let call = scene.call();
    dies_and_is_repeated(scene, "media", async |it| it.leg_connected(call, epoch, leg).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_transfer_whose_processes_die_at_every_step_comes_to_its_end() {
    let scene = Scene::set().await;
    let transfer = begins(&scene, Warm, scene.to_two()).await;
    accepts(&scene).await;
    assert_eq!(scene.now(&transfer).await.state, TransferState::Consulting);
    for side in [TransferSide::Contact, TransferSide::Everyone, TransferSide::Target] {
        let one = &scene.one;
        let swap = async |it: Platform| it.swap_transfer(one, transfer.id, Some(side)).await;
        dies_and_is_repeated(&scene, "swapping", swap).await;
    }
    let one = &scene.one;
    let complete = async |it: Platform| it.complete_transfer(one, transfer.id).await;
    dies_and_is_repeated(&scene, "completing", complete).await;
    scene.is_over(&transfer, TransferState::Completed, "").await;
    scene.is_with(&scene.two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_transfer_whose_processes_die_at_every_step_comes_to_its_end() {
    let scene = Scene::set().await;
    let transfer = begins(&scene, Blind, scene.to_two()).await;
    accepts(&scene).await;
    scene.is_over(&transfer, TransferState::Completed, "").await;
    scene.is_with(&scene.two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_back_declining_and_leaving_survive_the_death_of_their_process() {
    let scene = Scene::set().await;
    let (one, two) = (&scene.one, &scene.two);
    let transfer = scene.transfer(Warm).await;
    let cancel = async |it: Platform| it.cancel_transfer(one, transfer.id).await;
    dies_and_is_repeated(&scene, "taking back", cancel).await;
    scene.is_with(one).await;

    let transfer = scene.transfer(Warm).await;
    let offer = scene.centre.offer(two).await.unwrap().id;
    dies_and_is_repeated(&scene, "declining", async |it| it.decline_offer(two, offer, None).await).await;
    scene.is_over(&transfer, TransferState::Failed, "declined").await;
    scene.is_with(one).await;

    let transfer = scene.consulting().await;
    let cancel = async |it: Platform| it.cancel_transfer(one, transfer.id).await;
    dies_and_is_repeated(&scene, "ending a consultation", cancel).await;
    scene.is_with(one).await;
    scene.pass(22).await;

    let transfer = scene.consulting().await;
    let legs = scene.centre.platform.legs_of_calls(&[scene.call()]).await.unwrap();
    let leg = legs.iter().rfind(|leg| one.owns(leg) && leg.state != LegState::Left).unwrap().id;
    dies_and_is_repeated(&scene, "leaving", async |it| it.leave(one, leg).await).await;
    scene.is_over(&transfer, TransferState::Completed, "").await;
    scene.is_with(two).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_to_a_queue_whose_processes_die_at_every_step_comes_to_its_end() {
    let scene = Scene::set().await;
    let sales = scene.sales(QueueChange::default()).await;
    let one = &scene.one;
    let transfer = begins(&scene, Blind, Target::Queue(sales.id)).await;
    let cancel = async |it: Platform| it.cancel_transfer(one, transfer.id).await;
    dies_and_is_repeated(&scene, "taking back", cancel).await;
    scene.is_with(one).await;

    let transfer = scene.transfer_to(Blind, Target::Queue(sales.id)).await.unwrap();
    scene.route().await;
    accepts(&scene).await;
    scene.is_over(&transfer, TransferState::Completed, "").await;
    scene.is_with(&scene.two).await;
}

/// kill -9 of the media worker while two consult and the third hears music: the call moves, and nothing else changes.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_during_a_consultation_changes_nothing_of_it() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    let transfer = scene.consulting().await;
    let other = worker(&centre.platform).await;
    centre.platform.retire_worker(centre.worker).await.unwrap();
    assert_eq!(scene.parked().await, [false, true, false]);
    centre.judge().await;
    let plan = centre.platform.lease_call(scene.call(), other).await.unwrap().unwrap();
    for leg in &plan.legs {
        assert!(leg.state == LegState::Left || leg.state == LegState::Reconnecting, "{leg:?}");
        centre.platform.leg_connected(scene.call(), plan.epoch, leg.id).await.unwrap();
    }
    assert_eq!(scene.now(&transfer).await.state, TransferState::Consulting);
    assert_eq!(scene.parked().await, [false, true, false]);
    scene.pass(33).await;
    centre.judge().await;
    centre.platform.complete_transfer(&scene.one, transfer.id).await.unwrap();
    scene.is_with(&scene.two).await;
}

/// It dies while the contact hears music and the target has accepted: whoever comes back goes on, whoever does not is out.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_while_the_target_comes_lets_it_come_to_the_next_one() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    let transfer = scene.transfer(Blind).await;
    centre.accept(&scene.two).await;
    let other = worker(&centre.platform).await;
    centre.platform.retire_worker(centre.worker).await.unwrap();
    let plan = centre.platform.lease_call(scene.call(), other).await.unwrap().unwrap();
    for leg in &plan.legs {
        centre.platform.leg_connected(scene.call(), plan.epoch, leg.id).await.unwrap();
    }
    scene.is_over(&transfer, TransferState::Completed, "").await;
    scene.is_with(&scene.two).await;
}

/// News of an older lease, written after the move, answer nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_an_older_epoch_completes_no_transfer() {
    let scene = Scene::set().await;
    let centre = &scene.centre;
    let transfer = scene.transfer(Blind).await;
    centre.accept(&scene.two).await;
    let legs = centre.platform.legs_of_calls(&[scene.call()]).await.unwrap();
    let leg = legs.iter().rfind(|leg| scene.two.owns(leg)).unwrap();
    let old = centre.call(scene.call()).await.epoch;
    let other = worker(&centre.platform).await;
    centre.platform.retire_worker(centre.worker).await.unwrap();
    centre.platform.lease_call(scene.call(), other).await.unwrap();
    centre.platform.leg_connected(scene.call(), old, leg.id).await.unwrap();
    assert_eq!(scene.now(&transfer).await.state, TransferState::Ringing);
    assert_eq!(scene.parked().await, [false, true, false]);
    centre.judge().await;
}
