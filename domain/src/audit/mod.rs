//! What supervisors and administrators did to other people's calls and status, and who said who a caller is.
//!
//! Owns `audit_log`, which is added to and, after two years, forgotten: [`Unit::audit`] writes a row in the unit of work of the
//! act itself, so that neither is there without the other.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::{
    Platform, Result,
    db::{Unit, schema::audit_log},
    ids::{AuditId, CallId, UserId},
    limits,
    page::{Page, Slice, page_by_id},
    text_enum::text_enum,
};

/// Acts forgotten at once, at most.
const FORGOTTEN: i64 = 1_000;

text_enum! { /// What was done.
AuditAction {
    /// Listened to, whispered into or joined; the detail says how.
    CallMonitored = "CALL_MONITORED",
    CallTakenOver = "CALL_TAKEN_OVER",
    /// From one queue to another.
    CallMoved = "CALL_MOVED",
    CallEnded = "CALL_ENDED",
    AgentStatusSet = "AGENT_STATUS_SET",
    /// Said or confirmed who a caller is.
    CallContactSet = "CALL_CONTACT_SET",
} }

/// One act.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log, check_for_backend(Pg))]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: DateTime<Utc>,
    pub actor_id: UserId,
    pub action: AuditAction,
    pub call_id: Option<CallId>,
    /// The typed id of what else it was done to.
    pub subject: Option<String>,
    /// An object of ids and states.
    pub detail: Value,
}

/// Which acts are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub action: Option<AuditAction>,
    pub actor: Option<UserId>,
    pub call: Option<CallId>,
}

impl Unit {
    /// Writes down what a user does in this unit of work. `detail` is an object of ids and states, never personal data.
    pub(crate) async fn audit(
        &mut self,
        by: UserId,
        action: AuditAction,
        call: Option<CallId>,
        subject: Option<String>,
        detail: Value,
    ) -> Result<()> {
        let entry = AuditEntry {
            id: AuditId::new(),
            at: self.now,
            actor_id: by,
            action,
            call_id: call,
            subject,
            detail,
        };
        diesel::insert_into(audit_log::table).values(&entry).execute(self.connection()).await?;
        Ok(())
    }
}

fn filtered<'a>(filter: &AuditFilter) -> audit_log::BoxedQuery<'a, Pg> {
    let mut query = audit_log::table.into_boxed();
    if let Some(action) = filter.action {
        query = query.filter(audit_log::action.eq(action));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(audit_log::actor_id.eq(actor));
    }
    if let Some(call) = filter.call {
        query = query.filter(audit_log::call_id.eq(call));
    }
    query
}

impl Platform {
    /// A page of the log, the newest first. For administrators; the api's guard says so.
    pub async fn list_audit(&self, filter: &AuditFilter, slice: &Slice) -> Result<Page<AuditEntry>> {
        let mut connection = self.db.get().await?;
        Ok(
            page_by_id!(&mut connection, filtered(filter), audit_log::id, AuditEntry, slice, newest_first: true),
        )
    }

    /// Forgets the oldest acts once they are older than [`limits::AUDIT_KEPT`]. Returns how many.
    pub async fn forget_audit(&self) -> Result<usize> {
        let before = self.clock.now() - limits::AUDIT_KEPT;
        let mut connection = self.db.get().await?;
        // Ids grow with time: the oldest ones are found without reading the others.
        let oldest: Vec<AuditId> = audit_log::table
            .order(audit_log::id)
            .limit(FORGOTTEN)
            .select(audit_log::id)
            .load(&mut connection)
            .await?;
        let old = audit_log::id.eq_any(oldest).and(audit_log::at.lt(before));
        Ok(diesel::delete(audit_log::table.filter(old)).execute(&mut connection).await?)
    }

    pub async fn count_audit(&self, filter: &AuditFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(filter).count().get_result(&mut connection).await?)
    }
}
