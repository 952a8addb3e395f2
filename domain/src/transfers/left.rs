//! What happens to a transfer by itself: the target comes, or does not; somebody leaves or is lost; the queue has nobody.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Transfer, TransferKind, TransferState};
use crate::{
    Result,
    calls::{CallEventKind, Change, Direction, Leg, LegRole},
    db::schema::{queue, queue_visit},
    ids::{AgentId, UserId},
    routing::{Offer, name_of},
};

impl Change {
    /// The target has media both ways.
    pub(crate) async fn target_connected(&mut self, offer: &Offer) -> Result<()> {
        let Some(mut it) = self.transfer_of(offer).await? else { return Ok(()) };
        it.connected_at = Some(self.now());
        // With nobody left to talk with first, the contact is next.
        if it.kind == TransferKind::Blind || self.leg_of(it.from_agent_id).is_none() {
            return self.hand_over(&mut it, "worker").await;
        }
        self.transfer_becomes(&mut it, TransferState::Consulting, None, "worker").await
    }

    /// The target said no, did not answer, has gone, or got no media. Of a queue the next one is asked.
    pub(crate) async fn target_did_not_come(&mut self, offer: &Offer) -> Result<()> {
        let Some(mut it) = self.transfer_of(offer).await? else { return Ok(()) };
        if self.ask_member(&it).await?.is_some() {
            return Ok(());
        }
        let reason = self.told_of(offer).await?;
        let actor = UserId::from(offer.agent_id).to_string();
        self.give_back(&mut it, TransferState::Failed, &reason, &actor).await
    }

    async fn transfer_of(&mut self, offer: &Offer) -> Result<Option<Transfer>> {
        let live = self.live_transfer().await?;
        Ok(live.filter(|it| offer.transfer_id == Some(it.id)))
    }

    /// Somebody out of the queue talks with the contact now.
    pub(crate) async fn queue_answered(&mut self) -> Result<()> {
        let Some(mut it) = self.live_transfer().await?.filter(Transfer::waits) else { return Ok(()) };
        it.connected_at = Some(self.now());
        it.to_agent_id = self.call.agent_id.map(AgentId::from);
        self.hand_over(&mut it, "worker").await
    }

    /// Nobody out of the queue took the call in time, and the agent is still there: true when it is back with the agent.
    pub(crate) async fn transfer_overflows(&mut self) -> Result<bool> {
        let Some(mut it) = self.live_transfer().await?.filter(Transfer::waits) else { return Ok(false) };
        self.event(CallEventKind::Overflowed, "system", None, Some("TRANSFER".into())).await?;
        self.give_back(
            &mut it,
            TransferState::Failed,
            "Nobody of the queue took the call in time.",
            "system",
        )
        .await?;
        Ok(true)
    }

    /// A party has gone: true when that is dealt with, and the call goes on as it is now.
    pub(crate) async fn left_transfer(&mut self, gone: &Leg, actor: &str) -> Result<bool> {
        let Some(mut it) = self.live_transfer().await? else { return Ok(false) };
        if !self.is_somebody_waiting(&it) {
            // Two colleagues of an internal call talk already, and the third has gone: they just go on.
            if self.call.direction == Direction::Internal && it.state == TransferState::Consulting {
                let reason = format!("{} has left.", gone.name);
                self.transfer_becomes(&mut it, TransferState::Cancelled, Some(&reason), actor).await?;
                self.take_up(|_| true, actor).await?;
            }
            return Ok(false);
        }
        let agent = gone.user_id.map(AgentId::from).filter(|_| gone.role == LegRole::Agent);
        if agent == Some(it.from_agent_id) {
            self.agent_left(&mut it, actor).await?;
            return Ok(true);
        }
        if agent.is_some() && agent == it.to_agent_id {
            let reason = format!("{} has left again.", gone.name);
            self.give_back(&mut it, TransferState::Failed, &reason, actor).await?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Whether one of those is still there whom it is about.
    fn is_somebody_waiting(&self, it: &Transfer) -> bool {
        let two = [Some(it.from_agent_id), it.to_agent_id].map(|agent| agent.map(UserId::from));
        self.legs.iter().filter(|leg| leg.state.is_present()).any(|leg| {
            let third = leg.role == LegRole::Agent && !two.contains(&leg.user_id);
            leg.is_outsider() || third && self.call.direction == Direction::Internal
        })
    }

    /// Who hands the call over has hung up or is lost.
    async fn agent_left(&mut self, it: &mut Transfer, actor: &str) -> Result<()> {
        match it.state {
            // The two are there.
            TransferState::Consulting => self.hand_over(it, actor).await,
            _ if it.waits() => {
                self.transfer_becomes(it, TransferState::Completed, Some("left to the queue"), actor).await?;
                self.wait_as_others_do().await
            }
            // It goes on ringing: the target has the call at once, or it is back in its queue.
            _ => Ok(()),
        }
    }

    /// Nobody can take the call back any more: it has the time that its queue gives.
    async fn wait_as_others_do(&mut self) -> Result<()> {
        let Some(visit) = self.visit().await? else { return Ok(()) };
        let seconds: i32 = queue::table
            .find(visit.queue_id)
            .select(queue::max_wait_seconds)
            .first(self.unit.connection())
            .await?;
        let leave_by = visit.entered_at + TimeDelta::seconds(seconds.into());
        diesel::update(queue_visit::table.find(visit.id))
            .set(queue_visit::leave_by.eq(leave_by))
            .execute(self.unit.connection())
            .await?;
        Ok(())
    }

    /// The name of whoever is or was to get the call, for words to the agent.
    pub(super) async fn target_name(&mut self, it: &Transfer) -> Result<String> {
        match it.to_agent_id {
            Some(agent) => name_of(&mut self.unit, agent).await,
            None => Ok("The queue".into()),
        }
    }
}
