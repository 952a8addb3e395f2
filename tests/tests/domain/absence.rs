//! The presence of agents: how long it lasts, and when nobody can renew it, since the database is away.

use domain::agents::{Absence, AgentActivity, AgentStatus};
use domain::limits;
use domain::people::Actor;
use domain::routing::{OfferState, QueueChange};

use super::centre::{Centre, duties, id_of, seconds};

/// A bit more than presence lasts goes by. The scheduler looks all the time, as these agents' tabs do.
async fn watched(centre: &Centre, absence: &Absence, agents: &[&Actor]) {
    for _ in 0..9 {
        centre.pass_with(agents, seconds(2)).await;
        absence.look(&centre.platform).await.unwrap();
    }
}

/// The database comes back after minutes. Returns how many agents are still taken to be there.
async fn outage(centre: &Centre, absence: &Absence) -> usize {
    let clock = &centre.platform.clock;
    clock.advance(seconds(200));
    assert!(!absence.may_be_told(clock.now()), "nobody could say that he is there");
    let there = absence.look(&centre.platform).await.unwrap();
    assert!(absence.may_be_told(clock.now()));
    there
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_absent_for_a_period_after_an_outage() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (here, gone) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let absence = Absence::new(centre.platform.clock.now());
    assert!(!absence.may_be_told(centre.platform.clock.now()), "it does not know what was before its start");
    absence.look(&centre.platform).await.unwrap();
    watched(&centre, &absence, &[&here]).await;
    assert_eq!(centre.activity(&gone).await, AgentActivity::Offline);

    assert_eq!(outage(&centre, &absence).await, 1);
    duties(&centre.platform).await;
    assert_eq!(centre.activity(&here).await, AgentActivity::Available);
    assert_eq!(centre.activity(&gone).await, AgentActivity::Offline, "who was told absent stays so");
    let caller = centre.caller(&queue).await;
    centre.route().await;
    assert_eq!(centre.answer(&here).await, caller.call, "routing sees the same");
    centre.platform.end_call(&caller.actor, caller.call).await.unwrap();

    // The wrap-up is over meanwhile, and the tab is closed.
    assert_eq!(outage(&centre, &absence).await, 1);
    duties(&centre.platform).await;
    assert_eq!(centre.activity(&here).await, AgentActivity::Available);
    watched(&centre, &absence, &[]).await;
    assert_eq!(centre.activity(&here).await, AgentActivity::Offline);
}

/// One of two schedulers hangs while the other one goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_hung_brings_nobody_back() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let now = centre.platform.clock.now();
    let (absence, hung) = (Absence::new(now), Absence::new(now));
    for scheduler in [&absence, &hung] {
        scheduler.look(&centre.platform).await.unwrap();
    }
    watched(&centre, &absence, &[]).await;
    assert_eq!(hung.look(&centre.platform).await.unwrap(), 0);
    duties(&centre.platform).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Offline);
    centre.platform.be_present(&[id_of(&agent)]).await.unwrap();
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
}

/// One that crashes soon after each of its starts cannot know, each time anew, what was before.
#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_starts_again_and_again_keeps_no_closed_laptop_present() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (closed, open) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let (platform, clock) = (&centre.platform, &centre.platform.clock);
    let starts = async || {
        clock.advance(seconds(10));
        platform.be_present(&[id_of(&open)]).await.unwrap();
        let absence = Absence::new(clock.now());
        absence.look(platform).await.unwrap();
        assert!(absence.may_be_told(clock.now()));
        duties(platform).await;
        assert_eq!(centre.activity(&open).await, AgentActivity::Available);
    };
    for _ in 0..2 {
        starts().await;
        assert_eq!(centre.activity(&closed).await, AgentActivity::Available, "the first start's full period");
    }
    // Three minutes of it.
    for _ in 2..18 {
        starts().await;
        assert_eq!(centre.activity(&closed).await, AgentActivity::Offline);
    }

    // Whoever is heard from again may be taken to be there once more.
    platform.be_present(&[id_of(&closed)]).await.unwrap();
    for expected in [AgentActivity::Available, AgentActivity::Available, AgentActivity::Offline] {
        starts().await;
        assert_eq!(centre.activity(&closed).await, expected);
    }
}

/// The api renews every few seconds what it heard before: its turn is no sign of life.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_laptop_is_gone_fifteen_seconds_after_its_last_sign() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (closed, open) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let heard = centre.platform.clock.now();
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let ringing = centre.offer(&closed).await.expect("idle the longest");
    for _ in 0..2 {
        centre.pass_with(&[&open], seconds(6)).await;
        centre.platform.heard_from(&[(id_of(&closed), heard)]).await.unwrap();
    }
    assert_eq!(centre.offer_state(ringing.id).await, OfferState::Pending, "12 s");
    centre.pass_with(&[&open], seconds(4)).await;
    assert_eq!(centre.offer_state(ringing.id).await, OfferState::Cancelled, "before it rings out");
    assert_eq!(centre.activity(&closed).await, AgentActivity::Offline);
    let row = centre.platform.agents(&[id_of(&closed)]).await.unwrap().remove(0);
    assert_eq!((row.status, row.reason), (AgentStatus::Available, None), "nothing was missed");
    // Silence that is written late brings nobody back.
    centre.platform.heard_from(&[(id_of(&closed), heard)]).await.unwrap();
    assert_eq!(centre.activity(&closed).await, AgentActivity::Offline);
    centre.route().await;
    assert_eq!(centre.answer(&open).await, caller.call);
}

/// Two tabs, of which one is on a laptop that was closed; and an older sign that is written after a newer one.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_sign_of_any_tab_counts() {
    let centre = Centre::open().await;
    let agent = centre.agent(&[]).await;
    let (id, old) = (id_of(&agent), centre.platform.clock.now());
    centre.pass(seconds(10)).await;
    let new = centre.platform.clock.now();
    centre.platform.heard_from(&[(id, new), (id, old)]).await.unwrap();
    centre.platform.heard_from(&[(id, old)]).await.unwrap();
    centre.pass(limits::PRESENCE - seconds(2)).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
    centre.pass(seconds(2)).await;
    assert_eq!(centre.activity(&agent).await, AgentActivity::Offline);
}
