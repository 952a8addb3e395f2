//! Reading queues, members, visits and offers.

use diesel::{dsl, prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Offer, OfferState, Queue, Visit};
use crate::{
    Platform, Result,
    db::schema::{offer, queue, queue_member, queue_visit},
    ids::{AgentId, CallId, OfferId, QueueId, VisitId},
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

    /// As many as [`Self::waiting_of_queues`] gives: those who are called back among them.
    pub async fn count_waiting(&self, queue: QueueId) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(queue_visit::table
            .filter(queue_visit::queue_id.eq(queue).and(queue_visit::left_at.is_null()))
            .count()
            .get_result(&mut connection)
            .await?)
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

    /// Offers by id, in no order.
    pub async fn offers(&self, ids: &[OfferId]) -> Result<Vec<Offer>> {
        let mut connection = self.db.get().await?;
        Ok(offer::table
            .filter(offer::id.eq_any(ids))
            .select(Offer::as_select())
            .load(&mut connection)
            .await?)
    }

    /// The last 100 offers of each of several calls, in order: where all ring, a long wait makes thousands.
    pub async fn offers_of_calls(&self, ids: &[CallId]) -> Result<Vec<Offer>> {
        const LAST: &str = " AS of (id) CROSS JOIN LATERAL (SELECT offer.id FROM offer WHERE call_id = of.id ORDER BY offer.id DESC LIMIT 100) AS last)";
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let last = dsl::sql::<sql_types::Bool>("offer.id IN (SELECT last.id FROM unnest(")
            .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
            .sql(")")
            .sql(LAST);
        let mut connection = self.db.get().await?;
        Ok(offer::table
            .filter(last)
            .order(offer::id)
            .select(Offer::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Those of these visits that are held out to somebody just now.
    pub(super) async fn ringing_visits(&self, visits: &[VisitId]) -> Result<Vec<VisitId>> {
        let mut connection = self.db.get().await?;
        let found: Vec<Option<VisitId>> = offer::table
            .filter(offer::visit_id.eq_any(visits))
            .filter(offer::state.eq_any(OfferState::LIVE))
            .select(offer::visit_id)
            .load(&mut connection)
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What is held out to an agent just now.
    pub async fn live_offers(&self, agent: AgentId) -> Result<Vec<Offer>> {
        let mut connection = self.db.get().await?;
        Ok(offer::table
            .filter(offer::agent_id.eq(agent))
            .filter(offer::state.eq_any(OfferState::LIVE))
            .select(Offer::as_select())
            .load(&mut connection)
            .await?)
    }
}
