//! The stretches of a call's life, as rows that cover it without gap or overlap. Wrap-up, which begins at the call's end, is
//! written by `agents`.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::{Call, CallState, IntervalKind, Leg, hold::is_on_hold};
use crate::{
    Result,
    db::{Unit, statement},
    ids::CallId,
};

#[derive(QueryableByName)]
struct Boundary {
    #[diesel(sql_type = sql_types::Timestamptz)]
    at: DateTime<Utc>,
}

/// The one place that says which stretch of its life a call is in.
pub(super) fn of(call: &Call, legs: &[Leg], message: bool) -> Option<IntervalKind> {
    match call.state {
        CallState::InProgress if message => Some(IntervalKind::Voicemail),
        CallState::InProgress if is_on_hold(call, legs) => Some(IntervalKind::Hold),
        state => state.interval(),
    }
}

/// Closes the open interval and opens the next one, if any. A server's clock that is behind another's does not make an
/// interval negative: the boundary never goes back, and is the unit's present from then on.
pub(super) async fn turn(unit: &mut Unit, call: CallId, next: Option<IntervalKind>) -> Result<()> {
    let now = unit.now;
    let closed: Option<Boundary> = statement("UPDATE call_interval SET ended_at = greatest($2, started_at) WHERE call_id = $1 AND ended_at IS NULL RETURNING ended_at AS at")
        .bind::<sql_types::Uuid, _>(call)
        .bind::<sql_types::Timestamptz, _>(now)
        .get_result(unit.connection())
        .await
        .optional()?;
    unit.now = closed.map_or(now, |boundary| boundary.at);
    let Some(kind) = next else { return Ok(()) };
    let at = unit.now;
    statement("INSERT INTO call_interval (call_id, ordinal, kind, started_at) SELECT $1, count(*), $2, $3 FROM call_interval WHERE call_id = $1")
        .bind::<sql_types::Uuid, _>(call)
        .bind::<sql_types::Text, _>(kind)
        .bind::<sql_types::Timestamptz, _>(at)
        .execute(unit.connection())
        .await?;
    Ok(())
}
