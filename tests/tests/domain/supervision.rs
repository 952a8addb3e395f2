//! Supervisors in the calls of others, and what is written down of it.

use domain::agents::{AgentActivity, AgentStatus};
use domain::audit::{AuditAction, AuditEntry, AuditFilter};
use domain::calls::{Audience, CallState, LegRole, LegState, MonitorMode};
use domain::error::RefusalCode;
use domain::limits;
use domain::page::Slice;
use domain::people::{Actor, Role};
use domain::routing::{OfferState, QueueChange, VisitOutcome};

use super::centre::{Centre, id_of, person, refused, seconds};

pub async fn supervisor(centre: &Centre) -> Actor {
    person(&centre.platform, Role::Supervisor).await
}

pub fn plain() -> QueueChange {
    QueueChange { wrap_up_seconds: Some(30), ..QueueChange::default() }
}

pub async fn audited(centre: &Centre, filter: AuditFilter) -> Vec<AuditEntry> {
    let page = centre.platform.list_audit(&filter, &Slice::first(100)).await.unwrap();
    page.rows.into_iter().map(|(_, entry)| entry).collect()
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
    assert_eq!(
        (leg.role, leg.audience, leg.state),
        (LegRole::Supervisor, Audience::Nobody, LegState::Connected)
    );
    assert!(!leg.video_on);
    for (mode, audience) in [
        (MonitorMode::Whisper, Audience::Agents),
        (MonitorMode::Barge, Audience::Everyone),
        (MonitorMode::Listen, Audience::Nobody),
        (MonitorMode::Listen, Audience::Nobody),
    ] {
        let (changed, join) = centre.platform.monitor(&supervisor, call, mode).await.unwrap();
        assert_eq!(
            (changed.id, changed.audience, changed.role),
            (leg.id, audience, LegRole::Supervisor),
            "{mode}"
        );
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
    assert_eq!(
        refused(centre.platform.monitor(&supervisor, own, MonitorMode::Listen).await).0,
        RefusalCode::IllegalTransition,
        "it rings"
    );
    centre.answer(&supervisor).await;
    assert_eq!(
        refused(centre.platform.monitor(&supervisor, own, MonitorMode::Listen).await).0,
        RefusalCode::NotAllowed
    );

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
        FROM event WHERE payload ->> 'legId' = $1 ORDER BY version";
    let rows = sql.query(query, &[&leg.id.to_string()]).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        found,
        [
            "MONITORED NOBODY NOBODY",
            "LEG_JOINED NOBODY NOBODY",
            "MONITORED NOBODY AGENTS",
            "MONITORED AGENTS -"
        ]
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
    // Whoever watches the queue that it left is told once.
    let told = "SELECT payload->>'queueId', payload->>'detail' FROM event WHERE kind = 'MOVED' AND aggregate_id::text = $1";
    let rows = centre.stage.sql().await.query(told, &[&waiting.call.0.to_string()]).await.unwrap();
    let told: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(told, [(support.id.to_string(), sales.id.to_string())]);
    let entries =
        audited(&centre, AuditFilter { actor: supervisor.user_id(), ..AuditFilter::default() }).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].action, &entries[0].subject),
        (AuditAction::CallMoved, &Some(sales.id.to_string()))
    );

    // Whoever has waited longer comes first there.
    let seller = centre.agent(&[&sales]).await;
    centre.route().await;
    assert_eq!(centre.accept(&seller).await, waiting.call);
    let connecting = centre.platform.move_call(&supervisor, waiting.call, support.id).await;
    assert_eq!(refused(connecting).0, RefusalCode::IllegalTransition);
    assert_eq!(
        refused(centre.platform.move_call(&seller, newer.call, support.id).await).0,
        RefusalCode::NotAllowed
    );
    let full = QueueChange { max_length: Some(1), ..QueueChange::default() };
    centre.change_queue(support.id, full).await;
    centre.request(&support).await.unwrap();
    assert_eq!(
        refused(centre.platform.move_call(&supervisor, newer.call, support.id).await).0,
        RefusalCode::QueueFull
    );
    centre.change_queue(support.id, QueueChange { archived: Some(true), ..QueueChange::default() }).await;
    assert_eq!(
        refused(centre.platform.move_call(&supervisor, newer.call, support.id).await).0,
        RefusalCode::NotFound
    );
}

/// Who waits to be called back entered the queue anew when that was promised, at the old place.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_that_is_moved_keeps_its_place() {
    let centre = Centre::open().await;
    let (support, sales) = (centre.queue("support", plain()).await, centre.queue("sales", plain()).await);
    let supervisor = supervisor(&centre).await;
    let early = centre.caller(&support).await;
    centre.platform.clock.advance(seconds(30));
    centre.caller(&sales).await;
    centre.platform.clock.advance(seconds(30));
    let promised = centre.platform.request_callback(&early.actor, early.call, None, None).await.unwrap();
    centre.platform.move_call(&supervisor, promised.planned.id, sales.id).await.unwrap();
    let seller = centre.agent(&[&sales]).await;
    centre.route().await;
    assert_eq!(centre.accept(&seller).await, promised.planned.id);
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
    let page = centre.platform.list_audit(&AuditFilter::default(), &Slice::first(1)).await.unwrap();
    assert_eq!((page.rows[0].1.id, page.more), (entries[0].id, true), "the newest first");
    assert_eq!(
        centre
            .platform
            .count_audit(&AuditFilter { call: Some(call), ..AuditFilter::default() })
            .await
            .unwrap(),
        2
    );
    // Kept for two years, not for ever.
    centre.platform.clock.advance(limits::AUDIT_KEPT - seconds(60));
    assert_eq!(centre.platform.forget_audit().await.unwrap(), 0);
    centre.platform.clock.advance(seconds(120));
    assert_eq!(centre.platform.forget_audit().await.unwrap(), 3);
    assert!(audited(&centre, AuditFilter::default()).await.is_empty());
}
