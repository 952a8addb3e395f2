//! What can go wrong in the domain. Each program maps it once, at its own boundary.

use crate::text_enum::text_enum;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the business says no; the message says what to do next.
    #[error(transparent)]
    Refused(#[from] Refusal),
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

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Diesel};
        match &error {
            Diesel::BrokenTransactionManager | Diesel::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => Self::Unavailable(error.to_string()),
            // SQLSTATE is not carried through; these texts are PostgreSQL's own for shutdown and start-up.
            Diesel::DatabaseError(Kind::Unknown, information)
                if ["terminating connection", "the database system is", "connection closed", "canceling statement"].iter().any(|text| information.message().contains(text)) =>
            {
                Self::Unavailable(error.to_string())
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
        CallEnded = "CALL_ENDED",
        LegGone = "LEG_GONE",
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
