//! Reading calls.

use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;

use super::{Call, CallResult, CallState, Interval, Leg};
use crate::{
    Platform, Result,
    db::schema::{call, call_interval, contact, leg, offer},
    ids::{AgentId, CallId, CompanyId, ContactId, LegId, QueueId, UserId},
    page::{Page, Slice, page_by_id},
    people::Actor,
    voicemail::messages_of,
};

/// Which calls are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    pub states: Vec<CallState>,
    pub results: Vec<CallResult>,
    pub contact: Option<ContactId>,
    pub agent: Option<UserId>,
    /// Whose present or last queue it is.
    pub queue: Option<QueueId>,
    /// With somebody of this company.
    pub company: Option<CompanyId>,
    /// Begun at or after.
    pub since: Option<chrono::DateTime<chrono::Utc>>,
    /// Begun before.
    pub until: Option<chrono::DateTime<chrono::Utc>>,
    /// Order: by age, the newest first or the oldest.
    pub newest_first: bool,
}

type Boxed<'a> = call::BoxedQuery<'a, Pg>;

/// Agents see the calls that they are or were a party of, those that are or were offered to them, and those whose message they
/// may hear; supervisors and administrators see all; a guest its own.
pub(crate) fn visible<'a>(actor: &Actor) -> Boxed<'a> {
    let all = call::table.into_boxed();
    match actor {
        Actor::User(_) if actor.sees_all() => all,
        Actor::User(signed) => {
            let user = signed.user.id;
            let mine = leg::table.filter(leg::user_id.eq(user)).select(leg::call_id);
            let offered = offer::table.filter(offer::agent_id.eq(AgentId::from(user))).select(offer::call_id);
            let messages = messages_of!(user, voicemail::call_id);
            all.filter(call::id.eq_any(mine.union_all(offered).union_all(messages)))
        }
        Actor::Guest(guest) => all.filter(call::id.eq(guest.call)),
        Actor::Anonymous => all.filter(diesel::dsl::sql::<diesel::sql_types::Bool>("false")),
    }
}

fn filtered<'a>(actor: &Actor, filter: &'a CallFilter) -> Boxed<'a> {
    let mut query = visible(actor);
    if !filter.states.is_empty() {
        query = query.filter(call::state.eq_any(&filter.states));
    }
    if !filter.results.is_empty() {
        query = query.filter(call::result.eq_any(&filter.results));
    }
    if let Some(contact) = filter.contact {
        query = query.filter(call::contact_id.eq(contact));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(call::agent_id.eq(agent));
    }
    if let Some(queue) = filter.queue {
        query = query.filter(call::queue_id.eq(queue));
    }
    if let Some(company) = filter.company {
        let people = contact::table.filter(contact::company_id.eq(company)).select(contact::id.nullable());
        query = query.filter(call::contact_id.eq_any(people));
    }
    if let Some(since) = filter.since {
        query = query.filter(call::created_at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(call::created_at.lt(until));
    }
    query
}

impl Platform {
    /// A page of the calls that the actor may see.
    pub async fn list_calls(&self, actor: &Actor, filter: &CallFilter, slice: &Slice) -> Result<Page<Call>> {
        let mut connection = self.db.get().await?;
        Ok(
            page_by_id!(&mut connection, filtered(actor, filter), call::id, Call, slice, newest_first: filter.newest_first),
        )
    }

    pub async fn count_calls(&self, actor: &Actor, filter: &CallFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(actor, filter).count().get_result(&mut connection).await?)
    }

    /// Calls by id, as far as the actor may see them; in no order.
    pub async fn calls(&self, actor: &Actor, ids: &[CallId]) -> Result<Vec<Call>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)
            .filter(call::id.eq_any(ids))
            .select(Call::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Legs of several calls, in the order in which they were added.
    pub async fn legs_of_calls(&self, ids: &[CallId]) -> Result<Vec<Leg>> {
        let mut connection = self.db.get().await?;
        Ok(leg::table
            .filter(leg::call_id.eq_any(ids))
            .order(leg::id)
            .select(Leg::as_select())
            .load(&mut connection)
            .await?)
    }

    pub async fn legs(&self, ids: &[LegId]) -> Result<Vec<Leg>> {
        let mut connection = self.db.get().await?;
        Ok(leg::table.filter(leg::id.eq_any(ids)).select(Leg::as_select()).load(&mut connection).await?)
    }

    /// A leg with its call, whoever may see them.
    pub(super) async fn leg_with_call(&self, id: LegId) -> Result<Option<(Leg, Call)>> {
        let mut connection = self.db.get().await?;
        Ok(leg::table
            .inner_join(call::table)
            .filter(leg::id.eq(id))
            .select((Leg::as_select(), Call::as_select()))
            .first(&mut connection)
            .await
            .optional()?)
    }

    /// Intervals of several calls, in order.
    pub async fn intervals_of_calls(&self, ids: &[CallId]) -> Result<Vec<Interval>> {
        let mut connection = self.db.get().await?;
        Ok(call_interval::table
            .filter(call_interval::call_id.eq_any(ids))
            .order((call_interval::call_id, call_interval::ordinal))
            .select(Interval::as_select())
            .load(&mut connection)
            .await?)
    }
}
