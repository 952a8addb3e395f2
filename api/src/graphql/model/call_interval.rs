//! A stretch of a call's life.

use async_graphql::SimpleObject;
use domain::calls;

use super::CallIntervalKind;
use crate::graphql::scalars::DateTime;

/// A stretch of a call's life. Together they cover it without gap or overlap.
#[derive(SimpleObject)]
pub struct CallInterval {
    /// What it was.
    kind: CallIntervalKind,
    /// When it began: the end of the one before.
    started_at: DateTime,
    /// When it ended; null while it lasts.
    ended_at: Option<DateTime>,
}

impl From<&calls::Interval> for CallInterval {
    fn from(interval: &calls::Interval) -> Self {
        Self {
            kind: interval.kind.into(),
            started_at: interval.started_at.into(),
            ended_at: interval.ended_at.map(DateTime),
        }
    }
}
