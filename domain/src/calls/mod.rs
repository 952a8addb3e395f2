//! Calls, their legs and the intervals of their lives.
//!
//! Owns `call`, `leg`, `leg_offer` and `call_interval`. Every change goes through [`Change`], which locks the call's row first. The
//! api moves legs to JOINING and LEFT, the leasing worker to CONNECTED and RECONNECTING, the scheduler to LEFT when
//! their time is up.

pub mod audience;
mod change;
mod consent;
mod expire;
mod finish;
mod hold;
mod identity;
mod internal;
mod intervals;
mod invite;
pub mod join;
mod list;
mod media;
mod media_offer;
mod monitor;
mod parties;
mod place;
mod plan;
mod rate;
mod rows;
pub mod signal;
pub mod states;
pub mod visibility;

/// What a party is told of a call that has ended …
pub(crate) const CALL_OVER: &str = "This call is over.";
/// … and of a leg of its own that has.
pub(crate) const LEG_LEFT: &str = "You have left this call.";
/// What a page is told from which another one of the same party has taken the leg.
pub const LEG_TAKEN: &str = "This call goes on in another window.";

/// Where an event of a call names a contact: the one whom the call is with, and the one whom it was with until then.
pub const CONTACT_FIELDS: &[&str] = &["contactId", "formerContactId"];

pub use change::Change;
pub use identity::Identity;
pub use invite::{Invited, Invitee};
pub use list::CallFilter;
pub(crate) use list::visible as visible_calls;
pub use media_offer::{MediaOffer, says_offer};
pub use monitor::{MonitorMode, TakeOver};
pub use place::Placed;
pub use plan::{CallPlan, PlannedLeg, PlannedMusic, PlannedPrompt, PlannedRecording};
pub use rows::{Call, Interval, Leg};
pub use signal::{Candidate, Command, Envelope, Reply, SdpType, Signal, Told, signal_of};
pub use states::{
    Audience, CallEventKind, CallResult, CallState, Direction, IntervalKind, LegRole, LegState, MediaKind,
};
