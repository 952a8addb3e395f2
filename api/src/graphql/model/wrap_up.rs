//! The work after a call.

use async_graphql::{Context, Object};
use domain::agents;

use super::Call;
use crate::graphql::{
    context::ContextExt,
    fault::{Answer, Fault},
    scalars::DateTime,
};

/// The work of an agent after a call.
pub struct WrapUp(pub agents::WrapUp);

/// The work of an agent after a call.
#[Object]
impl WrapUp {
    /// The call that it follows.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        let call = context.loaders().load_one(self.0.call_id).await?;
        call.map(Call).ok_or_else(|| Fault::internal("a wrap-up of a call that cannot be seen"))
    }

    /// When the agent left the call.
    async fn started_at(&self) -> DateTime {
        self.0.started_at.into()
    }

    /// When it ends by itself.
    async fn ends_at(&self) -> DateTime {
        self.0.ends_at.into()
    }

    /// When it ended; null while it lasts.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// The agent ends it only with an outcome.
    async fn required(&self) -> bool {
        self.0.required
    }

    /// It was given as much time again, which goes once.
    async fn extended(&self) -> bool {
        self.0.extended
    }
}
