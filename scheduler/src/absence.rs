//! Whether an agent whose presence has lapsed may be taken for absent. After the database or this process was away, nobody
//! could renew it: then all have a full period for that, as media workers have for their signs of life.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use domain::limits;

const PERIOD: Duration = Duration::from_secs(limits::PRESENCE.num_seconds().unsigned_abs());

/// What the scheduler's loops know of it together.
pub struct Absence(Mutex<Seen>);

#[derive(Clone, Copy)]
struct Seen {
    /// The database answered.
    last: Instant,
    quiet_since: Instant,
}

impl Default for Absence {
    fn default() -> Self {
        let now = Instant::now();
        Self(Mutex::new(Seen { last: now, quiet_since: now }))
    }
}

impl Absence {
    /// The database answered a look, or did not. Somebody looks every few seconds.
    pub fn looked(&self, answered: bool) {
        let mut seen = self.seen();
        *seen = seen.after(answered, Instant::now());
    }

    pub fn may_be_told(&self) -> bool {
        self.seen().may_be_told(Instant::now())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn is_gap(self, now: Instant) -> bool {
        now - self.last > PERIOD / 2
    }

    fn after(self, answered: bool, now: Instant) -> Self {
        let quiet_since = if !answered || self.is_gap(now) { now } else { self.quiet_since };
        Self { last: if answered { now } else { self.last }, quiet_since }
    }

    fn may_be_told(self, now: Instant) -> bool {
        !self.is_gap(now) && now - self.quiet_since >= PERIOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_absent_for_a_period_after_an_outage() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut seen = Seen { last: began, quiet_since: began };
        for second in 1..=20 {
            seen = seen.after(true, at(second));
            assert_eq!(seen.may_be_told(at(second)), second >= 15, "{second} s after the start");
        }
        assert!(!seen.may_be_told(at(60)), "this process hung");
        for second in 60..=70 {
            seen = seen.after(false, at(second));
        }
        for second in 71..=90 {
            seen = seen.after(true, at(second));
            assert_eq!(seen.may_be_told(at(second)), second >= 86, "back at second 71, now {second}");
        }
    }
}
