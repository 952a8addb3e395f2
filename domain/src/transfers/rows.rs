//! Rows of transfers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Target, TransferKind, TransferSide, TransferState};
use crate::{
    Platform, Result,
    db::schema::transfer,
    ids::{AgentId, CallId, QueueId, TransferId},
};

/// An agent hands a call over.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = transfer, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Transfer {
    pub id: TransferId,
    pub call_id: CallId,
    pub kind: TransferKind,
    pub state: TransferState,
    pub side: TransferSide,
    pub from_agent_id: AgentId,
    pub from_queue_id: Option<QueueId>,
    pub to_agent_id: Option<AgentId>,
    pub to_queue_id: Option<QueueId>,
    pub reason: Option<String>,
    pub started_at: DateTime<Utc>,
    pub connected_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

impl Transfer {
    /// The call itself is in the queue that it goes to.
    pub(super) fn waits(&self) -> bool {
        self.kind == TransferKind::Blind && self.to_queue_id.is_some()
    }

    pub(super) fn asks_the_same(&self, from: AgentId, kind: TransferKind, to: Target) -> bool {
        let same = match to {
            Target::Agent(agent) => self.to_queue_id.is_none() && self.to_agent_id == Some(agent),
            Target::Queue(queue) => self.to_queue_id == Some(queue),
        };
        same && self.from_agent_id == from && self.kind == kind
    }
}

impl Platform {
    /// Transfers by id, in no order.
    pub async fn transfers(&self, ids: &[TransferId]) -> Result<Vec<Transfer>> {
        let mut connection = self.db.get().await?;
        Ok(transfer::table
            .filter(transfer::id.eq_any(ids))
            .select(Transfer::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Transfers of several calls, in order.
    pub async fn transfers_of_calls(&self, ids: &[CallId]) -> Result<Vec<Transfer>> {
        let mut connection = self.db.get().await?;
        Ok(transfer::table
            .filter(transfer::call_id.eq_any(ids))
            .order(transfer::id)
            .select(Transfer::as_select())
            .load(&mut connection)
            .await?)
    }
}
