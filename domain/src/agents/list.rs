//! Reading agents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Agent, AgentActivity, WrapUp};
use crate::{
    Platform, Result,
    calls::{LegRole, LegState},
    db::{
        Unit,
        schema::{agent, agent_interval, app_user, leg, queue_member, wrap_up},
    },
    ids::{AgentId, CallId, QueueId},
    page::{Page, Slice},
};

/// Which agents are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct AgentFilter {
    pub activities: Vec<AgentActivity>,
    pub queue: Option<QueueId>,
    /// In the name or the e-mail address.
    pub search: Option<String>,
}

/// What an agent is doing, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = agent_interval, check_for_backend(Pg))]
pub struct Doing {
    pub agent_id: AgentId,
    pub activity: AgentActivity,
    pub reason: Option<String>,
    #[diesel(column_name = started_at)]
    pub since: DateTime<Utc>,
}

/// A user becomes one who takes calls: OFFLINE from the first.
pub(crate) async fn create(unit: &mut Unit, id: AgentId) -> Result<()> {
    let now = unit.now;
    diesel::insert_into(agent::table)
        .values((agent::user_id.eq(id), agent::idle_since.eq(now)))
        .execute(unit.connection())
        .await?;
    diesel::insert_into(agent_interval::table)
        .values((
            agent_interval::agent_id.eq(id),
            agent_interval::activity.eq(AgentActivity::Offline),
            agent_interval::started_at.eq(now),
        ))
        .execute(unit.connection())
        .await?;
    Ok(())
}

type Boxed<'a> = agent::BoxedQuery<'a, Pg>;

fn filtered<'a>(filter: &'a AgentFilter) -> Boxed<'a> {
    let mut query = agent::table.into_boxed();
    if !filter.activities.is_empty() {
        let doing = agent_interval::table
            .filter(agent_interval::ended_at.is_null())
            .filter(agent_interval::activity.eq_any(&filter.activities))
            .select(agent_interval::agent_id);
        query = query.filter(agent::user_id.eq_any(doing));
    }
    if let Some(queue) = filter.queue {
        let members = queue_member::table.filter(queue_member::queue_id.eq(queue));
        query = query.filter(agent::user_id.eq_any(members.select(queue_member::agent_id)));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        let named = app_user::table
            .filter(app_user::name.ilike(pattern.clone()).or(app_user::email.ilike(pattern)))
            .select(app_user::id);
        query = query.filter(agent::user_id.eq_any(named));
    }
    // Who can no longer sign in is no agent any more.
    let enabled = app_user::table.filter(app_user::disabled_at.is_null()).select(app_user::id);
    query.filter(agent::user_id.eq_any(enabled))
}

impl Platform {
    /// A page of agents, the oldest account first.
    pub async fn list_agents(&self, filter: &AgentFilter, slice: &Slice) -> Result<Page<Agent>> {
        let mut connection = self.db.get().await?;
        Ok(
            crate::page::page_by_id!(&mut connection, filtered(filter), agent::user_id, Agent, slice, newest_first: false),
        )
    }

    pub async fn count_agents(&self, filter: &AgentFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(filter).count().get_result(&mut connection).await?)
    }

    /// Agents by id, in no order; missing ones are left out.
    pub async fn agents(&self, ids: &[AgentId]) -> Result<Vec<Agent>> {
        let mut connection = self.db.get().await?;
        Ok(agent::table
            .filter(agent::user_id.eq_any(ids))
            .select(Agent::as_select())
            .load(&mut connection)
            .await?)
    }

    /// What agents are doing.
    pub async fn doing(&self, ids: &[AgentId]) -> Result<Vec<Doing>> {
        let mut connection = self.db.get().await?;
        Ok(agent_interval::table
            .filter(agent_interval::agent_id.eq_any(ids).and(agent_interval::ended_at.is_null()))
            .select(Doing::as_select())
            .load(&mut connection)
            .await?)
    }

    /// The calls that agents are in.
    pub async fn current_calls(&self, ids: &[AgentId]) -> Result<HashMap<AgentId, CallId>> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let mut connection = self.db.get().await?;
        let found: Vec<(Option<crate::ids::UserId>, CallId)> = leg::table
            .filter(leg::user_id.eq_any(ids))
            .filter(leg::role.eq(LegRole::Agent).and(leg::state.ne(LegState::Left)))
            .order(leg::id)
            .select((leg::user_id, leg::call_id))
            .load(&mut connection)
            .await?;
        Ok(found.into_iter().filter_map(|(user, call)| Some((AgentId::from(user?), call))).collect())
    }

    /// The wrap-ups that agents are in.
    pub async fn open_wrap_ups(&self, ids: &[AgentId]) -> Result<Vec<WrapUp>> {
        let mut connection = self.db.get().await?;
        Ok(wrap_up::table
            .filter(wrap_up::agent_id.eq_any(ids).and(wrap_up::ended_at.is_null()))
            .select(WrapUp::as_select())
            .load(&mut connection)
            .await?)
    }

    /// The wrap-ups of several calls.
    pub async fn wrap_ups_of_calls(&self, ids: &[CallId]) -> Result<Vec<WrapUp>> {
        let mut connection = self.db.get().await?;
        Ok(wrap_up::table
            .filter(wrap_up::call_id.eq_any(ids))
            .order((wrap_up::call_id, wrap_up::started_at))
            .select(WrapUp::as_select())
            .load(&mut connection)
            .await?)
    }
}
