//! Where everybody rings: one has the call, and no other is left ringing, dropped or taken for one who was not there.

use domain::agents::{AgentActivity, AgentStatus, MISSED};
use domain::calls::{CallState, LegRole};
use domain::error::RefusalCode;
use domain::routing::{OfferState, QueueChange, RoutingStrategy};

use super::centre::{Centre, id_of, refused, seconds};

pub fn ring_all() -> QueueChange {
    QueueChange { strategy: Some(RoutingStrategy::RingAll), ..QueueChange::default() }
}

/// Asterisk 176: two agents answered one call.
#[tokio::test(flavor = "multi_thread")]
async fn two_agents_never_answer_one_call() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let mut agents = Vec::new();
    for _ in 0..4 {
        agents.push(centre.agent(&[&queue]).await);
    }
    let caller = centre.caller(&queue).await;
    centre.route().await;
    let others: Vec<_> = agents.iter().map(|_| centre.process()).collect();
    let accepts = agents.iter().zip(&others).map(|(agent, process)| async {
        let offer = centre.offer(agent).await.unwrap();
        process.accept_offer(agent, offer.id).await.map(|_| ())
    });
    let outcomes = futures_util::future::join_all(accepts).await;
    assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 1, "one winner: {outcomes:?}");
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(refused(outcome).0, RefusalCode::OfferGone);
    }
    let legs = centre.platform.legs_of_calls(&[caller.call]).await.unwrap();
    assert_eq!(legs.iter().filter(|leg| leg.role == LegRole::Agent).count(), 1);
    let mut free = 0;
    for agent in &agents {
        free += usize::from(centre.activity(agent).await == AgentActivity::Available);
    }
    assert_eq!(free, 3, "the losers are free again");
}

/// Asterisk 1557: when the first answerer left, all other ringing sides were dropped.
#[tokio::test(flavor = "multi_thread")]
async fn one_ringing_side_leaving_keeps_the_others_ringing() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.decline(&one).await;
    assert_eq!(centre.state(caller.call).await, CallState::Ringing);
    assert_eq!(centre.offer(&two).await.unwrap().state, OfferState::Pending);
    assert_eq!(centre.answer(&two).await, caller.call);
    assert_eq!(centre.state(caller.call).await, CallState::InProgress);
}

/// Asterisk 1557 once more: the others have stopped ringing when the one who accepted comes to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn all_others_ring_again_when_the_one_who_accepted_leaves_or_gets_no_media() {
    for leaves in [true, false] {
        let centre = Centre::open().await;
        let queue = centre.queue("support", ring_all()).await;
        let agents =
            [centre.agent(&[&queue]).await, centre.agent(&[&queue]).await, centre.agent(&[&queue]).await];
        let [one, two, three] = &agents;
        let caller = centre.caller(&queue).await;
        let rank = centre.visits(caller.call).await[0].rank_at;
        centre.route().await;
        assert_eq!(centre.accept(one).await, caller.call);
        for other in [two, three] {
            assert!(centre.offer(other).await.is_none(), "answered by a colleague");
        }
        if leaves {
            centre.leaves(caller.call, one).await;
        } else {
            centre.pass_with(&[one, two, three], seconds(9)).await;
            assert_eq!(centre.state(caller.call).await, CallState::Connecting, "not before its time");
            centre.pass_with(&[one, two, three], seconds(2)).await;
        }
        assert_eq!(centre.state(caller.call).await, CallState::Queued);
        centre.route().await;
        assert!(centre.offer(one).await.is_none(), "this call came to nothing a moment ago");
        for other in [two, three] {
            let offer = centre.offer(other).await.expect("asked again");
            assert_eq!((offer.call_id, offer.state), (caller.call, OfferState::Pending));
        }
        assert_eq!(centre.answer(three).await, caller.call);
        assert_eq!(centre.state(caller.call).await, CallState::InProgress);
        assert!(centre.offer(two).await.is_none());
        let visits = centre.visits(caller.call).await;
        assert_eq!((visits.len(), visits[0].rank_at, visits[0].agent_id), (1, rank, Some(id_of(three))));
    }
}

/// Where all rang and nobody came, nobody seems to be there.
#[tokio::test(flavor = "multi_thread")]
async fn agents_who_let_it_ring_together_are_away() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", ring_all()).await;
    let (one, two) = (centre.agent(&[&queue]).await, centre.agent(&[&queue]).await);
    let declines = centre.agent(&[&queue]).await;
    centre.caller(&queue).await;
    centre.route().await;
    centre.decline(&declines).await;
    for _ in 0..3 {
        centre.pass_with(&[&one, &two, &declines], seconds(7)).await;
    }
    for agent in [&one, &two] {
        let row = centre.platform.agents(&[id_of(agent)]).await.unwrap().remove(0);
        assert_eq!((row.status, row.reason.as_deref()), (AgentStatus::Away, Some(MISSED)));
        assert_eq!(centre.activity(agent).await, AgentActivity::Away);
    }
    assert_eq!(centre.activity(&declines).await, AgentActivity::Available, "one who said no is there");
    // Alone it is no different.
    centre.route().await;
    assert!(centre.offer(&declines).await.unwrap().alone);
    for _ in 0..3 {
        centre.pass_with(&[&declines], seconds(7)).await;
    }
    assert_eq!(centre.activity(&declines).await, AgentActivity::Away);
}
