//! A supervisor moves a waiting call to another queue.

use serde_json::json;

use super::{Entry, VisitOutcome, queues::queue_of, request::open_queue, visits::rank_elsewhere};
use crate::{
    Platform, Result,
    audit::AuditAction,
    calls::{Call, CallEventKind, CallState, Leg},
    error::{RefusalCode, refuse},
    ids::{CallId, QueueId},
    people::Actor,
};

impl Platform {
    /// Has a waiting call wait in another queue; what it has waited counts there, too. It waits there already: no fault.
    ///
    /// # Errors
    /// NOT_FOUND for the call or the queue, CALL_ENDED, ILLEGAL_TRANSITION for a call that does not wait, QUEUE_CLOSED,
    /// QUEUE_FULL, NOT_ALLOWED for agents.
    pub async fn move_call(&self, actor: &Actor, id: CallId, to: QueueId) -> Result<Call> {
        let user = actor.user()?.id;
        if !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "Only supervisors move calls between queues.");
        }
        let mut change = self.change(id).await?;
        change.still_on()?;
        let waits = matches!(change.call.state, CallState::Queued | CallState::Ringing);
        let Some(visit) = change.visit().await?.filter(|_| waits) else {
            return refuse(RefusalCode::IllegalTransition, "This call does not wait in a queue any more.");
        };
        if visit.queue_id == to {
            return Ok(change.call);
        }
        if change.live_transfer().await?.is_some() {
            let says = "Its agent transfers this call just now and may take it back. Try again in a moment.";
            return refuse(RefusalCode::IllegalTransition, says);
        }
        // A call-back whose contact is being rung.
        if change.legs.iter().any(Leg::is_agent_on) {
            let says = "An agent has taken this call. Take it over, or wait until it is back in the queue.";
            return refuse(RefusalCode::IllegalTransition, says);
        }
        let queue = open_queue(&mut change.unit, to, "queueId").await?;
        // While it is in the old queue still: whoever watches that one hears of nothing that comes after.
        change.event(CallEventKind::Moved, &actor.key(), None, Some(to.to_string())).await?;
        change.cancel_offers(|_| true, "the call was moved to another queue").await?;
        change.leave_queue(VisitOutcome::Cancelled).await?;
        let from = queue_of(&mut change.unit, visit.queue_id).await?;
        let entry = Entry {
            rank_at: Some(rank_elsewhere(&visit, &from, &queue)),
            entered_at: Some(visit.entered_at),
            not_before: Some(visit.not_before),
            callback: visit.callback,
            ..Entry::default()
        };
        change.enter_queue(&queue, entry).await?;
        let moved = json!({ "from": visit.queue_id, "to": to });
        change.unit.audit(user, AuditAction::CallMoved, Some(id), Some(to.to_string()), moved).await?;
        // Whoever was asked is free for others.
        change.unit.route(visit.queue_id);
        let (call, _) = change.commit().await?;
        tracing::info!(call = %id, queue = %to, "moved to another queue");
        Ok(call)
    }
}
