//! A queue is changed while calls wait in it: they are judged by the new rules.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Queue, visits::callback_times};
use crate::{
    Result,
    db::{
        Unit,
        schema::{call, queue_visit},
    },
    ids::VisitId,
    limits,
};

/// Those who wait get the limits, the head start and the hours that the queue has now.
pub(super) async fn rejudge(unit: &mut Unit, queue: &Queue, before: &Queue) -> Result<()> {
    let limits = |queue: &Queue| (queue.max_wait_seconds, queue.priority, queue.last_agent_seconds);
    let (other_limits, other_hours) = (limits(queue) != limits(before), queue.hours != before.hours);
    if !other_limits && !other_hours {
        return Ok(());
    }
    sql_query(
        "SELECT c.id FROM call c JOIN queue_visit v ON v.call_id = c.id WHERE v.queue_id = $1 AND v.left_at IS NULL
         ORDER BY c.id FOR NO KEY UPDATE OF c",
    )
    .bind::<sql_types::Uuid, _>(queue.id)
    .execute(unit.connection())
    .await?;
    if other_limits {
        judge_by_limits(unit, queue, before).await?;
    }
    if other_hours {
        judge_by_hours(unit, queue).await?;
    }
    Ok(())
}

/// By the difference: one that was moved here has its time from then on, though it entered earlier.
async fn judge_by_limits(unit: &mut Unit, queue: &Queue, before: &Queue) -> Result<()> {
    let more = |now: i32, before: i32| f64::from(now - before);
    sql_query(
        "UPDATE queue_visit SET rank_at = rank_at - make_interval(secs => $2),
            leave_by = CASE WHEN callback OR EXISTS (SELECT FROM transfer t WHERE t.call_id = queue_visit.call_id AND t.state = 'RINGING')
                THEN leave_by ELSE leave_by + make_interval(secs => $3) END,
            prefer_until = CASE WHEN prefer_agent_id IS NOT NULL AND $4 > 0
                THEN coalesce(prefer_until + make_interval(secs => $5), not_before + make_interval(secs => $4)) END
         WHERE queue_id = $1 AND left_at IS NULL",
    )
    .bind::<sql_types::Uuid, _>(queue.id)
    .bind::<sql_types::Double, _>(
        limits::PRIORITY_POINT.as_seconds_f64() * more(queue.priority, before.priority),
    )
    .bind::<sql_types::Double, _>(more(queue.max_wait_seconds, before.max_wait_seconds))
    .bind::<sql_types::Double, _>(f64::from(queue.last_agent_seconds))
    .bind::<sql_types::Double, _>(more(queue.last_agent_seconds, before.last_agent_seconds))
    .execute(unit.connection())
    .await?;
    Ok(())
}

/// A call-back that was promised and waits for its time.
#[derive(Queryable)]
struct Promised {
    visit: VisitId,
    entered_at: DateTime<Utc>,
    not_before: DateTime<Utc>,
    leave_by: Option<DateTime<Utc>>,
    tries: i32,
}

impl Promised {
    /// When the contact is called, and when that is given up, in the hours that the queue has now.
    fn times(&self, queue: &Queue, now: DateTime<Utc>) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        // One whose time has come waits for an agent alone, and is not given up while nobody works.
        if self.not_before <= now {
            let open = |by| if queue.hours.open_at(by) { by } else { callback_times(queue, by).1 };
            return (self.not_before, self.leave_by.map(open));
        }
        // What the hours put off may come sooner; the pause after a try in vain stays.
        let again = self.entered_at + limits::CALLBACK_AGAIN;
        let in_vain = self.tries > 0 || self.not_before == again;
        let ready_at = if in_vain { again } else { self.entered_at };
        let (not_before, leave_by) = callback_times(queue, ready_at.max(now));
        (not_before, Some(leave_by))
    }
}

async fn judge_by_hours(unit: &mut Unit, queue: &Queue) -> Result<()> {
    let promised: Vec<Promised> = queue_visit::table
        .inner_join(call::table.on(call::id.eq(queue_visit::call_id)))
        .filter(queue_visit::queue_id.eq(queue.id).and(queue_visit::left_at.is_null()))
        .filter(queue_visit::callback)
        .select((
            queue_visit::id,
            queue_visit::entered_at,
            queue_visit::not_before,
            queue_visit::leave_by,
            call::callback_tries,
        ))
        .load(unit.connection())
        .await?;
    if promised.is_empty() {
        return Ok(());
    }
    let now = unit.now;
    let ids: Vec<Uuid> = promised.iter().map(|it| it.visit.0).collect();
    let (not_before, leave_by): (Vec<DateTime<Utc>>, Vec<Option<DateTime<Utc>>>) =
        promised.iter().map(|it| it.times(queue, now)).unzip();
    sql_query(
        "UPDATE queue_visit SET not_before = judged.not_before, leave_by = judged.leave_by,
            prefer_until = prefer_until + (judged.not_before - queue_visit.not_before)
         FROM unnest($1, $2, $3) AS judged (id, not_before, leave_by) WHERE queue_visit.id = judged.id",
    )
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .bind::<sql_types::Array<sql_types::Timestamptz>, _>(not_before)
    .bind::<sql_types::Array<sql_types::Nullable<sql_types::Timestamptz>>, _>(leave_by)
    .execute(unit.connection())
    .await?;
    Ok(())
}
