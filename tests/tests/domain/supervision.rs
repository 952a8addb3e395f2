//! Supervisors in the calls of others, and what is written down of it.

use cordboard_tests::sql::{count, until_locked_out};
use domain::agents::{AgentActivity, AgentStatus};
use domain::audit::{AuditAction, AuditEntry, AuditFilter};
use domain::calls::{Audience, CallResult, CallState, LegRole, LegState, MonitorMode, TakeOver};
use domain::error::RefusalCode;
use domain::ids::CallId;
use domain::page::Slice;
use domain::people::{Actor, Role};
use domain::routing::{OfferState, QueueChange, VisitOutcome};

use super::centre::{Centre, id_of, person, refused, seconds};

async fn supervisor(centre: &Centre) -> Actor {
    person(&centre.platform, Role::Supervisor).await
}

fn plain() -> QueueChange {
    QueueChange { wrap_up_seconds: Some(30), ..QueueChange::default() }
}

async fn audited(centre: &Centre, filter: AuditFilter) -> Vec<AuditEntry> {
    let page = centre.platform.list_audit(&filter, &Slice::first(100)).await.unwrap();
    page.rows.into_iter().map(|(_, entry)| entry).collect()
}

/// Kind and detail of a call's last events.
async fn last_events(centre: &Centre, call: CallId, number: usize) -> Vec<(String, String)> {
    let sql = centre.stage.sql().await;
    let query = "SELECT kind, coalesce(payload ->> 'detail', '') FROM event WHERE aggregate_id = $1 ORDER BY version DESC LIMIT $2";
    let rows = sql.query(query, &[&call.0, &i64::try_from(number).unwrap()]).await.unwrap();
    rows.iter().rev().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_changes_over_and_is_on_no_call_until_taking_over() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, agent, _) = centre.talk(&queue).await;
    let supervisor = centre.agent(&[]).await;
    assert_eq!(
        refused(centre.platform.monitor(&supervisor, call, MonitorMode::Listen).await).0,
        RefusalCode::NotAllowed,
        "an agent listens to nobody"
    );
    let supervisor = self::supervisor(&centre).await;
    centre.platform.be_present(&[id_of(&supervisor)]).await.unwrap();
    centre.set(&supervisor, AgentStatus::Available).await;

    let leg = centre.monitor(&supervisor, call, MonitorMode::Listen).await;
    assert_eq!((leg.role, leg.audience, leg.state), (LegRole::Supervisor, Audience::Nobody, LegState::Connected));
    assert!(!leg.video_on);
    for (mode, audience) in [
        (MonitorMode::Whisper, Audience::Agents),
        (MonitorMode::Barge, Audience::Everyone),
        (MonitorMode::Listen, Audience::Nobody),
        (MonitorMode::Listen, Audience::Nobody),
    ] {
        let (changed, join) = centre.platform.monitor(&supervisor, call, mode).await.unwrap();
        assert_eq!((changed.id, changed.audience, changed.role), (leg.id, audience, LegRole::Supervisor), "{mode}");
        assert!(join.is_none(), "the browser is in the call already");
    }
    assert_eq!(centre.activity(&supervisor).await, AgentActivity::Available);
    assert_eq!(centre.call(call).await.agent_id, agent.user_id());

    let (taken, _) = centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await.unwrap();
    assert_eq!((taken.id, taken.role, taken.audience), (leg.id, LegRole::Agent, Audience::Everyone));
    assert_eq!(centre.call(call).await.agent_id, supervisor.user_id());
    assert_eq!(centre.activity(&supervisor).await, AgentActivity::OnCall);
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp, "the agent's work is over");
    // The same again is no fault, and there is no way back.
    centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await.unwrap();
    let back = centre.platform.monitor(&supervisor, call, MonitorMode::Listen).await;
    assert_eq!(refused(back).0, RefusalCode::NotAllowed);
    // The agent's browser, which has not heard of it yet, hangs up.
    let end = centre.platform.end_call(&agent, call).await;
    assert_eq!(refused(end).0, RefusalCode::NotAllowed);
    assert_eq!(centre.state(call).await, CallState::InProgress);

    centre.platform.end_call(&supervisor, call).await.unwrap();
    assert_eq!(centre.activity(&supervisor).await, AgentActivity::WrapUp);
    let modes: Vec<String> = audited(&centre, AuditFilter { call: Some(call), ..AuditFilter::default() })
        .await
        .iter()
        .rev()
        .map(|entry| format!("{} {}", entry.action, entry.detail["mode"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        modes,
        [
            "CALL_MONITORED LISTEN",
            "CALL_MONITORED WHISPER",
            "CALL_MONITORED BARGE",
            "CALL_MONITORED LISTEN",
            "CALL_TAKEN_OVER "
        ],
        "each change once, and ending one's own call is no steering"
    );
}

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
    let taken = audited(&centre, AuditFilter { action: Some(AuditAction::CallTakenOver), ..AuditFilter::default() });
    assert_eq!(taken.await[0].subject, Some(id_of(&agent).to_string()));

    // One who wanted it and never got media is gone after a minute, and nothing else has happened.
    let (call, agent, _) = centre.talk(&queue).await;
    let other = self::supervisor(&centre).await;
    let (leg, _) = centre.platform.monitor(&other, call, MonitorMode::TakeOver).await.unwrap();
    centre.pass_with(&[&agent], seconds(61)).await;
    assert_eq!(centre.platform.legs(&[leg.id]).await.unwrap()[0].state, LegState::Left);
    assert_eq!((centre.state(call).await, centre.call(call).await.agent_id), (CallState::InProgress, agent.user_id()));
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
        let ended = format!("SELECT count(*) FROM event WHERE aggregate_id = '{}' AND kind = 'ENDED'", call.0);
        assert_eq!(count(&looker, &ended).await, i64::from(agent_first));
        centre.platform.end_call(&centre.admin, call).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_keeps_no_call_alive_and_takes_none_over_while_busy() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let supervisor = supervisor(&centre).await;
    centre.join(&queue, &supervisor, None).await;

    // A call that is his own is not listened to.
    centre.platform.be_present(&[id_of(&supervisor)]).await.unwrap();
    centre.set(&supervisor, AgentStatus::Available).await;
    let own = centre.caller(&queue).await.call;
    centre.route().await;
    assert_eq!(refused(centre.platform.monitor(&supervisor, own, MonitorMode::Listen).await).0, RefusalCode::IllegalTransition, "it rings");
    centre.answer(&supervisor).await;
    assert_eq!(refused(centre.platform.monitor(&supervisor, own, MonitorMode::Listen).await).0, RefusalCode::NotAllowed);

    let (call, agent, caller) = centre.talk(&queue).await;
    let busy = centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await;
    assert_eq!(refused(busy).0, RefusalCode::AgentBusy);
    let leg = centre.monitor(&supervisor, call, MonitorMode::Barge).await;
    centre.platform.leave(&supervisor, leg.id).await.unwrap();
    assert_eq!(centre.state(call).await, CallState::InProgress, "he leaves and they talk on");
    let again = centre.monitor(&supervisor, call, MonitorMode::Barge).await;
    assert_ne!(again.id, leg.id);
    centre.platform.leave(&caller.actor, caller.actor.guest().unwrap().leg).await.unwrap();
    let row = centre.call(call).await;
    assert_eq!((row.state, row.end_reason.as_deref()), (CallState::Ended, Some("The contact hung up.")));
    assert_eq!(centre.activity(&agent).await, AgentActivity::WrapUp);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_supervisor_and_a_lost_agent_are_two_things() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, agent, _) = centre.talk(&queue).await;
    let supervisor = supervisor(&centre).await;
    centre.monitor(&supervisor, call, MonitorMode::Barge).await;
    centre.silence(call, LegRole::Supervisor).await;
    centre.pass_with(&[&agent], seconds(31)).await;
    assert_eq!(centre.state(call).await, CallState::InProgress);
    centre.monitor(&supervisor, call, MonitorMode::Whisper).await;
    centre.silence(call, LegRole::Agent).await;
    centre.pass(seconds(31)).await;
    // The contact waits for another agent: nobody takes over what nobody talks in.
    assert_eq!(centre.state(call).await, CallState::Queued);
    let take = centre.platform.monitor(&supervisor, call, MonitorMode::TakeOver).await;
    assert_eq!(refused(take).0, RefusalCode::IllegalTransition);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hides_is_hidden_by_the_events_too() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, agent, caller) = centre.talk(&queue).await;
    let supervisor = supervisor(&centre).await;
    let leg = centre.monitor(&supervisor, call, MonitorMode::Listen).await;
    let open = centre.stage.process_with(&[("CORDBOARD_MONITORING_VISIBLE", "true")]);
    // Who sees a leg: contact, agent, agent of an open house, another supervisor, the supervisor himself.
    let seen = |leg: &domain::calls::Leg| {
        let closed = &centre.platform;
        [
            closed.shows(&caller.actor, leg),
            closed.shows(&agent, leg),
            open.shows(&agent, leg),
            closed.shows(&centre.admin, leg),
            closed.shows(&supervisor, leg),
            open.shows(&caller.actor, leg),
        ]
    };
    assert_eq!(seen(&leg), [false, false, true, true, true, false]);
    let (leg, _) = centre.platform.monitor(&supervisor, call, MonitorMode::Whisper).await.unwrap();
    assert_eq!(seen(&leg), [false, true, true, true, true, false]);
    let (leg, _) = centre.platform.monitor(&supervisor, call, MonitorMode::Barge).await.unwrap();
    assert_eq!(seen(&leg), [true; 6]);
    let sql = centre.stage.sql().await;
    let query = "SELECT kind || ' ' || coalesce(payload ->> 'hiddenBefore', '-') || ' ' || coalesce(payload ->> 'hidden', '-')
        FROM event WHERE aggregate_id = $1 AND payload ->> 'legId' = $2 ORDER BY version";
    let rows = sql.query(query, &[&call.0, &leg.id.to_string()]).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        found,
        ["MONITORED NOBODY NOBODY", "LEG_JOINED NOBODY NOBODY", "MONITORED NOBODY AGENTS", "MONITORED AGENTS -"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_call_is_moved_with_the_time_that_it_has_waited() {
    let centre = Centre::open().await;
    let (support, sales) = (centre.queue("support", plain()).await, centre.queue("sales", plain()).await);
    let supervisor = supervisor(&centre).await;
    let waiting = centre.caller(&support).await;
    let agent = centre.agent(&[&support]).await;
    centre.route().await;
    let offer = centre.offer(&agent).await.expect("it rings");
    centre.platform.clock.advance(seconds(10));
    let newer = centre.caller(&sales).await;
    let before = centre.visits(waiting.call).await.remove(0);

    let moved = centre.platform.move_call(&supervisor, waiting.call, sales.id).await.unwrap();
    assert_eq!((moved.state, moved.queue_id), (CallState::Queued, Some(sales.id)));
    assert_eq!(centre.offer_state(offer.id).await, OfferState::Cancelled);
    let visits = centre.visits(waiting.call).await;
    assert_eq!((visits.len(), visits[0].outcome), (2, Some(VisitOutcome::Cancelled)));
    assert_eq!((visits[1].entered_at, visits[1].left_at), (before.entered_at, None));
    // There already: no fault, no news.
    centre.platform.move_call(&supervisor, waiting.call, sales.id).await.unwrap();
    let entries = audited(&centre, AuditFilter { actor: supervisor.user_id(), ..AuditFilter::default() }).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].action, &entries[0].subject), (AuditAction::CallMoved, &Some(sales.id.to_string())));

    // Whoever has waited longer comes first there.
    let seller = centre.agent(&[&sales]).await;
    centre.route().await;
    assert_eq!(centre.accept(&seller).await, waiting.call);
    let connecting = centre.platform.move_call(&supervisor, waiting.call, support.id).await;
    assert_eq!(refused(connecting).0, RefusalCode::IllegalTransition);
    assert_eq!(refused(centre.platform.move_call(&seller, newer.call, support.id).await).0, RefusalCode::NotAllowed);
    let full = QueueChange { max_length: Some(1), ..QueueChange::default() };
    centre.change_queue(support.id, full).await;
    centre.request(&support).await.unwrap();
    assert_eq!(refused(centre.platform.move_call(&supervisor, newer.call, support.id).await).0, RefusalCode::QueueFull);
    centre.change_queue(support.id, QueueChange { archived: Some(true), ..QueueChange::default() }).await;
    assert_eq!(refused(centre.platform.move_call(&supervisor, newer.call, support.id).await).0, RefusalCode::QueueClosed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_to_others_is_written_down_and_what_one_does_oneself_is_not() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, agent, _) = centre.talk(&queue).await;
    let supervisor = supervisor(&centre).await;
    centre.set(&agent, AgentStatus::Away).await;
    let away = centre.platform.set_status(&supervisor, Some(id_of(&agent)), AgentStatus::Offline, None);
    away.await.unwrap();
    centre.monitor(&supervisor, call, MonitorMode::Listen).await;
    centre.platform.end_call(&supervisor, call).await.unwrap();
    centre.platform.end_call(&supervisor, call).await.unwrap();
    let row = centre.call(call).await;
    assert_eq!(row.end_reason.as_deref(), Some("A supervisor hung up."));
    let entries = audited(&centre, AuditFilter::default()).await;
    let found: Vec<_> = entries.iter().rev().map(|it| (it.action, it.call_id, it.subject.clone())).collect();
    assert_eq!(
        found,
        [
            (AuditAction::AgentStatusSet, None, Some(id_of(&agent).to_string())),
            (AuditAction::CallMonitored, Some(call), None),
            (AuditAction::CallEnded, Some(call), None)
        ]
    );
    assert!(entries.iter().all(|entry| Some(entry.actor_id) == supervisor.user_id()));
    let seen = last_events(&centre, call, 1).await;
    assert_eq!(seen[0].0, "ENDED");
    let (first, _) = (entries[0].id, ());
    let page = centre.platform.list_audit(&AuditFilter::default(), &Slice::first(1)).await.unwrap();
    assert_eq!((page.rows[0].1.id, page.more), (first, true), "the newest first");
    assert_eq!(centre.platform.count_audit(&AuditFilter { call: Some(call), ..AuditFilter::default() }).await.unwrap(), 2);
}
