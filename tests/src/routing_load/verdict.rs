//! What is promised of routing, and which of it a run did not keep.

use std::time::Duration;

use super::day::Outcome;
use super::latency::Waits;

/// Times are promised to centres of so many agents at most …
const AGENTS: usize = 1000;
/// … and to so many operations a second.
const RATE: u32 = 100;
/// In a day at speed, a second, by one process or two.
const ASSIGNMENTS: f64 = 500.0;
const PROCESSES: usize = 2;
/// 99 of 100 agents who become free have an offer within this.
const TO_THE_OFFER: Duration = Duration::from_millis(100);

/// The bounds that were broken.
#[derive(Debug, Default)]
pub struct Verdict(Vec<String>);

impl Verdict {
    pub fn day(&mut self, agents: usize, processes: usize, outcome: &Outcome) {
        let (rate, left) = (outcome.a_second(), outcome.left);
        // Of a day in which nothing was assigned there is no rate.
        let kept = rate >= ASSIGNMENTS && left == 0;
        if agents <= AGENTS && processes <= PROCESSES && !kept {
            self.0.push(format!(
                "{agents} agents, {processes} processes: {rate:.0} of {ASSIGNMENTS} assignments/s, {left} calls left"
            ));
        }
    }

    pub fn waits(&mut self, agents: usize, rate: u32, waits: &Waits) {
        let slowest = waits.freed.percentile(99);
        let (measured, without) = (waits.freed.count(), waits.without);
        // Of nobody there is no percentile, and whom no offer came to is in none.
        let kept = measured > 0 && slowest < TO_THE_OFFER && without < measured;
        if agents <= AGENTS && rate <= RATE && !kept {
            self.0.push(format!(
                "{agents} agents, {rate}/s: p99 {slowest:?} of {TO_THE_OFFER:?} from a free agent to the offer ({measured} measured, {without} without an offer)"
            ));
        }
    }

    /// Of what must never be, in a centre of any size.
    pub fn faults(&mut self, agents: usize, found: &[(i64, &str)]) {
        let some = found.iter().filter(|(number, _)| *number > 0);
        self.0.extend(some.map(|(number, what)| format!("{agents} agents: {number} {what}")));
    }

    pub fn broken(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(agents: usize, assigned: u64, milliseconds: u64, double: i64) -> usize {
        let took = Duration::from_secs(1);
        let outcome = Outcome { assigned, rounds: 1, failed: 0, took, left: 0, most_waiting: 0 };
        let mut waits = Waits::default();
        waits.freed.add(Duration::from_millis(milliseconds));
        let mut verdict = Verdict::default();
        verdict.day(agents, 1, &outcome);
        verdict.waits(agents, 100, &waits);
        verdict.faults(agents, &[(double, "visits with two winners")]);
        verdict.broken().len()
    }

    #[test]
    fn each_bound_can_be_broken() {
        assert_eq!(judged(1000, 500, 99, 0), 0);
        assert_eq!(
            [judged(1000, 499, 99, 0), judged(1000, 500, 100, 0), judged(1000, 500, 99, 1)],
            [1, 1, 1]
        );
        // Times are promised to nobody beyond, that a call has one agent to all.
        assert_eq!([judged(1001, 499, 100, 0), judged(1001, 499, 100, 1)], [0, 1]);
    }

    #[test]
    fn a_run_that_measured_nothing_has_not_kept_its_bound() {
        let mut verdict = Verdict::default();
        verdict.waits(1000, 100, &Waits::default());
        let took = Duration::ZERO;
        let idle = Outcome { assigned: 0, rounds: 1, failed: 0, took, left: 0, most_waiting: 0 };
        verdict.day(1000, 1, &idle);
        verdict.day(1000, 1, &Outcome { assigned: 500, took: Duration::from_secs(1), left: 1, ..idle });
        assert_eq!(verdict.broken().len(), 3);
    }
}
