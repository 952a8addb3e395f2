//! Who is asking.

use super::{Role, User};
use crate::{
    Result,
    calls::Leg,
    error::{RefusalCode, refuse},
    ids::{CallId, LegId, SessionId, UserId},
};

/// The caller of one request.
#[derive(Debug, Clone)]
pub enum Actor {
    Anonymous,
    User(Signed),
    Guest(Guest),
}

/// A user with a live session.
#[derive(Debug, Clone)]
pub struct Signed {
    pub user: User,
    pub session: SessionId,
}

/// The one party that a join link was bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guest {
    pub call: CallId,
    pub leg: LegId,
    /// The call is over for this party: good for the rating only.
    pub ended: bool,
}

impl Actor {
    /// The signed-in user.
    ///
    /// # Errors
    /// NOT_ALLOWED for guests and strangers; the api's guards answer first.
    pub fn user(&self) -> Result<&User> {
        match self {
            Self::User(signed) => Ok(&signed.user),
            Self::Anonymous | Self::Guest(_) => refuse(RefusalCode::NotAllowed, "Sign in first."),
        }
    }

    pub fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(signed) => Some(signed.user.id),
            Self::Anonymous | Self::Guest(_) => None,
        }
    }

    pub fn guest(&self) -> Option<Guest> {
        match self {
            Self::Guest(guest) => Some(*guest),
            Self::Anonymous | Self::User(_) => None,
        }
    }

    /// Supervisors and administrators.
    pub fn sees_all(&self) -> bool {
        matches!(self, Self::User(signed) if signed.user.role >= Role::Supervisor)
    }

    /// Whether this very leg is the actor's own.
    pub fn owns(&self, leg: &Leg) -> bool {
        match self {
            Self::User(signed) => leg.user_id == Some(signed.user.id),
            Self::Guest(guest) => guest.leg == leg.id,
            Self::Anonymous => false,
        }
    }

    /// A stable name for idempotency keys, rate limits and the log.
    pub fn key(&self) -> String {
        match self {
            Self::User(signed) => signed.user.id.to_string(),
            Self::Guest(guest) => guest.leg.to_string(),
            Self::Anonymous => "anonymous".into(),
        }
    }
}
