//! Offers: made in rounds, and what becomes of the call with each step of one. Agents answer them in [`super::answers`].

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::{Offer, OfferPurpose, OfferState, RoutingStrategy, round::Assignment};
use crate::{
    Result,
    calls::{CallEventKind, CallState, Change},
    db::{
        Unit,
        schema::{agent, offer},
        statement,
    },
    error::{RefusalCode, refuse},
    events::Aggregate,
    ids::{AgentId, CallId},
};

pub(super) const GONE: &str = "This call is no longer offered to you.";

/// The calls ring: the interval of waiting ends, that of ringing begins, at one instant; one that rings already goes on to.
/// With it what the explanations say, and whose turn it was where agents take turns.
const RING: &str = "WITH ringing AS (
        UPDATE call SET state = 'RINGING', version = version + 1 WHERE id = ANY($1) RETURNING id, version, contact_id
    ), closed AS (
        UPDATE call_interval SET ended_at = greatest($2, started_at) WHERE call_id = ANY($1) AND ended_at IS NULL AND kind <> 'RING'
        RETURNING call_id, ordinal, ended_at
    ), opened AS (
        INSERT INTO call_interval (call_id, ordinal, kind, started_at) SELECT call_id, ordinal + 1, 'RING', ended_at FROM closed
    ), explained AS (
        UPDATE queue_visit SET routing = given.routing FROM unnest($3, $4) AS given(id, routing) WHERE queue_visit.id = given.id
    ), turns AS (
        UPDATE queue_member m SET offered_at = $2 FROM unnest($5, $6) AS given(queue_id, agent_id)
        WHERE m.queue_id = given.queue_id AND m.agent_id = given.agent_id
    )
    SELECT id AS call_id, version, contact_id FROM ringing";

#[derive(QueryableByName)]
struct Ringing {
    #[diesel(sql_type = sql_types::Uuid)]
    call_id: CallId,
    #[diesel(sql_type = sql_types::Integer)]
    version: i32,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
    contact_id: Option<crate::ids::ContactId>,
}

/// Writes the offers of a round, which holds the locks of calls and agents, with all that goes with them.
pub(super) async fn make(unit: &mut Unit, assignments: &[Assignment]) -> Result<()> {
    let now = unit.now;
    let offers: Vec<Offer> = assignments
        .iter()
        .flat_map(|it| {
            it.offers().map(|(id, agent)| Offer {
                id,
                call_id: it.call,
                visit_id: Some(it.visit),
                agent_id: agent,
                state: OfferState::Pending,
                alone: it.alone,
                reason: None,
                created_at: now,
                expires_at: it.expires_at,
                accepted_at: None,
                ended_at: None,
                purpose: OfferPurpose::Queue,
                asked_by: None,
                transfer_id: None,
            })
        })
        .collect();
    diesel::insert_into(offer::table).values(&offers).execute(unit.connection()).await?;
    let calls: Vec<Uuid> = assignments.iter().map(|it| it.call.0).collect();
    let visits: Vec<Uuid> = assignments.iter().map(|it| it.visit.0).collect();
    let explanations: Vec<serde_json::Value> =
        assignments.iter().map(|it| serde_json::to_value(&it.explanation)).collect::<Result<_, _>>()?;
    let (queues, agents): (Vec<Uuid>, Vec<Uuid>) = assignments
        .iter()
        .filter(|it| it.explanation.strategy == RoutingStrategy::RoundRobin)
        .flat_map(|it| it.agents.iter().map(|agent| (it.queue.0, agent.0)))
        .unzip();
    let ringing: Vec<Ringing> = statement(RING)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&calls)
        .bind::<sql_types::Timestamptz, _>(now)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&visits)
        .bind::<sql_types::Array<sql_types::Jsonb>, _>(&explanations)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&queues)
        .bind::<sql_types::Array<sql_types::Uuid>, _>(&agents)
        .load(unit.connection())
        .await?;
    tell(unit, assignments, &ringing, &offers).await
}

/// The log and the agents' tabs hear of it.
async fn tell(
    unit: &mut Unit,
    assignments: &[Assignment],
    ringing: &[Ringing],
    offers: &[Offer],
) -> Result<()> {
    let of_call = |call| assignments.iter().find(|it| it.call == call);
    let offered = ringing
        .iter()
        .filter_map(|it| {
            let assignment = of_call(it.call_id)?;
            let agents: Vec<String> = assignment.agents.iter().take(20).map(ToString::to_string).collect();
            let payload = json!({
                "callId": it.call_id, "contactId": it.contact_id, "queueId": assignment.queue,
                "visitId": assignment.visit, "actor": "system", "state": CallState::Ringing, "detail": agents.join(" "),
            });
            Some((it.call_id.0, it.version, payload))
        })
        .collect();
    unit.events(Aggregate::Call, CallEventKind::Offered.as_str(), offered);
    let told = offers.iter().map(|it| (it.agent_id.0, 0, news(it))).collect();
    unit.events(Aggregate::Agent, "OFFER", told);
    for offer in offers {
        unit.touch(offer.agent_id);
    }
    Ok(())
}

pub(super) fn news(offer: &Offer) -> serde_json::Value {
    json!({ "agentId": offer.agent_id, "offerId": offer.id, "callId": offer.call_id, "visitId": offer.visit_id, "state": offer.state })
}

