//! What happens because nobody came in time, and when to look again.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{min, sql},
    prelude::*,
    sql_types,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{CallResult, CallState, Change, Direction, LegRole};
use crate::{
    Platform, Result,
    db::schema::{call, leg},
    error::each,
    ids::{CallId, LegId},
    limits,
};

/// [`Change::waits_for_worker`] as the database says it, and not.
const MAY_BE_LOST: &str = "(call.worker_id IS NOT NULL OR leg.joined_at IS NULL OR (call.visit_id IS NOT NULL AND leg.role IN ('AGENT', 'SUPERVISOR')))";

/// [`Change::is_unserved`], likewise.
const UNSERVED: &str = "(call.worker_id IS NULL AND call.state IN ('CREATED', 'CONNECTING'))";

/// Why such a call ends.
const NO_WORKER: &str = "No media worker was there in time.";

impl Change {
    /// When a call that nobody has answered is given up.
    fn given_up_at(&self) -> Option<DateTime<Utc>> {
        let by = self.call.answer_by.filter(|_| self.call.answered_at.is_none())?;
        Some(if self.is_unserved() { by + limits::WITHOUT_WORKER } else { by })
    }

    /// Nobody answered in time, or nobody who did could be heard.
    async fn give_up(&mut self) -> Result<()> {
        let unserved = self.is_unserved();
        if self.is_callback().await? {
            let reason = if unserved { NO_WORKER } else { "The contact did not answer the call-back." };
            return self.callback_in_vain(reason, !unserved).await;
        }
        let present = |role| self.legs.iter().any(|leg| leg.role == role && leg.state.is_present());
        let (result, reason) = match (present(LegRole::Contact), present(LegRole::Agent)) {
            _ if unserved => (CallResult::Failed, NO_WORKER),
            _ if self.call.direction == Direction::Internal => {
                (CallResult::Failed, "No media came through in time.")
            }
            (true, true) => (CallResult::Failed, "Both sides joined but no media came through in time."),
            (true, false) => (CallResult::Failed, "The contact joined but the agent did not."),
            (false, _) => (CallResult::Missed, "Nobody joined in time."),
        };
        self.end(result, reason, "system").await?;
        if result == CallResult::Missed {
            crate::tasks::follow_up(self).await?;
        }
        Ok(())
    }
}

/// The first time limit of unanswered calls, of those that wait for a worker or of the others.
async fn first_answer_by(
    connection: &mut AsyncPgConnection,
    unserved: bool,
) -> Result<Option<DateTime<Utc>>> {
    Ok(call::table
        .filter(call::state.ne(CallState::Ended).and(call::answered_at.is_null()))
        .filter(sql::<sql_types::Bool>(UNSERVED).eq(unserved))
        .select(min(call::answer_by))
        .first(connection)
        .await?)
}

impl Platform {
    /// Calls that nobody answered in time end MISSED, or FAILED where that is not the contact's doing. Returns how many;
    /// several schedulers share the work.
    pub async fn expire_unanswered(&self) -> Result<usize> {
        let now = self.clock.now();
        let served = sql::<sql_types::Bool>(UNSERVED).eq(false);
        let mut connection = self.db.get().await?;
        let due: Vec<CallId> = call::table
            .filter(
                call::state
                    .ne(CallState::Ended)
                    .and(call::answered_at.is_null())
                    .and(call::answer_by.le(now)),
            )
            .filter(served.or(call::answer_by.le(now - limits::WITHOUT_WORKER)))
            .order(call::answer_by)
            .limit(100)
            .select(call::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        each(due, async |id| {
            let mut change = self.change(id).await?;
            // The lock may have been waited for: the contact may have joined, which gives it more time.
            if change.given_up_at().is_none_or(|by| by > now) {
                return Ok(false);
            }
            change.give_up().await?;
            let (call, _) = change.commit().await?;
            tracing::info!(call = %id, state = %call.state, "not answered in time");
            Ok(true)
        })
        .await
    }

    /// Legs that did not come (back) in time count as LEFT. Returns how many.
    pub async fn expire_legs(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<LegId> = leg::table
            .inner_join(call::table)
            .filter(leg::leave_by.le(now))
            .filter(sql::<sql_types::Bool>(MAY_BE_LOST))
            .order(leg::leave_by)
            .limit(100)
            .select(leg::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        each(due, async |id| {
            let (mut change, place) = self.change_by_leg(id).await?;
            if change.call.state == CallState::Ended
                || change.legs[place].leave_by.is_none_or(|by| by > now)
                || change.waits_for_worker(place)
            {
                return Ok(false);
            }
            if change.legs[place].role == LegRole::Contact && change.is_callback().await? {
                change
                    .callback_in_vain("The contact joined the call-back but no media came through.", true)
                    .await?;
            } else {
                change.leg_leaves(place, "system", true).await?;
            }
            change.commit().await?;
            tracing::info!(leg = %id, "leg lost");
            Ok(true)
        })
        .await
    }

    /// Calls that outlast every limit end: a forgotten pair of tabs does not hold a worker for ever.
    pub async fn expire_endless(&self) -> Result<usize> {
        let before = self.clock.now() - limits::CALL_LENGTH;
        let mut connection = self.db.get().await?;
        let due: Vec<CallId> = call::table
            // One that waits has limits of its own, and its waiting does not count.
            .filter(call::state.ne(CallState::Ended).and(call::visit_id.is_null()))
            .filter(call::created_at.lt(before))
            .filter(call::answered_at.is_null().or(call::answered_at.lt(before)))
            .limit(100)
            .select(call::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        each(due, async |id| {
            let mut change = self.change(id).await?;
            if change.call.state == CallState::Ended {
                return Ok(false);
            }
            change.end(CallResult::Completed, "The call reached the longest time allowed.", "system").await?;
            change.commit().await?;
            Ok(true)
        })
        .await
    }

    /// When the next call, leg, offer, visit, wrap-up, presence or message expires.
    pub async fn next_expiry(&self) -> Result<Option<DateTime<Utc>>> {
        let mut connection = self.db.get().await?;
        let answer = first_answer_by(&mut connection, false).await?;
        let unserved = first_answer_by(&mut connection, true).await?;
        let worker = unserved.map(|by| by + limits::WITHOUT_WORKER);
        let leave: Option<DateTime<Utc>> = leg::table
            .inner_join(call::table)
            .filter(leg::leave_by.is_not_null())
            .filter(sql::<sql_types::Bool>(MAY_BE_LOST))
            .select(min(leg::leave_by))
            .first(&mut connection)
            .await?;
        drop(connection);
        let offer = self.next_offer_expiry().await?;
        let (visit, wrap_up) = (self.next_visit_expiry().await?, self.next_wrap_up_end().await?);
        let (lapse, message) = (self.next_lapse().await?, self.next_voicemail_end().await?);
        Ok([answer, worker, leave, offer, visit, wrap_up, lapse, message].into_iter().flatten().min())
    }
}
