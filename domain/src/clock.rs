//! The clock, injected: rules take `now` as an argument, and whoever calls them asks a `Clock`.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time. Cheap to clone.
#[derive(Clone, Default)]
pub struct Clock {
    /// Microseconds by which a test's clock is ahead.
    ahead: Option<Arc<AtomicI64>>,
    /// Microseconds by which the database's clock is ahead of this machine's: all programs go by the database's, so that
    /// none of them expires what another one just began.
    correction: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that a test can move with [`Clock::advance`].
    #[must_use]
    pub fn movable() -> Self {
        Self { ahead: Some(Arc::default()), correction: Arc::default() }
    }

    /// The present instant in UTC, in whole microseconds: what PostgreSQL keeps, so that an instant equals itself after a
    /// round trip.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let ahead = self.ahead.as_ref().map_or(0, |a| a.load(Ordering::Relaxed));
        let now =
            Self::of_machine() + TimeDelta::microseconds(ahead + self.correction.load(Ordering::Relaxed));
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    /// What this machine says, uncorrected: to be compared with another clock.
    #[expect(clippy::disallowed_methods, reason = "the one place where the time is read")]
    #[must_use]
    pub fn of_machine() -> DateTime<Utc> {
        Utc::now()
    }

    /// Goes by another clock from now on.
    pub(crate) fn correct(&self, by: TimeDelta) {
        self.correction.store(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }

    /// Moves a movable clock forward; a real one stays.
    pub fn advance(&self, by: TimeDelta) {
        if let (Some(ahead), Some(micros)) = (&self.ahead, by.num_microseconds()) {
            ahead.fetch_add(micros, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
