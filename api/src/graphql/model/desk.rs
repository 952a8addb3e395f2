//! How calls can turn out, why agents can be away, and what contacts thought of calls.

use async_graphql::{ID, Object, SimpleObject};
use domain::{calls, desk};

use crate::graphql::{id::global, scalars::DateTime};

/// How a call can turn out, as administrators name it.
pub struct Outcome(pub desk::Outcome);

/// How a call can turn out, as administrators name it.
#[Object]
impl Outcome {
    /// `outcome_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it counts as a success.
    async fn success(&self) -> bool {
        self.0.success
    }

    /// When it was taken out of the choice; calls that have it keep it.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }
}

/// Why an agent can be away, as administrators name it.
pub struct AwayReason(pub desk::AwayReason);

/// Why an agent can be away, as administrators name it.
#[Object]
impl AwayReason {
    /// `reason_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was taken out of the choice.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }
}

/// What the contact thought of a call.
#[derive(SimpleObject)]
pub struct Rating {
    /// 1 to 5.
    stars: i32,
    /// What was said with it.
    words: Option<String>,
    /// When it was given, or last changed.
    at: DateTime,
}

impl Rating {
    /// None for a call that was not rated.
    pub fn of(call: &calls::Call) -> Option<Self> {
        let (stars, at) = call.rating_stars.zip(call.rated_at)?;
        Some(Self { stars, words: call.rating_words.clone(), at: at.into() })
    }
}
