//! Agents: what they chose, what they are doing, and the work after a call.
//!
//! Owns `agent`, `agent_presence`, `agent_interval` and `wrap_up`. What an agent is doing is derived by the SQL function
//! `agent_activity` from presence, live offers, legs and wrap-ups; a unit of work that touches one of these settles the
//! agent before its commit ([`activity`]), under the lock of the agent's row. A call is locked before an agent.

mod absence;
pub(crate) mod activity;
mod days;
mod intervals;
pub(crate) mod list;
mod presence;
mod rows;
mod status;
mod wrap_up;

pub use absence::Absence;
pub use days::AgentDay;
pub use intervals::{AgentInterval, Span};
pub(crate) use list::create;
pub use list::{AgentFilter, Doing};
pub use rows::{Agent, Skills, WrapUp};
pub(crate) use status::lock;
pub use wrap_up::WrappedUp;

use crate::text_enum::text_enum;

text_enum! { /// What an agent chose.
AgentStatus { Offline = "OFFLINE", Available = "AVAILABLE", Away = "AWAY", } }
text_enum! { /// What an agent is doing, derived.
AgentActivity { Offline = "OFFLINE", Available = "AVAILABLE", Away = "AWAY", Ringing = "RINGING", OnCall = "ON_CALL", WrapUp = "WRAP_UP", } }

/// Why an agent is AWAY who let offers ring.
pub const MISSED: &str = "missed";
