//! How transfers end: the call is with the target, or with the agent again, or in a queue. Never with nobody.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Transfer, TransferState};
use crate::{
    Result,
    calls::{CallEventKind, CallResult, CallState, Change, Leg, LegRole, LegState},
    db::schema::transfer,
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, TransferId, UserId},
    limits,
    routing::{Entry, OfferPurpose, OfferState, VisitOutcome},
};

impl Change {
    /// A transfer of this call.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(super) async fn transfer(&mut self, id: TransferId) -> Result<Transfer> {
        let found: Option<Transfer> = transfer::table
            .filter(transfer::id.eq(id).and(transfer::call_id.eq(self.call.id)))
            .select(Transfer::as_select())
            .first(self.unit.connection())
            .await
            .optional()?;
        found.ok_or_else(|| Refusal::not_found("transfer").at("transferId").into())
    }

    /// The transfer of this call that is under way.
    pub(crate) async fn live_transfer(&mut self) -> Result<Option<Transfer>> {
        Ok(transfer::table
            .filter(transfer::call_id.eq(self.call.id))
            .filter(transfer::state.eq_any(TransferState::LIVE))
            .select(Transfer::as_select())
            .first(self.unit.connection())
            .await
            .optional()?)
    }

    /// Moves a transfer on that was read under the lock of the call.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION, STALE.
    pub(super) async fn transfer_becomes(
        &mut self,
        it: &mut Transfer,
        next: TransferState,
        reason: Option<&str>,
        actor: &str,
    ) -> Result<()> {
        if !it.state.may_become(next) {
            return refuse(
                RefusalCode::IllegalTransition,
                format!("A transfer that is {} cannot become {next}.", it.state),
            );
        }
        let (expected, now) = (it.state, self.now());
        it.state = next;
        it.reason = reason.map(|reason| reason.chars().take(500).collect());
        it.ended_at = (!next.is_live()).then_some(now);
        let mine = transfer::table.find(it.id).filter(transfer::state.eq(expected));
        if diesel::update(mine).set(&*it).execute(self.unit.connection()).await? == 0 {
            return refuse(RefusalCode::Stale, "The transfer has moved on meanwhile. Look again and decide.");
        }
        if it.waits() {
            // The agent had the call out of another queue, whose rules hold for the work after it.
            self.wraps_up_for(it.from_agent_id, it.from_queue_id);
        }
        let kind = match next {
            TransferState::Ringing | TransferState::Consulting => return Ok(()),
            TransferState::Completed => CallEventKind::TransferCompleted,
            TransferState::Cancelled | TransferState::Failed => CallEventKind::TransferCancelled,
        };
        let detail = [Some(it.id.to_string()), it.reason.clone()].into_iter().flatten();
        self.event(kind, actor, None, Some(detail.collect::<Vec<_>>().join(" "))).await
    }

    /// The leg that an agent has in this call now.
    pub(super) fn leg_of(&self, agent: AgentId) -> Option<usize> {
        let user = Some(UserId::from(agent));
        self.legs.iter().rposition(|leg| leg.user_id == user && leg.is_agent_on())
    }

    async fn put_out(&mut self, agent: AgentId, actor: &str) -> Result<()> {
        let Some(place) = self.leg_of(agent) else { return Ok(()) };
        self.leg_becomes(place, LegState::Left)?;
        let leg = self.legs[place].id;
        self.event(CallEventKind::LegLeft, actor, Some(leg), None).await
    }

    /// The target is there: the agent leaves, and nobody waits any more.
    pub(super) async fn hand_over(&mut self, it: &mut Transfer, actor: &str) -> Result<()> {
        self.transfer_becomes(it, TransferState::Completed, None, actor).await?;
        self.put_out(it.from_agent_id, actor).await?;
        self.call.agent_id = it.to_agent_id.map(UserId::from);
        self.take_up(|_| true, actor).await
    }

    /// It came to nothing: what was held out is withdrawn, the target leaves, and those who waited are with the agent
    /// again. Without an agent they go to the front of their queue.
    pub(crate) async fn give_back(
        &mut self,
        it: &mut Transfer,
        next: TransferState,
        reason: &str,
        actor: &str,
    ) -> Result<()> {
        self.withdraw(it, reason, actor).await?;
        self.transfer_becomes(it, next, Some(reason), actor).await?;
        if it.waits() {
            let failed = next == TransferState::Failed;
            let outcome = if failed { VisitOutcome::Overflowed } else { VisitOutcome::Cancelled };
            self.leave_queue(outcome).await?;
            self.call.queue_id = it.from_queue_id;
            self.call.answer_by = None;
        }
        let with = self.leg_of(it.from_agent_id).or_else(|| self.legs.iter().position(Leg::is_agent_on));
        match with {
            Some(place) => {
                self.call.agent_id = self.legs[place].user_id;
                self.take_up(|_| true, actor).await?;
                if self.call.state == CallState::InProgress {
                    return Ok(());
                }
                self.become_state(CallState::InProgress).await
            }
            None => self.nobody_took_it().await,
        }
    }

    async fn withdraw(&mut self, it: &Transfer, reason: &str, actor: &str) -> Result<()> {
        let mut came: Vec<AgentId> = it.to_agent_id.into_iter().collect();
        if let Some(of_queue) = self.call.agent_id.filter(|_| it.waits()) {
            // There already, while a contact who has lost the connection is not: nothing was talked that could be wrapped up.
            self.wraps_up_for(of_queue.into(), None);
            came.push(of_queue.into());
        }
        for mut offer in self.live_offers().await? {
            let theirs = match offer.purpose {
                OfferPurpose::Transfer => true,
                OfferPurpose::Queue => it.waits(),
                OfferPurpose::Call | OfferPurpose::Invitation => false,
            };
            if !theirs {
                continue;
            }
            if offer.state == OfferState::Accepted {
                came.push(offer.agent_id);
            }
            self.offer_becomes(
                &mut offer,
                OfferState::Cancelled,
                Some(&reason.chars().take(200).collect::<String>()),
            )
            .await?;
            let agent = offer.agent_id.to_string();
            self.event(CallEventKind::OfferCancelled, &agent, None, offer.reason).await?;
        }
        for agent in came {
            self.put_out(agent, actor).await?;
        }
        Ok(())
    }

    /// Guests alone wait in no queue.
    pub(super) fn is_contact_there(&self) -> bool {
        self.legs.iter().any(|leg| leg.role == LegRole::Contact && leg.state.is_present())
    }

    /// The agent had hung up meanwhile.
    async fn nobody_took_it(&mut self) -> Result<()> {
        if self.call.queue_id.is_some() && self.is_contact_there() {
            let rank_at = Some(self.now() - limits::FRONT_OF_QUEUE);
            return self.enter_again(Entry { rank_at, ..Entry::default() }).await;
        }
        self.end(CallResult::Failed, "Nobody took the transferred call.", "system").await?;
        if self.call.contact_id.is_some() { crate::tasks::follow_up(self).await } else { Ok(()) }
    }

    /// The call ends, and with it the transfer.
    pub(crate) async fn end_transfer(&mut self, reason: &str, actor: &str) -> Result<()> {
        let Some(mut it) = self.live_transfer().await? else { return Ok(()) };
        self.transfer_becomes(&mut it, TransferState::Cancelled, Some(reason), actor).await
    }
}
