//! What can go wrong in the domain. Each program maps it once, at its own boundary.

use crate::{objects::ObjectError, text_enum::text_enum};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the business says no; the message says what to do next.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// An idempotency key came before with another input: a fault of the client's program, not of the person.
    #[error("This idempotency key was used with another input.")]
    KeyReused,
    /// Something outside (database, broker, storage) did not answer; the same request may work in a moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A query failed.
    #[error("database: {0}")]
    Database(diesel::result::Error),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

/// SQLSTATE is not carried through; these texts are PostgreSQL's own: shutdown, start-up, time limits, deadlocks.
const PASSING: &[&str] = &[
    "terminating connection",
    "the database system is",
    "connection closed",
    "canceling statement",
    "deadlock detected",
    "too many clients",
];
/// A text of PostgreSQL holds every character but one.
const NUL: &[&str] = &["invalid byte sequence for encoding", "unsupported Unicode escape sequence"];

impl From<serde_json::Error> for Error {
    /// What we wrote ourselves is always JSON of the shape that we read.
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<ObjectError> for Error {
    fn from(error: ObjectError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        match &error {
            Diesel::BrokenTransactionManager | Diesel::AlreadyInTransaction => {
                Self::Unavailable(error.to_string())
            }
            Diesel::DatabaseError(
                Kind::ClosedConnection
                | Kind::UnableToSendCommand
                | Kind::SerializationFailure
                | Kind::ReadOnlyTransaction,
                _,
            ) => Self::Unavailable(error.to_string()),
            Diesel::DatabaseError(Kind::Unknown, information) => {
                let says = |texts: &[&str]| texts.iter().any(|text| information.message().contains(text));
                if says(PASSING) {
                    Self::Unavailable(error.to_string())
                } else if says(NUL) {
                    Refusal::new(
                        RefusalCode::Invalid,
                        "A text contains a character that cannot be stored (U+0000).",
                    )
                    .into()
                } else {
                    Self::Database(error)
                }
            }
            _ => Self::Database(error),
        }
    }
}

text_enum! {
    /// Why the business refused; the codes of the public schema's `UserErrorCode`.
    RefusalCode {
        Invalid = "INVALID",
        Taken = "TAKEN",
        NotFound = "NOT_FOUND",
        NotAllowed = "NOT_ALLOWED",
        /// The row moved on: re-read and decide.
        Stale = "STALE",
        IllegalTransition = "ILLEGAL_TRANSITION",
        /// The offer was answered by a colleague, withdrawn, or it timed out.
        OfferGone = "OFFER_GONE",
        AgentBusy = "AGENT_BUSY",
        NoAgent = "NO_AGENT",
        QueueClosed = "QUEUE_CLOSED",
        QueueFull = "QUEUE_FULL",
        CallEnded = "CALL_ENDED",
        LegGone = "LEG_GONE",
        /// Another page of the same party has the leg.
        LegTaken = "LEG_TAKEN",
        MediaUnavailable = "MEDIA_UNAVAILABLE",
        ConsentRequired = "CONSENT_REQUIRED",
        LegalHold = "LEGAL_HOLD",
        LimitReached = "LIMIT_REACHED",
        LinkExpired = "LINK_EXPIRED",
        LinkInUse = "LINK_IN_USE",
    }
}

/// A refusal, with the path of the input field that it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    pub code: RefusalCode,
    pub message: String,
    pub path: Vec<&'static str>,
}

impl Refusal {
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: Vec::new() }
    }

    #[must_use]
    pub fn at(mut self, field: &'static str) -> Self {
        self.path.push(field);
        self
    }

    /// A value that cannot be accepted.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::new(RefusalCode::Invalid, message).at(field)
    }

    /// Missing, or not the caller's: the two cannot be told apart.
    pub fn not_found(what: &str) -> Self {
        Self::new(RefusalCode::NotFound, format!("There is no such {what}."))
    }
}

/// Shorthand for stores: `return refuse(code, "…")`.
pub fn refuse<T>(code: RefusalCode, message: impl Into<String>) -> Result<T> {
    Err(Refusal::new(code, message).into())
}

/// Takes a step for each item. One that fails holds up no other, unless the database itself is away. Returns how many
/// steps did something.
pub(crate) async fn each<T: Copy + std::fmt::Display>(
    items: Vec<T>,
    step: impl AsyncFn(T) -> Result<bool>,
) -> Result<usize> {
    let mut done = 0;
    for item in items {
        match step(item).await {
            Ok(did) => done += usize::from(did),
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => tracing::error!(%item, %error, "a step failed; the others go on"),
        }
    }
    Ok(done)
}
