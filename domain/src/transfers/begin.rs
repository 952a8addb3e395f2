//! A transfer begins.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Transfer, TransferKind, TransferSide, TransferState};
use crate::{
    Platform, Result,
    calls::{CallEventKind, CallState, Change, Direction, Leg},
    db::schema::{offer, queue, transfer},
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, CallId, QueueId, TransferId, UserId},
    limits,
    people::{Actor, idempotency::Key},
    routing::{self, Entry, OfferPurpose},
};

/// To whom a call is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Agent(AgentId),
    Queue(QueueId),
}

impl Platform {
    /// Hands a call over. The others hear music from now on, and the target is asked.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, NOT_ALLOWED for one who is not in it as an agent and for a target in it, NO_AGENT and
    /// AGENT_BUSY for one who is not free, QUEUE_CLOSED, QUEUE_FULL, LIMIT_REACHED, ILLEGAL_TRANSITION while nobody talks or
    /// another transfer lives.
    pub async fn transfer_call(
        &self,
        actor: &Actor,
        id: CallId,
        kind: TransferKind,
        to: Target,
        key: Option<Key>,
    ) -> Result<Transfer> {
        let from = AgentId::from(actor.user()?.id);
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        if let Some(first) = change.unit.first_result::<TransferId>(key.as_ref()).await? {
            return change.transfer(first).await;
        }
        change.still_on()?;
        let own = change.own_agent_leg(actor)?;
        match change.live_transfer().await? {
            // Said twice.
            Some(live) if live.asks_the_same(from, kind, to) => return Ok(live),
            Some(_) => {
                let says = "This call is being transferred already. Complete that or take it back first.";
                return refuse(RefusalCode::IllegalTransition, says);
            }
            None => {}
        }
        if change.call.state != CallState::InProgress || change.others(own).is_empty() {
            let says = "Nobody is there whom you could transfer. Wait until the other side is connected.";
            return refuse(RefusalCode::IllegalTransition, says);
        }
        let transfer = change.begin_transfer(own, from, kind, to).await?;
        change.unit.keep_result(key.as_ref(), &transfer.id).await?;
        let (call, _) = change.commit().await?;
        tracing::info!(call = %id, transfer = %transfer.id, %kind, "transfer begun");
        self.parked(&call).await;
        Ok(transfer)
    }
}

impl Change {
    async fn begin_transfer(
        &mut self,
        own: usize,
        from: AgentId,
        kind: TransferKind,
        to: Target,
    ) -> Result<Transfer> {
        self.must_exist(to).await?;
        self.room_for_more(1)?;
        let (to_agent_id, to_queue_id) = match to {
            Target::Agent(agent) => (Some(agent), None),
            Target::Queue(queue) => (None, Some(queue)),
        };
        let begun = Transfer {
            id: TransferId::new(),
            call_id: self.call.id,
            kind,
            state: TransferState::Ringing,
            side: TransferSide::Target,
            from_agent_id: from,
            from_queue_id: self.call.queue_id,
            to_agent_id,
            to_queue_id,
            reason: None,
            started_at: self.now(),
            connected_at: None,
            ended_at: None,
        };
        diesel::insert_into(transfer::table).values(&begun).execute(self.unit.connection()).await?;
        let actor = UserId::from(from).to_string();
        self.event(CallEventKind::TransferStarted, &actor, None, Some(begun.id.to_string())).await?;
        match to {
            Target::Queue(queue) if kind == TransferKind::Blind => {
                self.send_to_queue(own, queue, &actor).await?
            }
            Target::Agent(agent) => {
                self.park_others(own, &actor).await?;
                self.ask(agent, from, OfferPurpose::Transfer, Some(begun.id)).await?;
            }
            Target::Queue(_) => {
                self.park_others(own, &actor).await?;
                let Some(agent) = self.ask_member(&begun).await? else {
                    let says =
                        "Nobody of this queue is free now. Transfer blind, and the contact waits there.";
                    return Err(Refusal::new(RefusalCode::NoAgent, says).at("toQueueId").into());
                };
                return Ok(Transfer { to_agent_id: Some(agent), ..begun });
            }
        }
        Ok(begun)
    }

    /// # Errors
    /// NOT_FOUND.
    async fn must_exist(&mut self, to: Target) -> Result<()> {
        match to {
            Target::Agent(agent) => routing::name_of(&mut self.unit, agent).await.map(|_| ()),
            Target::Queue(id) => {
                let open = queue::table.filter(queue::id.eq(id).and(queue::archived_at.is_null()));
                let found =
                    diesel::select(diesel::dsl::exists(open)).get_result(self.unit.connection()).await?;
                if found { Ok(()) } else { Err(Refusal::not_found("queue").at("toQueueId").into()) }
            }
        }
    }

    async fn park_others(&mut self, own: usize, actor: &str) -> Result<()> {
        for place in self.others(own) {
            self.park(place, true, actor).await?;
        }
        Ok(())
    }

    /// The call waits in the queue; the agent's leg waits beside it, and can take it back.
    async fn send_to_queue(&mut self, own: usize, id: QueueId, actor: &str) -> Result<()> {
        if self.call.direction == Direction::Internal || !self.is_contact_there() {
            let says = "Only a contact waits in a queue. Transfer to an agent.";
            return refuse(RefusalCode::NotAllowed, says);
        }
        let is_colleague = |(place, leg): (usize, &Leg)| place != own && leg.is_agent_on();
        if self.legs.iter().enumerate().any(is_colleague) {
            let says = "Colleagues are in this call, too. Leave it to them, or transfer to an agent.";
            return refuse(RefusalCode::NotAllowed, says);
        }
        let queue = routing::open_queue(&mut self.unit, id, "toQueueId").await?;
        let leave_by = Some(self.now() + limits::TRANSFER_QUEUE);
        self.enter_queue(&queue, Entry { leave_by, ..Entry::default() }).await?;
        self.park(own, true, actor).await
    }

    /// Asks the best member of the queue who is free and was not asked for this transfer before.
    pub(super) async fn ask_member(&mut self, to: &Transfer) -> Result<Option<AgentId>> {
        let Some(id) = to.to_queue_id else { return Ok(None) };
        let queue = routing::queue_of(&mut self.unit, id).await?;
        let asked: Vec<AgentId> = offer::table
            .filter(offer::transfer_id.eq(to.id))
            .select(offer::agent_id)
            .load(self.unit.connection())
            .await?;
        for agent in routing::best_members(&mut self.unit, &queue, to.started_at, asked).await? {
            let is_in = self.leg_of_user(agent.into()).is_some();
            // Somebody else may have given them something just now.
            if !is_in && routing::lock_free(&mut self.unit, agent).await? {
                self.ask(agent, to.from_agent_id, OfferPurpose::Transfer, Some(to.id)).await?;
                diesel::update(transfer::table.find(to.id))
                    .set(transfer::to_agent_id.eq(agent))
                    .execute(self.unit.connection())
                    .await?;
                return Ok(Some(agent));
            }
        }
        Ok(None)
    }
}
