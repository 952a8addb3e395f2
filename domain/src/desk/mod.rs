//! What administrators set up for the desk: how calls can turn out, and why agents can be away.
//!
//! Owns `outcome` and `away_reason`. Neither is ever deleted: what is no longer to be chosen is archived.

mod outcomes;
mod reasons;

pub(crate) use outcomes::usable_outcome;
pub use outcomes::{Outcome, OutcomeChange};
pub(crate) use reasons::usable_reason;
pub use reasons::{AwayReason, AwayReasonChange};

use crate::{
    Error, Result,
    error::{Refusal, RefusalCode, refuse},
};

/// Outcomes, or reasons, of one installation, archived ones included: lists of them come whole.
const LIST: i64 = 200;

fn fits(number: i64, what: &str) -> Result<()> {
    if number < LIST {
        return Ok(());
    }
    refuse(
        RefusalCode::LimitReached,
        format!("There are {number} {what} already. Bring back or rename an archived one."),
    )
}

/// A name is the only thing that is unique here.
fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match error {
        DatabaseError(UniqueViolation, _) => Refusal::new(
            RefusalCode::Taken,
            "This name is in use. It may be an archived one's: that one can be brought back.",
        )
        .at("name")
        .into(),
        other => other.into(),
    }
}
