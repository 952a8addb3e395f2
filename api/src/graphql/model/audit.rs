//! What was done to other people's calls and status, and who said who a caller is.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::{audit, ids::UserId};
use serde_json::Value;

use super::{Call, Node, User};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::{Answer, Fault},
    id::{self, global},
    scalars::DateTime,
};

/// What a supervisor or an administrator did, or whoever said who a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "audit::AuditAction")]
pub enum AuditAction {
    /// Listened to a call, whispered into it or joined it; the details say which `mode`.
    CallMonitored,
    /// Took a call over from its agent.
    CallTakenOver,
    /// Moved a waiting call to another queue.
    CallMoved,
    /// Ended a call of others.
    CallEnded,
    /// Set an agent's status.
    AgentStatusSet,
    /// Said who a caller is; the details say `from` which contact, and the same one is confirmed.
    CallContactSet,
}

/// Which acts are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct AuditFilter {
    /// Of this kind.
    action: Option<AuditAction>,
    /// By this user.
    actor_id: Option<ID>,
    /// To this call.
    call_id: Option<ID>,
}

impl AuditFilter {
    pub fn read(self) -> Answer<audit::AuditFilter> {
        Ok(audit::AuditFilter {
            action: self.action.map(Into::into),
            actor: id::parse_optional::<UserId>(self.actor_id.as_ref())?,
            call: id::parse_optional(self.call_id.as_ref())?,
        })
    }
}

/// One act of a supervisor or an administrator upon the work of others, or of whoever said who a caller is.
pub struct AuditEntry(audit::AuditEntry);

listed!(AuditEntry);

impl AuditEntry {
    /// A page of the acts that pass a filter, the newest first.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: audit::AuditFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_audit(&filter, &window.slice()?).await?;
        Ok(Connection::new(window, page, Self, move || {
            let (platform, filter) = (platform.clone(), filter.clone());
            async move { platform.count_audit(&filter).await }
        }))
    }
}

/// More about an act.
#[derive(SimpleObject)]
pub struct AuditDetail {
    /// Such as `mode` or `status`.
    name: String,
    /// An id or a state.
    value: String,
}

/// One act of a supervisor or an administrator upon the work of others, or of whoever said who a caller is.
#[Object]
impl AuditEntry {
    /// `audit_` and 32 hexadecimal digits.
    async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// When it was done.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// Who did it.
    async fn actor(&self, context: &Context<'_>) -> Answer<User> {
        let user = context.loaders().load_one(self.0.actor_id).await?;
        user.map(User).ok_or_else(|| Fault::internal("an act without its user"))
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.0.action.into()
    }

    /// The call that it was done to; null where it was done to none, or once the call is erased.
    async fn call(&self, context: &Context<'_>) -> Answer<Option<Call>> {
        Ok(named(context, self.0.call_id).await?.map(Call))
    }

    /// What else it was done to: the agent whose status it was, the queue that a call was moved to, or a caller's contact.
    async fn subject(&self, context: &Context<'_>) -> Answer<Option<Node>> {
        match &self.0.subject {
            Some(id) => Node::load(context, &ID(id.clone())).await,
            None => Ok(None),
        }
    }

    /// More about it, by name.
    async fn details(&self) -> Vec<AuditDetail> {
        let Some(details) = self.0.detail.as_object() else { return Vec::new() };
        let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        details.iter().map(|(name, value)| AuditDetail { name: name.clone(), value: said(value) }).collect()
    }
}
