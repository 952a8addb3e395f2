//! What the agent who hands a call over does meanwhile: talks with the one or the other, completes it, takes it back.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Transfer, TransferSide, TransferState};
use crate::{
    Error, Platform, Result,
    calls::Change,
    db::schema::transfer,
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, CallId, TransferId},
    people::Actor,
};

impl Platform {
    /// Talks with the colleague, with the contact, or with both; left out, with the one of the two who waits.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for others than who transfers, ILLEGAL_TRANSITION while the colleague is not there.
    pub async fn swap_transfer(
        &self,
        actor: &Actor,
        id: TransferId,
        with: Option<TransferSide>,
    ) -> Result<Transfer> {
        let (mut change, mut it) = self.own_transfer(actor, id).await?;
        if it.state != TransferState::Consulting {
            return change.not_now(&it).await;
        }
        let side = with.unwrap_or(match it.side {
            TransferSide::Target => TransferSide::Contact,
            TransferSide::Contact | TransferSide::Everyone => TransferSide::Target,
        });
        change.turn_to(&mut it, side, &actor.key()).await?;
        let (call, _) = change.commit().await?;
        self.parked(&call).await;
        Ok(it)
    }

    /// The agent leaves, the two others talk on. Completed already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for others than who transfers, ILLEGAL_TRANSITION while the colleague is not there, and once
    /// it has come to nothing.
    pub async fn complete_transfer(&self, actor: &Actor, id: TransferId) -> Result<Transfer> {
        let (mut change, mut it) = self.own_transfer(actor, id).await?;
        match it.state {
            TransferState::Completed => return Ok(it),
            TransferState::Consulting => change.hand_over(&mut it, &actor.key()).await?,
            _ => return change.not_now(&it).await,
        }
        change.commit().await?;
        tracing::info!(transfer = %id, "transfer completed");
        Ok(it)
    }

    /// Takes the call back. Cancelled already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND, NOT_ALLOWED for others than who transfers and once they have left, ILLEGAL_TRANSITION once the target has
    /// the call or it has come to nothing.
    pub async fn cancel_transfer(&self, actor: &Actor, id: TransferId) -> Result<Transfer> {
        let (mut change, mut it) = self.own_transfer(actor, id).await?;
        if it.state == TransferState::Cancelled {
            return Ok(it);
        }
        if !it.state.is_live() {
            return change.not_now(&it).await;
        }
        if change.leg_of(it.from_agent_id).is_none() {
            return refuse(
                RefusalCode::NotAllowed,
                "You have left this call, and cannot take it back any more.",
            );
        }
        change.give_back(&mut it, TransferState::Cancelled, "taken back", &actor.key()).await?;
        change.commit().await?;
        tracing::info!(transfer = %id, "transfer taken back");
        Ok(it)
    }

    /// Locks the call of a transfer that the actor began.
    async fn own_transfer(&self, actor: &Actor, id: TransferId) -> Result<(Change, Transfer)> {
        let user = actor.user()?.id;
        let mut connection = self.db.get().await?;
        let call: Option<CallId> =
            transfer::table.find(id).select(transfer::call_id).first(&mut connection).await.optional()?;
        drop(connection);
        let unknown = || Error::from(Refusal::not_found("transfer").at("transferId"));
        let mut change = self.change(call.ok_or_else(unknown)?).await?;
        change.belongs_to(actor).map_err(|_| unknown())?;
        let it = change.transfer(id).await?;
        if it.from_agent_id != AgentId::from(user) {
            return refuse(RefusalCode::NotAllowed, "Only the agent who transfers the call can do this.");
        }
        Ok((change, it))
    }
}

impl Change {
    /// Parks whom the agent does not talk with now.
    async fn turn_to(&mut self, it: &mut Transfer, side: TransferSide, actor: &str) -> Result<()> {
        let (own, target) = (self.leg_of(it.from_agent_id), it.to_agent_id.and_then(|it| self.leg_of(it)));
        let (Some(own), Some(target)) = (own, target) else {
            return Err(Error::Internal("a consultation of one".into()));
        };
        // First whoever is to hear nothing more.
        let mut parks: Vec<(usize, bool)> = self
            .others(own)
            .into_iter()
            .filter(|&it| it != target)
            .map(|it| (it, side == TransferSide::Target))
            .collect();
        parks.push((target, side == TransferSide::Contact));
        parks.sort_by_key(|(_, parked)| !parked);
        for (place, parked) in parks {
            self.park(place, parked, actor).await?;
        }
        if it.side != side {
            it.side = side;
            diesel::update(transfer::table.find(it.id))
                .set(transfer::side.eq(side))
                .execute(self.unit.connection())
                .await?;
        }
        Ok(())
    }

    /// Says why a transfer takes no more orders, or none yet.
    async fn not_now<T>(&mut self, it: &Transfer) -> Result<T> {
        let name = self.target_name(it).await?;
        let says = match it.state {
            TransferState::Ringing if it.waits() => {
                "The call still waits in the queue. Take it back, or hang up to leave it there.".into()
            }
            TransferState::Ringing => {
                format!(
                    "{name} has not answered yet. Wait, take the call back, or hang up to leave it to them."
                )
            }
            TransferState::Consulting => format!("You talk with {name} already."),
            TransferState::Completed if it.connected_at.is_none() => "The call was left to the queue.".into(),
            TransferState::Completed => format!("{name} has the call already."),
            TransferState::Cancelled | TransferState::Failed => {
                let reason = it.reason.as_deref().unwrap_or("it came to nothing");
                format!("The transfer is over: {}.", reason.trim_end_matches('.'))
            }
        };
        refuse(RefusalCode::IllegalTransition, says)
    }
}
