//! Those who wait are told when their place has changed: an event of the call, every two seconds at most. Far behind it is
//! told by tenths only: one call that is answered does not make news for five hundred.

use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::json;

use crate::{
    Platform, Result,
    calls::{CallEventKind, CallState},
    db::statement,
    events::Aggregate,
    ids::{CallId, ContactId, QueueId},
};

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = sql_types::Uuid)]
    id: CallId,
    #[diesel(sql_type = sql_types::Integer)]
    version: i32,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    contact_id: Option<ContactId>,
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Text)]
    state: CallState,
    #[diesel(sql_type = sql_types::Integer)]
    place: i32,
}

/// Places are counted as in [`Platform::outlook`]. The call's row is locked first, one that a younger transaction wrote is
/// left for the next time (see [`super::round`]); the front of each queue is told first.
const MOVE: &str = "WITH places AS (
        SELECT id, call_id, queue_id, position, (1 + count(*) FILTER (WHERE not_before <= $1)
            OVER (PARTITION BY queue_id ORDER BY rank_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))::integer AS place
        FROM queue_visit WHERE left_at IS NULL
    ), locked AS MATERIALIZED (
        SELECT c.id, places.id AS visit_id, places.queue_id, places.place, age(c.xmin) < 0 AS younger
        FROM places JOIN call c ON c.id = places.call_id
        WHERE (places.position IS NULL OR abs(places.position - places.place) >= greatest(1, places.place / 10))
            AND c.state IN ('QUEUED', 'RINGING') AND c.visit_id = places.id
        ORDER BY places.place LIMIT 500 FOR NO KEY UPDATE OF c SKIP LOCKED
    ), told AS (
        UPDATE queue_visit SET position = locked.place FROM locked WHERE queue_visit.id = locked.visit_id AND NOT locked.younger
    )
    UPDATE call SET version = version + 1 FROM locked WHERE call.id = locked.id AND NOT locked.younger
    RETURNING call.id, call.version, call.contact_id, locked.queue_id, call.state, locked.place";

impl Platform {
    /// Tells those whose place is another one than they were told. Returns how many.
    pub async fn announce_positions(&self) -> Result<usize> {
        let mut unit = self.begin().await?;
        statement("SELECT pg_current_xact_id()").execute(unit.connection()).await?;
        let now = unit.now;
        let moved: Vec<Moved> =
            statement(MOVE).bind::<sql_types::Timestamptz, _>(now).load(unit.connection()).await?;
        let news = moved
            .iter()
            .map(|it| {
                let payload = json!({
                    "callId": it.id, "contactId": it.contact_id, "queueId": it.queue_id, "actor": "system",
                    "state": it.state, "detail": it.place.to_string(),
                });
                (it.id.0, it.version, payload)
            })
            .collect();
        unit.events(Aggregate::Call, CallEventKind::PositionChanged.as_str(), news);
        unit.commit().await?;
        Ok(moved.len())
    }
}
