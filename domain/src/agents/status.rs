//! What an agent chooses.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::{Agent, AgentStatus, Skills};
use crate::{
    Platform, Result,
    audit::AuditAction,
    calls::{Change, LegRole, LegState},
    db::{
        Unit,
        schema::{agent, leg, offer, wrap_up},
    },
    desk,
    error::{Refusal, RefusalCode, refuse},
    events::Aggregate,
    ids::{AgentId, CallId},
    people::Actor,
    routing::{Offer, OfferState},
};

/// How often an offer may come or go between the look and the lock before the choice is given up.
const TRIES: usize = 5;

impl Platform {
    /// Sets an agent's status: the actor's own, or that of somebody whom a supervisor steers. During a call or a wrap-up
    /// it is kept as the next status. Going away while an offer rings declines it.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for another's status, INVALID for the reason.
    pub async fn set_status(
        &self,
        actor: &Actor,
        agent: Option<AgentId>,
        status: AgentStatus,
        reason: Option<String>,
    ) -> Result<Agent> {
        let own = AgentId::from(actor.user()?.id);
        let id = agent.unwrap_or(own);
        if id != own && !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "Only a supervisor changes the status of others.");
        }
        let reason = match reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) if status == AgentStatus::Away => {
                Some(desk::usable_reason(&mut *self.db.get().await?, reason).await?)
            }
            _ => None,
        };
        for _ in 0..TRIES {
            let ringing = match status {
                AgentStatus::Available => None,
                _ => self.pending_offer(id).await?,
            };
            match ringing {
                Some(ringing) => {
                    let mut change = self.change(ringing.call_id).await?;
                    if !change.decline(&ringing, OfferState::Declined, "the agent went away").await? {
                        continue;
                    }
                    choose(&mut change.unit, id, status, reason.clone(), actor).await?;
                    change.commit().await?;
                }
                None => {
                    let mut unit = self.begin().await?;
                    lock(&mut unit, id).await?;
                    if status != AgentStatus::Available && pending(&mut unit, id).await?.is_some() {
                        continue;
                    }
                    choose(&mut unit, id, status, reason.clone(), actor).await?;
                    unit.commit().await?;
                }
            }
            tracing::info!(agent = %id, %status, "status chosen");
            return self.agents(&[id]).await?.pop().ok_or_else(|| Refusal::not_found("agent").into());
        }
        refuse(RefusalCode::Stale, "Offers came and went just now. Try again.")
    }

    async fn pending_offer(&self, agent: AgentId) -> Result<Option<Offer>> {
        let mut connection = self.db.get().await?;
        Ok(offer::table
            .filter(offer::agent_id.eq(agent).and(offer::state.eq(OfferState::Pending)))
            .select(Offer::as_select())
            .first(&mut connection)
            .await
            .optional()?)
    }

    /// Replaces what an agent is good at; in force with the next decision.
    ///
    /// # Errors
    /// NOT_FOUND, INVALID.
    pub async fn set_skills(&self, actor: &Actor, id: AgentId, given: Vec<(String, i32)>) -> Result<Agent> {
        if !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "Only a supervisor changes skills.");
        }
        let skills = Skills::read("skills", given)?;
        let mut unit = self.begin().await?;
        lock(&mut unit, id).await?;
        let changed = diesel::update(agent::table.find(id))
            .set(agent::skills.eq(skills))
            .returning(Agent::as_returning())
            .get_result(unit.connection())
            .await?;
        unit.event(Aggregate::Agent, id.0, 0, "SKILLS", json!({ "agentId": id, "actor": actor.key() }))?;
        unit.route_to(id);
        unit.commit().await?;
        Ok(changed)
    }
}

/// Locks an agent's row.
///
/// # Errors
/// NOT_FOUND.
pub(crate) async fn lock(unit: &mut Unit, id: AgentId) -> Result<Agent> {
    let found: Option<Agent> = agent::table
        .find(id)
        .select(Agent::as_select())
        .for_no_key_update()
        .first(unit.connection())
        .await
        .optional()?;
    found.ok_or_else(|| Refusal::not_found("agent").at("agentId").into())
}

async fn pending(unit: &mut Unit, id: AgentId) -> Result<Option<CallId>> {
    Ok(offer::table
        .filter(offer::agent_id.eq(id).and(offer::state.eq(OfferState::Pending)))
        .select(offer::call_id)
        .first(unit.connection())
        .await
        .optional()?)
}

/// Whether a call or a wrap-up keeps the agent from taking up another status.
async fn is_busy(unit: &mut Unit, id: AgentId) -> Result<bool> {
    let on_call = leg::table
        .filter(leg::user_id.eq(id.0).and(leg::role.eq(LegRole::Agent)).and(leg::state.ne(LegState::Left)));
    let wrapping_up = wrap_up::table.filter(wrap_up::agent_id.eq(id).and(wrap_up::ended_at.is_null()));
    Ok(diesel::select(diesel::dsl::exists(on_call).or(diesel::dsl::exists(wrapping_up)))
        .get_result(unit.connection())
        .await?)
}

async fn choose(
    unit: &mut Unit,
    id: AgentId,
    status: AgentStatus,
    reason: Option<String>,
    actor: &Actor,
) -> Result<()> {
    let mut now = lock(unit, id).await?;
    if is_busy(unit, id).await? {
        let same = now.status == status && now.reason == reason;
        (now.next_status, now.next_reason) = if same { (None, None) } else { (Some(status), reason) };
    } else {
        (now.status, now.reason) = (status, reason);
        (now.next_status, now.next_reason) = (None, None);
    }
    if status == AgentStatus::Available {
        now.missed_in_row = 0;
    }
    diesel::update(agent::table.find(id)).set(&now).execute(unit.connection()).await?;
    let payload =
        json!({ "agentId": id, "status": now.status, "nextStatus": now.next_status, "actor": actor.key() });
    unit.event(Aggregate::Agent, id.0, 0, "STATUS", payload)?;
    if let Some(user) = actor.user_id().filter(|user| AgentId::from(*user) != id) {
        let chosen = json!({ "status": status });
        unit.audit(user, AuditAction::AgentStatusSet, None, Some(id.to_string()), chosen).await?;
    }
    unit.touch(id);
    Ok(())
}

impl Change {
    /// An agent let an offer ring. After so many in a row as the queue allows the agent is away: nobody seems to be there.
    pub(crate) async fn count_missed(&mut self, id: AgentId, limit: i32) -> Result<()> {
        let mut now = lock(&mut self.unit, id).await?;
        now.missed_in_row += 1;
        if now.missed_in_row >= limit && now.status == AgentStatus::Available {
            (now.status, now.reason) = (AgentStatus::Away, Some(super::MISSED.into()));
        }
        diesel::update(agent::table.find(id)).set(&now).execute(self.unit.connection()).await?;
        self.unit.touch(id);
        Ok(())
    }
}
