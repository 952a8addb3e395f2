//! Who is there and what they are in the middle of, and the small things that they do.

use domain::calls::{Call, CallState, Leg, LegRole, LegState};
use domain::ids::{AgentId, CallId, OfferId, TransferId};
use domain::people::Actor;
use domain::routing::Queue;
use domain::{Platform, Result};

use super::actions::Pick;
use super::world::{AGENTS, World};
use crate::centre::{Caller, id_of};

/// Some of whom call twice: then the last agent is sought.
const CONTACTS: usize = 6;

impl World {
    pub fn agent(&self, pick: Pick) -> &Actor {
        &self.agents[pick % AGENTS]
    }

    pub fn queue(&self, pick: Pick) -> &Queue {
        &self.queues[pick % self.queues.len()]
    }

    /// Rather one of the last, who are still there.
    pub fn caller(&self, pick: Pick) -> Option<Caller> {
        let callers = self.callers.lock().unwrap();
        let recent = callers.len().min(6);
        (recent > 0).then(|| callers[callers.len() - 1 - pick % recent].clone())
    }

    pub fn remember(&self, caller: Caller) {
        let mut callers = self.callers.lock().unwrap();
        match callers.iter_mut().find(|known| known.call == caller.call) {
            Some(known) => *known = caller,
            None => callers.push(caller),
        }
    }

    pub async fn request(&self, platform: &Platform, queue: Pick, contact: Pick) -> Result<Caller> {
        let email = format!("contact{}@example.com", contact % CONTACTS);
        let caller = self.centre.request_as(platform, self.queue(queue), &email).await?;
        self.remember(caller.clone());
        Ok(caller)
    }

    pub async fn join(&self, platform: &Platform, mut caller: Caller) -> Result<Caller> {
        let joined = platform.join_by_link(&caller.actor, &caller.token, None, None, None).await?;
        if let Some(token) = joined.guest_token
            && let Some(guest) = platform.guest(&token).await?
        {
            caller.actor = Actor::Guest(guest);
            self.remember(caller.clone());
        }
        Ok(caller)
    }

    /// A worker takes the call, as it does as a rule before there is media.
    pub async fn served(&self, platform: &Platform, call: CallId) -> Result<()> {
        let worker = *self.worker.lock().unwrap();
        platform.lease_call(call, worker).await.map(drop)
    }

    pub async fn stay(&self, platform: &Platform) -> Result<()> {
        let open = self.open.lock().unwrap().clone();
        let there: Vec<AgentId> =
            self.agents.iter().zip(open).filter(|(_, open)| *open).map(|(agent, _)| id_of(agent)).collect();
        platform.be_present(&there).await
    }

    /// One of those of whom the rows say this.
    pub async fn one_of(&self, ids: &str, pick: Pick) -> Option<&Actor> {
        let rows =
            self.sql.query(&format!("SELECT id::text FROM ({ids}) AS found(id) ORDER BY 1"), &[]).await;
        let found: Vec<String> = rows.unwrap().iter().map(|row| row.get(0)).collect();
        let id = found.get(pick.checked_rem(found.len())?)?;
        self.agents.iter().chain(&self.supervisors).find(|agent| id_of(agent).0.to_string() == *id)
    }

    pub async fn ringing(&self, platform: &Platform, pick: Pick) -> Result<Option<(&Actor, OfferId)>> {
        let ring = "SELECT agent_id FROM offer WHERE state = 'PENDING'";
        let Some(agent) = self.one_of(ring, pick).await else { return Ok(None) };
        let live = platform.live_offers(id_of(agent)).await?;
        Ok(live.first().map(|offer| (agent, offer.id)))
    }

    /// The call that an agent is in.
    pub async fn talk(&self, platform: &Platform, pick: Pick) -> Result<Option<Caller>> {
        let talk = "SELECT user_id FROM leg WHERE role = 'AGENT' AND state <> 'LEFT'";
        let Some(agent) = self.one_of(talk, pick).await else { return Ok(None) };
        let calls = platform.current_calls(&[id_of(agent)]).await?;
        let call = calls.get(&id_of(agent));
        Ok(call.map(|call| Caller { call: *call, token: String::new(), actor: agent.clone() }))
    }

    /// One of the transfers that are under way, and who began it.
    pub async fn transfer(&self, pick: Pick) -> Option<(&Actor, TransferId)> {
        let live = "SELECT from_agent_id::text, id::text FROM transfer WHERE ended_at IS NULL ORDER BY id";
        let rows = self.sql.query(live, &[]).await.unwrap();
        let row = rows.get(pick.checked_rem(rows.len())?)?;
        let (from, id): (String, String) = (row.get(0), row.get(1));
        let agent = self.agents.iter().find(|agent| id_of(agent).0.to_string() == from)?;
        Some((agent, TransferId(id.parse().unwrap())))
    }

    pub async fn party(
        &self,
        platform: &Platform,
        of: &Caller,
        role: LegRole,
    ) -> Result<Option<(Call, Leg)>> {
        let call = platform.calls(&self.centre.admin, &[of.call]).await?.remove(0);
        let legs = platform.legs_of_calls(&[of.call]).await?;
        // Several agents may be in it.
        let is_it = |leg: &Leg| leg.role == role && (role != LegRole::Agent || of.actor.owns(leg));
        let leg = legs.into_iter().rfind(|leg| leg.state != LegState::Left && is_it(leg));
        Ok(leg.filter(|_| call.state != CallState::Ended).map(|leg| (call, leg)))
    }

    pub async fn media(&self, platform: &Platform, of: &Caller, role: LegRole) -> Result<()> {
        let worker = *self.worker.lock().unwrap();
        if let Some((call, leg)) = self.party(platform, of, role).await?
            && let Some(plan) = platform.lease_call(call.id, worker).await?
        {
            platform.leg_connected(call.id, plan.epoch, leg.id).await?;
        }
        Ok(())
    }

    pub async fn silence(&self, platform: &Platform, of: &Caller, role: LegRole) -> Result<()> {
        if let Some((call, leg)) = self.party(platform, of, role).await? {
            platform.leg_disconnected(call.id, call.epoch, leg.id).await?;
        }
        Ok(())
    }
}
