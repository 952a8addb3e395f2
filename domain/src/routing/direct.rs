//! Direct offers: a colleague is asked into a call by a colleague, past all queues. Only one who is free can be asked. What
//! comes of it is told to whatever the offer was for.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::{
    Offer, OfferPurpose, OfferState, Queue,
    free::free_of,
    offers::news,
    rules::{self, Waiting},
};
use crate::{
    Error, Result,
    agents::{self, AgentActivity},
    calls::{CallEventKind, Change},
    db::{
        Unit,
        schema::{app_user, offer},
        statement,
    },
    error::{Refusal, RefusalCode, refuse},
    events::Aggregate,
    ids::{AgentId, OfferId, TransferId, UserId, VisitId},
    limits,
};

#[derive(QueryableByName)]
struct Doing {
    #[diesel(sql_type = sql_types::Text)]
    activity: AgentActivity,
}

/// Whose name it is.
pub(crate) async fn name_of(unit: &mut Unit, agent: AgentId) -> Result<String> {
    let name = app_user::table.find(UserId::from(agent)).select(app_user::name);
    let found: Option<String> = name.first(unit.connection()).await.optional()?;
    found.ok_or_else(|| Refusal::not_found("agent").at("agentId").into())
}

/// Locks an agent who is to be asked.
///
/// # Errors
/// NOT_FOUND, NO_AGENT for one who is not there, AGENT_BUSY for one who is not free.
async fn free(unit: &mut Unit, agent: AgentId, name: &str) -> Result<()> {
    agents::lock(unit, agent).await?;
    let now = unit.now;
    let doing: Doing = statement("SELECT activity FROM agent_activity($2) WHERE agent_id = $1")
        .bind::<sql_types::Uuid, _>(agent)
        .bind::<sql_types::Timestamptz, _>(now)
        .get_result(unit.connection())
        .await?;
    let (code, says) = match doing.activity {
        AgentActivity::Available => return Ok(()),
        AgentActivity::Offline => (RefusalCode::NoAgent, "is not signed in"),
        AgentActivity::Away => (RefusalCode::AgentBusy, "is away"),
        AgentActivity::Ringing => (RefusalCode::AgentBusy, "is being called just now"),
        AgentActivity::OnCall => (RefusalCode::AgentBusy, "is on a call"),
        AgentActivity::WrapUp => (RefusalCode::AgentBusy, "is wrapping up a call"),
    };
    refuse(code, format!("{name} {says}. Ask somebody else, or try again later."))
}

/// The members of a queue who are free and able, in the order in which its rules would ask them for one who has waited
/// since then; without those who were asked already.
pub(crate) async fn best_members(
    unit: &mut Unit,
    queue: &Queue,
    since: DateTime<Utc>,
    asked: Vec<AgentId>,
) -> Result<Vec<AgentId>> {
    let now = unit.now;
    let free = free_of(unit, queue.id).await?;
    let waiting = Waiting {
        visit: VisitId::new(),
        queue: queue.id,
        since,
        prefer: None,
        refused: asked,
        callback: false,
        rings: None,
    };
    let decision = rules::decide(queue, &waiting, &free, &HashSet::new(), None, now);
    Ok(decision.considered.into_iter().map(|it| it.agent).collect())
}

impl Change {
    /// Asks an agent into this call: an offer that rings for [`limits::DIRECT_OFFER`]. Accepted, a leg of role AGENT is
    /// made; declined or not answered, [`Change::came_to_nothing`] tells what it was for. A transfer names itself.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for one who is in the call, NO_AGENT for one who is not there, AGENT_BUSY for one who is not
    /// free.
    pub(crate) async fn ask(
        &mut self,
        agent: AgentId,
        asked_by: AgentId,
        purpose: OfferPurpose,
        transfer: Option<TransferId>,
    ) -> Result<Offer> {
        let name = name_of(&mut self.unit, agent).await?;
        if self.leg_of_user(agent.into()).is_some() {
            return refuse(RefusalCode::NotAllowed, format!("{name} is in this call already."));
        }
        free(&mut self.unit, agent, &name).await?;
        let now = self.now();
        let asked = Offer {
            id: OfferId::new(),
            call_id: self.call.id,
            visit_id: None,
            agent_id: agent,
            state: OfferState::Pending,
            alone: true,
            reason: None,
            created_at: now,
            expires_at: now + limits::DIRECT_OFFER,
            accepted_at: None,
            ended_at: None,
            purpose,
            asked_by: Some(asked_by),
            transfer_id: transfer,
        };
        diesel::insert_into(offer::table).values(&asked).execute(self.unit.connection()).await?;
        let by = UserId::from(asked_by).to_string();
        self.event(CallEventKind::Offered, &by, None, Some(agent.to_string())).await?;
        self.unit.event(Aggregate::Agent, agent.0, 0, "OFFER", news(&asked))?;
        self.unit.touch(agent);
        Ok(asked)
    }

    /// An offer came to nothing: declined, not answered, withdrawn because the agent has gone, or accepted without media.
    pub(super) async fn came_to_nothing(&mut self, offer: &Offer) -> Result<()> {
        match offer.purpose {
            OfferPurpose::Queue => self.back_to_queue().await,
            OfferPurpose::Transfer => self.target_did_not_come(offer).await,
            OfferPurpose::Call => self.colleague_did_not_come(offer).await,
            // The call goes on as it was; whoever invited asks somebody else.
            OfferPurpose::Invitation => Ok(()),
        }
    }

    /// What became of an offer, in words about its agent.
    pub(crate) async fn told_of(&mut self, offer: &Offer) -> Result<String> {
        let name = name_of(&mut self.unit, offer.agent_id).await?;
        Ok(match (offer.state, offer.reason.as_deref()) {
            (OfferState::Declined, None | Some("declined")) => format!("{name} declined."),
            (OfferState::Declined, Some(reason)) => format!("{name} declined: {reason}."),
            (OfferState::TimedOut, _) => format!("{name} did not answer."),
            (OfferState::Failed, _) => format!("{name} accepted, but no media came through."),
            (OfferState::Cancelled, _) => format!("{name} is no longer there."),
            (OfferState::Pending | OfferState::Accepted | OfferState::Connected, _) => {
                return Err(Error::Internal("an offer that lives came to nothing".into()));
            }
        })
    }
}
