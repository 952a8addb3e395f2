//! Which calls a list has, and in what order.

use async_graphql::{Enum, ID, InputObject};
use domain::{
    calls,
    ids::{AgentId, UserId},
};

use super::{CallResult, CallState};
use crate::graphql::{fault::Answer, id, scalars::DateTime};

/// Which calls are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct CallFilter {
    /// In one of these states.
    states: Option<Vec<CallState>>,
    /// Ended in one of these ways.
    results: Option<Vec<CallResult>>,
    /// With this contact.
    contact_id: Option<ID>,
    /// By this agent.
    agent_id: Option<ID>,
    /// Through this queue: the present or last one of each.
    queue_id: Option<ID>,
    /// Placed at this instant or later.
    since: Option<DateTime>,
    /// Placed before this instant.
    until: Option<DateTime>,
}

/// The order of a list of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub enum CallOrder {
    /// The newest first.
    #[default]
    CreatedAtDesc,
    /// The oldest first.
    CreatedAtAsc,
}

impl CallFilter {
    pub fn read(self, order: CallOrder) -> Answer<calls::CallFilter> {
        Ok(calls::CallFilter {
            states: self.states.unwrap_or_default().into_iter().map(Into::into).collect(),
            results: self.results.unwrap_or_default().into_iter().map(Into::into).collect(),
            contact: id::parse_optional(self.contact_id.as_ref())?,
            agent: id::parse_optional::<AgentId>(self.agent_id.as_ref())?.map(UserId::from),
            queue: id::parse_optional(self.queue_id.as_ref())?,
            company: None,
            since: self.since.map(|at| at.0),
            until: self.until.map(|at| at.0),
            newest_first: order == CallOrder::CreatedAtDesc,
        })
    }
}