impl Change {
    /// The offers of this call that are live.
    pub(crate) async fn live_offers(&mut self) -> Result<Vec<Offer>> {
        Ok(offer::table
            .filter(offer::call_id.eq(self.call.id))
            .filter(offer::state.eq_any(OfferState::LIVE))
            .order(offer::id)
            .select(Offer::as_select())
            .load(self.unit.connection())
            .await?)
    }

    /// Moves an offer on, which was read under the lock of the call, and tells its agent's tabs.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION.
    pub(crate) async fn offer_becomes(
        &mut self,
        offer: &mut Offer,
        next: OfferState,
        reason: Option<&str>,
    ) -> Result<()> {
        if !offer.state.may_become(next) {
            let says = format!("An offer that is {} cannot become {next}.", offer.state);
            return refuse(RefusalCode::IllegalTransition, says);
        }
        let now = self.unit.now;
        let ended = (!next.is_live()).then_some(now);
        let accepted = if next == OfferState::Accepted { Some(now) } else { offer.accepted_at };
        let expected = offer.state;
        let changed = diesel::update(offer::table.find(offer.id).filter(offer::state.eq(expected)))
            .set((
                offer::state.eq(next),
                offer::reason.eq(reason),
                offer::accepted_at.eq(accepted),
                offer::ended_at.eq(ended),
            ))
            .execute(self.unit.connection())
            .await?;
        if changed == 0 {
            return refuse(RefusalCode::OfferGone, GONE);
        }
        (offer.state, offer.ended_at, offer.accepted_at) = (next, ended, accepted);
        offer.reason = reason.map(Into::into);
        let payload = news(offer);
        self.unit.event(Aggregate::Agent, offer.agent_id.0, 0, "OFFER", payload)?;
        self.unit.touch(offer.agent_id);
        Ok(())
    }

    /// An offer that was pending when somebody looked came to nothing; a call of a queue goes back to its place unless it
    /// still rings elsewhere. False when the offer has moved on meanwhile.
    pub(crate) async fn decline(&mut self, seen: &Offer, next: OfferState, reason: &str) -> Result<bool> {
        let live = self.live_offers().await?;
        let Some(mut offer) = live.into_iter().find(|it| it.id == seen.id && it.state == OfferState::Pending)
        else {
            return Ok(false);
        };
        self.offer_becomes(&mut offer, next, Some(reason)).await?;
        let kind = match next {
            OfferState::TimedOut => CallEventKind::OfferTimedOut,
            OfferState::Cancelled => CallEventKind::OfferCancelled,
            _ => CallEventKind::OfferDeclined,
        };
        let agent = offer.agent_id.to_string();
        self.event(kind, &agent, None, Some(reason.into())).await?;
        self.came_to_nothing(&offer).await?;
        self.count_rung_out(&offer).await?;
        Ok(true)
    }

    /// The offer that an agent has accepted and for which media is awaited.
    pub(crate) async fn accepted_offer(&mut self, agent: AgentId) -> Result<Option<Offer>> {
        let live = self.live_offers().await?;
        Ok(live.into_iter().find(|it| it.agent_id == agent && it.state == OfferState::Accepted))
    }

    /// The agent who had accepted did not come: a visit is back at its old place. False where none had been accepted.
    pub(crate) async fn offer_failed(&mut self, agent: AgentId, reason: &str) -> Result<bool> {
        let Some(mut offer) = self.accepted_offer(agent).await? else { return Ok(false) };
        self.offer_becomes(&mut offer, OfferState::Failed, Some(reason)).await?;
        self.event(CallEventKind::OfferFailed, &agent.to_string(), None, Some(reason.into())).await?;
        self.came_to_nothing(&offer).await?;
        Ok(true)
    }

    /// Without a live offer the call waits again; the visit was never left.
    pub(super) async fn back_to_queue(&mut self) -> Result<()> {
        let rings = !self.live_offers().await?.is_empty();
        if rings || self.call.visit_id.is_none() || self.call.state == CallState::Ended {
            return Ok(());
        }
        if self.call.state != CallState::Queued {
            self.call.agent_id = None;
            self.call.answer_by = None;
            self.become_state(CallState::Queued).await?;
            self.event(CallEventKind::Queued, "system", None, None).await?;
        }
        let now = self.now();
        if let Some(late) = self.visit().await?.filter(|visit| visit.leave_by.is_some_and(|by| by <= now)) {
            return self.overflow(&late).await;
        }
        if let Some(queue) = self.call.queue_id {
            self.unit.route(queue);
        }
        Ok(())
    }

    /// Withdraws those that are still held out.
    pub(crate) async fn cancel_offers(&mut self, which: impl Fn(&Offer) -> bool, reason: &str) -> Result<()> {
        for mut offer in self.live_offers().await? {
            if which(&offer) {
                self.offer_becomes(&mut offer, OfferState::Cancelled, Some(reason)).await?;
            }
        }
        Ok(())
    }

    /// Media flows both ways on the leg of the agent who accepted: the offer is kept, and given back.
    pub(crate) async fn offer_connected(&mut self, agent: AgentId) -> Result<Option<Offer>> {
        let Some(mut offer) = self.accepted_offer(agent).await? else { return Ok(None) };
        self.offer_becomes(&mut offer, OfferState::Connected, None).await?;
        diesel::update(agent::table.find(agent))
            .set(agent::missed_in_row.eq(0))
            .execute(self.unit.connection())
            .await?;
        Ok(Some(offer))
    }
}
