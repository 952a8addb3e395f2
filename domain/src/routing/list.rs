//! Reading queues, members and visits.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Queue, Visit};
use crate::{
    Platform, Result,
    db::schema::{queue, queue_member, queue_visit},
    ids::{AgentId, CallId, QueueId, VisitId},
    page::{Page, Slice, page_by_id},
};

/// An agent's place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = queue_member, check_for_backend(diesel::pg::Pg))]
pub struct Member {
    pub queue_id: QueueId,
    pub agent_id: AgentId,
    pub tier: i32,
}

impl Platform {
    /// A page of queues, the oldest first.
    pub async fn list_queues(&self, archived_too: bool, slice: &Slice) -> Result<Page<Queue>> {
        let mut query = queue::table.into_boxed();
        if !archived_too {
            query = query.filter(queue::archived_at.is_null());
        }
        let mut connection = self.db.get().await?;
        Ok(page_by_id!(&mut connection, query, queue::id, Queue, slice, newest_first: false))
    }

    pub async fn count_queues(&self, archived_too: bool) -> Result<i64> {
        let mut query = queue::table.into_boxed();
        if !archived_too {
            query = query.filter(queue::archived_at.is_null());
        }
        let mut connection = self.db.get().await?;
        Ok(query.count().get_result(&mut connection).await?)
    }

    /// Queues by id, in no order.
    pub async fn queues(&self, ids: &[QueueId]) -> Result<Vec<Queue>> {
        let mut connection = self.db.get().await?;
        Ok(queue::table
            .filter(queue::id.eq_any(ids))
            .select(Queue::as_select())
            .load(&mut connection)
            .await?)
    }

    pub async fn queue_by_key(&self, key: &str) -> Result<Option<Queue>> {
        let mut connection = self.db.get().await?;
        Ok(queue::table
            .filter(queue::key.eq(key))
            .select(Queue::as_select())
            .first(&mut connection)
            .await
            .optional()?)
    }

    /// Where agents are members, by queue.
    pub async fn memberships(&self, agents: &[AgentId]) -> Result<Vec<Member>> {
        let mut connection = self.db.get().await?;
        Ok(queue_member::table
            .filter(queue_member::agent_id.eq_any(agents))
            .order((queue_member::agent_id, queue_member::queue_id))
            .select(Member::as_select())
            .load(&mut connection)
            .await?)
    }

    pub async fn count_members(&self, queue: QueueId) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(queue_member::table
            .filter(queue_member::queue_id.eq(queue))
            .count()
            .get_result(&mut connection)
            .await?)
    }

    pub async fn count_waiting(&self, queue: QueueId) -> Result<i64> {
        let mut connection = self.db.get().await?;
        super::visits::length(&mut connection, queue).await
    }

    /// Visits of several calls, in order.
    pub async fn visits_of_calls(&self, ids: &[CallId]) -> Result<Vec<Visit>> {
        let mut connection = self.db.get().await?;
        Ok(queue_visit::table
            .filter(queue_visit::call_id.eq_any(ids))
            .order(queue_visit::id)
            .select(Visit::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Visits by id, in no order.
    pub async fn visits(&self, ids: &[VisitId]) -> Result<Vec<Visit>> {
        let mut connection = self.db.get().await?;
        Ok(queue_visit::table
            .filter(queue_visit::id.eq_any(ids))
            .select(Visit::as_select())
            .load(&mut connection)
            .await?)
    }
}
