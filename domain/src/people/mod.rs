//! Who may do what: users, their sessions, guests.
//!
//! Owns `app_user`, `session`, `rate_limit` and `idempotency`.

pub mod actor;
pub mod idempotency;
pub mod password;
pub mod rate_limit;
pub mod sessions;
pub mod tokens;
pub mod users;

pub use actor::{Actor, Guest, Signed};
pub use users::User;

use crate::text_enum::text_enum;

text_enum! {
    /// What a user may do; each role may all that the one before may.
    Role { Agent = "AGENT", Supervisor = "SUPERVISOR", Admin = "ADMIN", }
}
