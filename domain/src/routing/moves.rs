//! A supervisor moves a waiting call to another queue.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{Entry, Queue, VisitOutcome, visits::length};
use crate::{
    Platform, Result,
    audit::AuditAction,
    calls::{Call, CallState},
    db::schema::queue,
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, QueueId},
    limits,
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
        let queue: Option<Queue> =
            queue::table.find(to).select(Queue::as_select()).first(change.unit.connection()).await.optional()?;
        let queue = queue.ok_or_else(|| Refusal::not_found("queue").at("queueId"))?;
        if queue.archived_at.is_some() || !queue.hours.open_at(change.now()) {
            let says = format!("{} is closed now. Choose another queue.", queue.name);
            return Err(Refusal::new(RefusalCode::QueueClosed, says).at("queueId").into());
        }
        if length(change.unit.connection(), to).await? >= i64::from(queue.max_length) {
            let says = format!("As many wait in {} as may. Choose another queue.", queue.name);
            return Err(Refusal::new(RefusalCode::QueueFull, says).at("queueId").into());
        }
        change.cancel_offers("the call was moved to another queue").await?;
        change.leave_queue(VisitOutcome::Cancelled).await?;
        let head_start = limits::PRIORITY_POINT * (change.call.priority + queue.priority);
        let entry = Entry {
            rank_at: Some(visit.entered_at - head_start),
            entered_at: Some(visit.entered_at),
            not_before: Some(visit.not_before),
            callback: visit.callback,
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
