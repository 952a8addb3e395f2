//! Queues, those who wait in them, and the offers that bring them to agents.
//!
//! Owns `queue`, `queue_member`, `queue_visit` and `offer`. A call enters with a visit; a round ([`round`]) offers the
//! best waiting calls to the best free agents, by [`rules`] that know no database; an offer is accepted, or the call is
//! back at its old place once the last of its offers has come to nothing. Visits and offers change under the lock of
//! their call, and a call is locked before an agent.

mod answers;
mod callback;
mod direct;
mod estimate;
mod explain;
mod free;
mod hours;
mod list;
mod missed;
mod moves;
mod offers;
mod pages;
mod positions;
mod queues;
mod references;
mod rejudge;
mod request;
mod ringing;
mod round;
mod router;
mod rows;
mod rules;
mod settings;
mod stats;
mod visits;
mod waiting;

pub use callback::Callback;
pub(crate) use direct::{best_members, name_of};
pub use estimate::{Estimate, FORMULA, Inputs, Members};
pub use explain::{Considered, Explanation};
pub(crate) use free::lock_free;
pub(crate) use hours::midnight;
pub use hours::{Holiday, Hours, OpenInterval, Weekday};
pub use list::Member;
pub use queues::QueueInfo;
pub(crate) use queues::queue_of;
pub(crate) use references::refuse_while_used;
pub use request::CallRequest;
pub(crate) use request::open_queue;
pub use round::Round;
pub use router::Router;
pub(crate) use router::Wanted;
pub use rows::{Offer, Queue, Visit};
pub use settings::QueueChange;
pub use stats::QueueStats;
pub(crate) use visits::Entry;

use crate::text_enum::text_enum;

text_enum! { /// Which free agent is asked first.
RoutingStrategy { LongestIdle = "LONGEST_IDLE", RoundRobin = "ROUND_ROBIN", MostSkilled = "MOST_SKILLED", RingAll = "RING_ALL", } }
text_enum! { /// What becomes of a call that waited too long.
OverflowKind { End = "END", Queue = "QUEUE", Callback = "CALLBACK", Voicemail = "VOICEMAIL", } }
text_enum! { /// How a visit to a queue ended.
VisitOutcome { Answered = "ANSWERED", Abandoned = "ABANDONED", Overflowed = "OVERFLOWED", Callback = "CALLBACK", Voicemail = "VOICEMAIL", Cancelled = "CANCELLED", } }
text_enum! { /// What an agent is asked for.
OfferPurpose {
    /// The call waits in a queue.
    Queue = "QUEUE",
    /// A colleague hands a call over.
    Transfer = "TRANSFER",
    /// A colleague calls.
    Call = "CALL",
    /// A colleague asks into a call.
    Invitation = "INVITATION",
} }
text_enum! { /// Where an offer is in its life.
OfferState { Pending = "PENDING", Accepted = "ACCEPTED", Connected = "CONNECTED", Declined = "DECLINED", TimedOut = "TIMED_OUT", Cancelled = "CANCELLED", Failed = "FAILED", } }

impl OfferState {
    /// Those of [`Self::is_live`], for a query.
    pub const LIVE: [Self; 2] = [Self::Pending, Self::Accepted];

    /// An offer that keeps its agent from having another one.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Accepted)
    }

    /// `PENDING → ACCEPTED → CONNECTED`, or an end from either of the first two.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use OfferState::{Accepted, Cancelled, Connected, Declined, Failed, Pending, TimedOut};
        matches!(
            (self, next),
            (Pending, Accepted | Declined | TimedOut | Cancelled)
                | (Accepted, Connected | Failed | Cancelled)
        )
    }
}
