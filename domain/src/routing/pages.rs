//! Pages of several queues at once: a longer list of queues costs no more statements.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Member;
use crate::{
    Platform, Result,
    calls::Call,
    db::{schema::call, statement},
    ids::{AgentId, CallId, QueueId, VisitId},
    page::{Key, Page, Slice},
};

#[derive(Clone, Copy, QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Uuid)]
    agent_id: AgentId,
    #[diesel(sql_type = sql_types::Integer)]
    tier: i32,
}

#[derive(Clone, Copy, QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = sql_types::Uuid)]
    queue_id: QueueId,
    #[diesel(sql_type = sql_types::Uuid)]
    call_id: CallId,
    #[diesel(sql_type = sql_types::Uuid)]
    visit_id: VisitId,
    #[diesel(sql_type = sql_types::Timestamptz)]
    rank_at: DateTime<Utc>,
}

impl Platform {
    /// The same page of the members of several queues, by age of the account. Read forwards only.
    pub async fn members_of_queues(
        &self,
        queues: &[QueueId],
        slice: &Slice,
    ) -> Result<HashMap<QueueId, Page<Member>>> {
        let ids: Vec<Uuid> = queues.iter().map(|queue| queue.0).collect();
        let mut connection = self.db.get().await?;
        let rows: Vec<MemberRow> = statement(
            "SELECT member.queue_id, member.agent_id, member.tier FROM unnest($1::uuid[]) AS of (id) CROSS JOIN LATERAL (
                SELECT * FROM queue_member WHERE queue_id = of.id AND ($2::uuid IS NULL OR agent_id > $2)
                ORDER BY agent_id LIMIT $3
            ) AS member ORDER BY member.agent_id",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(slice.after.as_ref().map(|key| key.id))
        .bind::<sql_types::BigInt, _>(slice.limit + 1)
        .load(&mut connection)
        .await?;
        let pages = queues.iter().map(|&queue| {
            let own = rows.iter().filter(|row| row.queue_id == queue).map(|row| Member {
                queue_id: queue,
                agent_id: row.agent_id,
                tier: row.tier,
            });
            (queue, slice.page(own.collect(), |member| Key::of(member.agent_id.0)))
        });
        Ok(pages.collect())
    }

    /// The same page of the calls that wait in several queues, the next one first. Read forwards only.
    ///
    /// # Errors
    /// INVALID for a cursor of another list.
    pub async fn waiting_of_queues(
        &self,
        queues: &[QueueId],
        slice: &Slice,
    ) -> Result<HashMap<QueueId, Page<Call>>> {
        let ids: Vec<Uuid> = queues.iter().map(|queue| queue.0).collect();
        let (at, id) = match &slice.after {
            Some(key) => (Some(key.instant()?), Some(key.id)),
            None => (None, None),
        };
        let mut connection = self.db.get().await?;
        let rows: Vec<WaitingRow> = statement(
            "SELECT visit.queue_id, visit.call_id, visit.id AS visit_id, visit.rank_at FROM unnest($1::uuid[]) AS of (id) CROSS JOIN LATERAL (
                SELECT * FROM queue_visit WHERE queue_id = of.id AND left_at IS NULL
                    AND ($2::timestamptz IS NULL OR (rank_at, id) > ($2, $3))
                ORDER BY rank_at, id LIMIT $4
            ) AS visit ORDER BY visit.rank_at, visit.id",
        )
        .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
        .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(at)
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(id)
        .bind::<sql_types::BigInt, _>(slice.limit + 1)
        .load(&mut connection)
        .await?;
        let calls: Vec<CallId> = rows.iter().map(|row| row.call_id).collect();
        let calls: Vec<Call> = call::table
            .filter(call::id.eq_any(calls))
            .select(Call::as_select())
            .load(&mut connection)
            .await?;
        let calls: HashMap<CallId, Call> = calls.into_iter().map(|call| (call.id, call)).collect();
        let pages = queues.iter().map(|&queue| {
            let own = rows.iter().filter(|row| row.queue_id == queue).copied().collect();
            let page = slice.page(own, |row: &WaitingRow| Key::at(row.rank_at, row.visit_id.0));
            let rows = page.rows.into_iter();
            let rows = rows.filter_map(|(key, row)| Some((key, calls.get(&row.call_id)?.clone())));
            (queue, Page { rows: rows.collect(), more: page.more })
        });
        Ok(pages.collect())
    }
}
