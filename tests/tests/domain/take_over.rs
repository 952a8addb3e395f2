//! A supervisor takes a call over: when it takes effect, and who has the call when several act at once.

use cordboard_tests::sql::{count, until_locked_out};
use domain::agents::AgentActivity;
use domain::audit::{AuditAction, AuditFilter};
use domain::calls::{CallResult, CallState, LegRole, LegState, MonitorMode, TakeOver};
use domain::error::RefusalCode;
use domain::page::Slice;
use domain::routing::OfferState;
use domain::transfers::{Target, TransferKind, TransferState};

use super::centre::{Centre, id_of, refused, seconds};
use super::supervision::{audited, plain, supervisor};

#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_waits_for_media_so_that_the_contact_is_never_alone() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, agent, _) = centre.talk(&queue).await;
    let supervisor = supervisor(&centre).await;
    let (leg, join) = centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await.unwrap();
    assert!(join.is_some());
    assert_eq!((leg.role, leg.take_over), (LegRole::Supervisor, Some(TakeOver::Wanted)));
    assert_eq!(centre.leg(call, LegRole::Agent).await.state, LegState::Connected);
    assert_eq!(centre.call(call).await.agent_id, agent.user_id());
    centre.media_on(&leg).await;
    let leg = centre.platform.legs(&[leg.id]).await.unwrap().remove(0);
    assert_eq!((leg.role, leg.take_over), (LegRole::Agent, Some(TakeOver::Done)));
    let legs = centre.platform.legs_of_calls(&[call]).await.unwrap();
    let states: Vec<_> = legs.iter().map(|leg| (leg.role, leg.state)).collect();
    assert_eq!(
        states,
        [
            (LegRole::Contact, LegState::Connected),
            (LegRole::Agent, LegState::Left),
            (LegRole::Agent, LegState::Connected)
        ]
    );
    let taken =
        audited(&centre, AuditFilter { action: Some(AuditAction::CallTakenOver), ..AuditFilter::default() });
    assert_eq!(taken.await[0].subject, Some(id_of(&agent).to_string()));

    // One who wanted it and never got media is gone after a minute, and nothing else has happened.
    let (call, agent, _) = centre.talk(&queue).await;
    let other = self::supervisor(&centre).await;
    let (leg, _) = centre.platform.monitor(&other, call, MonitorMode::TakeOver).await.unwrap();
    centre.pass_with(&[&agent], seconds(61)).await;
    assert_eq!(centre.platform.legs(&[leg.id]).await.unwrap()[0].state, LegState::Left);
    assert_eq!(
        (centre.state(call).await, centre.call(call).await.agent_id),
        (CallState::InProgress, agent.user_id())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_supervisors_who_take_over_at_once_one_has_the_call() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, _, _) = centre.talk(&queue).await;
    let (one, two) = (supervisor(&centre).await, supervisor(&centre).await);
    centre.monitor(&one, call, MonitorMode::Listen).await;
    centre.monitor(&two, call, MonitorMode::Barge).await;
    let (first, second) = (centre.process(), centre.process());
    let (a, b) = tokio::join!(
        first.monitor(&one, call, MonitorMode::TakeOver),
        second.monitor(&two, call, MonitorMode::TakeOver)
    );
    let (winner, loser) = match (a, b) {
        (Ok((leg, _)), other) | (other, Ok((leg, _))) => (leg, refused(other)),
        (a, b) => panic!("nobody has it: {a:?}, {b:?}"),
    };
    assert_eq!(loser.0, RefusalCode::NotAllowed);
    assert!(loser.1.contains(&winner.name), "says who did: {}", loser.1);
    assert_eq!(centre.call(call).await.agent_id, winner.user_id);
    let legs = centre.platform.legs_of_calls(&[call]).await.unwrap();
    let speaks = |leg: &&domain::calls::Leg| leg.role == LegRole::Agent && leg.state != LegState::Left;
    assert_eq!(legs.iter().filter(speaks).count(), 1);

    // A third who comes with a take-over in mind hears so at once; so does one whose media came too late.
    let third = supervisor(&centre).await;
    let late = centre.platform.monitor(&third, call, MonitorMode::TakeOver).await;
    assert_eq!(refused(late).0, RefusalCode::NotAllowed);
    let (call, _, _) = centre.talk(&queue).await;
    let (early, late) = (supervisor(&centre).await, supervisor(&centre).await);
    let (first, _) = centre.platform.monitor(&early, call, MonitorMode::TakeOver).await.unwrap();
    let (second, _) = centre.platform.monitor(&late, call, MonitorMode::TakeOver).await.unwrap();
    centre.media_on(&second).await;
    centre.media_on(&first).await;
    let legs = centre.platform.legs(&[first.id, second.id]).await.unwrap();
    let found = |id| legs.iter().find(|leg| leg.id == id).map(|leg| (leg.role, leg.take_over));
    assert_eq!(found(second.id), Some((LegRole::Agent, Some(TakeOver::Done))));
    assert_eq!(found(first.id), Some((LegRole::Supervisor, None)), "stays as one who speaks with all");
    let told = centre.platform.list_notifications(&early, true, &Slice::first(10)).await.unwrap();
    assert_eq!(told.rows.len(), 1, "and is told so");
    assert!(told.rows[0].1.body.as_deref().is_some_and(|says| says.contains("has taken this call over")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_and_the_agent_who_hangs_up_have_one_end() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    for agent_first in [true, false] {
        let (call, agent, _) = centre.talk(&queue).await;
        let supervisor = supervisor(&centre).await;
        centre.monitor(&supervisor, call, MonitorMode::Listen).await;
        // Somebody holds the call's row: both wait for it, in this order.
        let (holder, looker) = (centre.stage.sql().await, centre.stage.sql().await);
        let lock = format!("BEGIN; SELECT FROM call WHERE id = '{}' FOR UPDATE", call.0);
        holder.batch_execute(&lock).await.unwrap();
        let (one, two) = (centre.process(), centre.process());
        let leg = centre.leg(call, LegRole::Agent).await.id;
        let hangs_up = async {
            until_locked_out(&looker, i64::from(!agent_first)).await;
            one.leave(&agent, leg).await
        };
        let takes_over = async {
            until_locked_out(&looker, i64::from(agent_first)).await;
            two.monitor(&supervisor, call, MonitorMode::TakeOver).await
        };
        let release = async {
            until_locked_out(&looker, 2).await;
            holder.batch_execute("COMMIT").await.unwrap();
        };
        let (left, taken, ()) = tokio::join!(hangs_up, takes_over, release);
        left.unwrap();
        let row = centre.call(call).await;
        if agent_first {
            assert_eq!(refused(taken).0, RefusalCode::CallEnded);
            assert_eq!((row.state, row.result), (CallState::Ended, Some(CallResult::Completed)));
        } else {
            taken.unwrap();
            assert_eq!((row.state, row.agent_id), (CallState::InProgress, supervisor.user_id()));
        }
        let ended =
            format!("SELECT count(*) FROM event WHERE aggregate_id = '{}' AND kind = 'ENDED'", call.0);
        assert_eq!(count(&looker, &ended).await, i64::from(agent_first));
        centre.platform.end_call(&centre.admin, call).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_ends_a_transfer_and_takes_back_what_was_held_out() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    for consulting in [false, true] {
        let (call, agent, _) = centre.talk(&queue).await;
        let colleague = centre.agent(&[]).await;
        let to = Target::Agent(id_of(&colleague));
        let begun = centre.platform.transfer_call(&agent, call, TransferKind::Warm, to, None).await.unwrap();
        let offer = centre.offer(&colleague).await.expect("the colleague is asked");
        if consulting {
            centre.answer(&colleague).await;
        }
        assert!(centre.leg(call, LegRole::Contact).await.parked);
        let supervisor = supervisor(&centre).await;
        centre.monitor(&supervisor, call, MonitorMode::Listen).await;
        centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await.unwrap();

        let over = centre.platform.transfers(&[begun.id]).await.unwrap().remove(0);
        assert_eq!(over.state, TransferState::Cancelled);
        let row = centre.call(call).await;
        assert_eq!((row.state, row.agent_id), (CallState::InProgress, supervisor.user_id()));
        let legs = centre.platform.legs_of_calls(&[call]).await.unwrap();
        let there: Vec<_> = legs.iter().filter(|leg| leg.state != LegState::Left).collect();
        assert_eq!(there.len(), 2, "the contact and the supervisor");
        assert!(there.iter().all(|leg| !leg.parked));
        // The colleague is free of it, rung or on the call.
        if consulting {
            assert_eq!(centre.activity(&colleague).await, AgentActivity::WrapUp);
        } else {
            assert_eq!(centre.offer_state(offer.id).await, OfferState::Cancelled);
            assert_eq!(centre.activity(&colleague).await, AgentActivity::Available);
        }
        let late = centre.platform.complete_transfer(&agent, begun.id).await;
        assert_eq!(refused(late).0, RefusalCode::IllegalTransition);
        centre.platform.end_call(&supervisor, call).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_nobody_to_take_over_among_colleagues() {
    let centre = Centre::open().await;
    let (one, two) = (centre.agent(&[]).await, centre.agent(&[]).await);
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.platform.join_as_user(&one, call, None).await.unwrap();
    centre.accept(&two).await;
    for leg in centre.platform.legs_of_calls(&[call]).await.unwrap() {
        centre.media_on(&leg).await;
    }
    let supervisor = supervisor(&centre).await;
    let answer = centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await;
    assert_eq!(refused(answer.map(|_| ())).0, RefusalCode::NotAllowed);
    centre.monitor(&supervisor, call, MonitorMode::Barge).await;
    assert_eq!(centre.state(call).await, CallState::InProgress);
}
