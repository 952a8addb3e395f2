//! What mutations answer: nullable results and `userErrors`.

use async_graphql::{Enum, SimpleObject};
use domain::{
    Error,
    error::{Refusal, RefusalCode},
};

use super::fault::{Answer, Fault};

/// Why a rule of the business said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RefusalCode", rename_items = "SCREAMING_SNAKE_CASE")]
pub enum UserErrorCode {
    /// A value can't be accepted; `path` says which.
    Invalid,
    /// Somebody else has it already.
    Taken,
    /// It doesn't exist, or isn't yours.
    NotFound,
    /// It exists and is yours to see, but not to change so.
    NotAllowed,
    /// The row moved on: read it again and decide.
    Stale,
    /// Not in this state.
    IllegalTransition,
    /// The offer was answered by a colleague, withdrawn, or it timed out.
    OfferGone,
    /// The agent is busy already.
    AgentBusy,
    /// No agent can take it.
    NoAgent,
    /// The queue takes no calls now.
    QueueClosed,
    /// As many wait in the queue as may.
    QueueFull,
    /// The call is over.
    CallEnded,
    /// The party has left.
    LegGone,
    /// Another page of the same party has the leg.
    LegTaken,
    /// No media worker can take it now: try again.
    MediaUnavailable,
    /// Somebody hasn't agreed to being recorded.
    ConsentRequired,
    /// A legal hold keeps it.
    LegalHold,
    /// There are too many already.
    LimitReached,
    /// The link is too old, or its call is over.
    LinkExpired,
    /// The link is in use in another browser.
    LinkInUse,
}

/// A rule of the business said no. The message is for the person and says what to do next.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// For programs.
    pub code: UserErrorCode,
    /// For people.
    pub message: String,
    /// Where in the input, from the top.
    pub path: Option<Vec<String>>,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let path = (!refusal.path.is_empty())
            .then(|| std::iter::once("input").chain(refusal.path).map(str::to_owned).collect());
        Self { code: refusal.code.into(), message: refusal.message, path }
    }
}

/// A payload that can say no.
pub trait Payload: Sized {
    fn refused(errors: Vec<UserError>) -> Self;
}

/// Makes a refusal part of the payload and everything else a fault.
pub fn settle<P: Payload>(result: Result<P, Error>) -> Answer<P> {
    match result {
        Err(Error::Refused(refusal)) => Ok(P::refused(vec![refusal.into()])),
        other => Ok(other?),
    }
}

impl From<Error> for Fault {
    /// The one place where the domain's errors become faults.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::BadInput(refusal.message),
            Error::KeyReused => Self::BadInput(error.to_string()),
            Error::Unavailable(reason) => {
                tracing::warn!(reason, "a dependency did not answer");
                Self::Unavailable(std::time::Duration::from_secs(1))
            }
            error @ (Error::Database(_) | Error::Internal(_)) => Self::internal(error),
        }
    }
}

impl From<domain::events::WatchError> for Fault {
    fn from(error: domain::events::WatchError) -> Self {
        match error {
            domain::events::WatchError::CursorExpired => Self::CursorExpired,
            domain::events::WatchError::Failed(error) => error.into(),
        }
    }
}

/// Declares payloads: each field nullable, `userErrors` behind them.
macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Default, async_graphql::SimpleObject)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Option<$type>,)*
            /// Why it wasn't done; empty when it was.
            pub user_errors: Vec<$crate::graphql::payload::UserError>,
        }

        impl $crate::graphql::payload::Payload for $name {
            fn refused(errors: Vec<$crate::graphql::payload::UserError>) -> Self {
                Self { user_errors: errors, ..Self::default() }
            }
        }
    )*};
}
pub(crate) use payloads;
