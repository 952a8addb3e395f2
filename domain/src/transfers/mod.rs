//! Transfers: an agent hands a call over, to a colleague or to a queue, at once (blind) or after a talk with the colleague
//! (warm).
//!
//! Owns `transfer`, which changes under the lock of its call; one that lives a call. While it lives the others are parked,
//! and whatever happens to the target they are with the agent again, or with the target, or in a queue: [`settle`] is
//! the one place for that. `RINGING → CONSULTING → COMPLETED`, and an end from either of the first two.

mod begin;
mod control;
mod left;
mod rows;
mod settle;

pub use begin::Target;
pub use rows::Transfer;

use crate::text_enum::text_enum;

text_enum! { /// Whether the agent talks with the target first.
TransferKind { Blind = "BLIND", Warm = "WARM", } }
text_enum! { /// Where a transfer is in its life.
TransferState { Ringing = "RINGING", Consulting = "CONSULTING", Completed = "COMPLETED", Cancelled = "CANCELLED", Failed = "FAILED", } }
text_enum! { /// With whom the agent talks while both agents are there.
TransferSide { Target = "TARGET", Contact = "CONTACT", Everyone = "EVERYONE", } }

impl TransferState {
    /// Those of [`Self::is_live`], for a query.
    pub const LIVE: [Self; 2] = [Self::Ringing, Self::Consulting];

    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Ringing | Self::Consulting)
    }

    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Ringing => !matches!(next, Self::Ringing),
            Self::Consulting => !next.is_live(),
            Self::Completed | Self::Cancelled | Self::Failed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transfer_ends_once_and_never_goes_back() {
        for &state in TransferState::ALL {
            for &next in TransferState::ALL {
                let forward = state.is_live() && next != TransferState::Ringing && state != next;
                assert_eq!(state.may_become(next), forward, "{state} to {next}");
            }
        }
    }
}
