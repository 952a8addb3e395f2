//! Queries against the log.

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_query, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{Aggregate, Cursor, Event, Filter};
use crate::{Platform, Result, db::statement, limits};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::BigInt)]
    transaction: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    seq: i64,
    #[diesel(sql_type = sql_types::Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Text)]
    aggregate: Aggregate,
    #[diesel(sql_type = sql_types::Uuid)]
    aggregate_id: Uuid,
    #[diesel(sql_type = sql_types::Integer)]
    version: i32,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::Jsonb)]
    payload: serde_json::Value,
}

impl From<Row> for Event {
    fn from(row: Row) -> Self {
        Self {
            cursor: Cursor { xid: row.transaction, seq: row.seq },
            at: row.at,
            aggregate: row.aggregate,
            aggregate_id: row.aggregate_id,
            version: row.version,
            kind: row.kind,
            payload: row.payload,
        }
    }
}

macro_rules! events {
    ($more:literal, $cursor:literal) => {
        concat!(
            "SELECT xid::text::bigint AS transaction, seq, at, aggregate, aggregate_id, version, kind, payload",
            $more,
            " FROM event WHERE (xid, seq) > (",
            $cursor,
            "::text::xid8, $2)"
        )
    };
}

/// What one look at the log found.
pub(super) struct Page {
    /// Safe to hand out, oldest first.
    pub events: Vec<Event>,
    /// Behind them stand some that are written and not safe yet: an older transaction may still put its own before them.
    pub held_back: bool,
    /// When the oldest happened that was not handed out before, safe or not.
    pub oldest: Option<DateTime<Utc>>,
}

/// What every process reads all the time, behind whatever cursor by one plan: `limit` events at most.
pub(super) async fn read(connection: &mut AsyncPgConnection, cursor: Cursor, limit: i64) -> Result<Page> {
    #[derive(QueryableByName)]
    struct Read {
        #[diesel(embed)]
        event: Row,
        #[diesel(sql_type = sql_types::Bool)]
        safe: bool,
    }
    let mut rows: Vec<Read> = statement(concat!(
        events!(", xid < pg_snapshot_xmin(pg_current_snapshot()) AS safe", "(SELECT $1)"),
        " ORDER BY xid, seq LIMIT (SELECT $3)"
    ))
    .bind::<sql_types::Text, _>(cursor.xid.to_string())
    .bind::<sql_types::BigInt, _>(cursor.seq)
    .bind::<sql_types::BigInt, _>(limit)
    .load(connection)
    .await?;
    let oldest = rows.iter().map(|read| read.event.at).next();
    // In the log's order whatever is not safe comes last.
    let safe = rows.iter().take_while(|read| read.safe).count();
    let held_back = safe < rows.len();
    rows.truncate(safe);
    Ok(Page { events: rows.into_iter().map(|read| read.event.into()).collect(), held_back, oldest })
}

/// The events that a filter lets through behind a cursor that are safe to hand out, oldest first, `limit` at most.
pub(super) async fn after(
    connection: &mut AsyncPgConnection,
    cursor: Cursor,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Event>> {
    let mut conditions = "AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND aggregate = $4".to_owned();
    let mut next = 5;
    if filter.id.is_some() {
        conditions += &format!(" AND aggregate_id = ${next}");
        next += 1;
    }
    if filter.fields.is_some() {
        let named = format!("SELECT FROM unnest(${next}) AS field WHERE payload ->> field = ${}", next + 1);
        conditions += &format!(" AND EXISTS ({named})");
    }
    let events = events!("", "$1");
    let mut query = sql_query(format!("{events} {conditions} ORDER BY xid, seq LIMIT $3"))
        .into_boxed::<diesel::pg::Pg>()
        .bind::<sql_types::Text, _>(cursor.xid.to_string())
        .bind::<sql_types::BigInt, _>(cursor.seq)
        .bind::<sql_types::BigInt, _>(limit)
        .bind::<sql_types::Text, _>(filter.aggregate);
    if let Some(id) = filter.id {
        query = query.bind::<sql_types::Uuid, _>(id);
    }
    if let Some((fields, text)) = &filter.fields {
        query = query
            .bind::<sql_types::Array<sql_types::Text>, _>(*fields)
            .bind::<sql_types::Text, _>(text.clone());
    }
    let rows: Vec<Row> = query.load(connection).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = sql_types::BigInt)]
    transaction: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    seq: i64,
}

/// The end of what may be handed out now.
pub(super) async fn end(connection: &mut AsyncPgConnection) -> Result<Cursor> {
    let place: Place = statement("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1) AS transaction, 9223372036854775807 AS seq").get_result(connection).await?;
    Ok(Cursor { xid: place.transaction, seq: place.seq })
}

/// The last place that has been dropped from the log.
pub(super) async fn floor(connection: &mut AsyncPgConnection) -> Result<Cursor> {
    let place: Place = sql_query("SELECT xid::text::bigint AS transaction, seq FROM event_floor")
        .get_result(connection)
        .await?;
    Ok(Cursor { xid: place.transaction, seq: place.seq })
}

impl Platform {
    /// A page of one aggregate's events, for lists.
    pub async fn events_after(
        &self,
        filter: &Filter,
        after_cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Vec<Event>> {
        let mut connection = self.db.get().await?;
        after(&mut connection, after_cursor.unwrap_or(Cursor { xid: 0, seq: 0 }), filter, limit).await
    }
}

/// Makes the monthly partitions up to three months ahead.
pub async fn make_partitions(platform: &Platform) -> Result<()> {
    let mut connection = platform.db.get().await?;
    let until = (platform.clock.now() + chrono::TimeDelta::days(92)).date_naive();
    sql_query("SELECT event_partitions($1)")
        .bind::<sql_types::Date, _>(until)
        .execute(&mut connection)
        .await?;
    Ok(())
}

/// Drops the months of the log that are kept long enough, and raises the floor under which cursors have expired. Returns
/// how many.
pub async fn drop_old(platform: &Platform) -> Result<usize> {
    #[derive(QueryableByName)]
    struct Dropped {
        #[diesel(sql_type = sql_types::Integer)]
        months: i32,
    }
    let before = (platform.clock.now() - limits::EVENTS_KEPT).date_naive();
    let mut connection = platform.db.get().await?;
    let dropped: Dropped = sql_query("SELECT event_drop_before($1) AS months")
        .bind::<sql_types::Date, _>(before)
        .get_result(&mut connection)
        .await?;
    Ok(usize::try_from(dropped.months).unwrap_or(0))
}
