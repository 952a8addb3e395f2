//! How good the estimated wait is: a simulation without any database. Callers come by Poisson's law, to one queue, in the
//! order of which they are served; handling is lognormal with a coefficient of variation of 0.6; an agent needs a few seconds to
//! accept, which counts as waiting and not as handling. The load swells and ebbs through the hours.
//!
//! Hours of two kinds: busy ones, in which now and then more calls come than can be served, and ordinary ones.
//!
//! At each entry the estimate is made as in production: place, mean handling of the last fifty calls, agents at work. The
//! error of one who waited is |estimate − wait| ÷ wait, the wait being from the entry to the answer.

use std::collections::VecDeque;

use domain::routing::Inputs;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Mean seconds of a call, wrap-up included.
const HANDLING: f64 = 240.0;
/// ln(1 + 0.6²), the variance of the logarithm.
const SPREAD: f64 = 0.307_484_7;
const GUESS: f64 = 180.0;

/// Offered load as a share of what the agents can do, hour by hour.
pub type Load = [f64; 8];
pub const ORDINARY: Load = [0.70, 0.80, 0.90, 0.85, 0.75, 0.85, 0.90, 0.70];
pub const BUSY: Load = [0.80, 0.95, 1.05, 0.90, 0.85, 0.95, 1.05, 0.80];

/// Errors of those who waited.
#[derive(Debug, Clone, Default)]
pub struct Errors(Vec<f64>);

impl Errors {
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }
}

struct Caller {
    at: f64,
    estimate: f64,
}

fn normal(chance: &mut StdRng) -> f64 {
    // Box and Muller.
    let (a, b): (f64, f64) = (chance.random(), chance.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

fn handling(chance: &mut StdRng) -> f64 {
    HANDLING * (SPREAD.sqrt() * normal(chance) - SPREAD / 2.0).exp()
}

/// A day of eight hours in a queue with so many agents.
pub fn day(agents: usize, load: &Load, seed: u64) -> Errors {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut errors = Errors::default();
    let mut recent: VecDeque<f64> = VecDeque::new();
    let mut waiting: VecDeque<Caller> = VecDeque::new();
    // When each agent who is at work will be free, and what this call will have taken.
    let mut busy: Vec<(f64, f64)> = Vec::new();
    let mut next = 0.0;
    loop {
        let hour = (next / 3600.0) as usize;
        let Some(share) = load.get(hour) else { return errors };
        let first =
            busy.iter().enumerate().min_by(|a, b| a.1.0.total_cmp(&b.1.0)).map(|(place, it)| (place, it.0));
        let (now, caller) = match first {
            Some((place, free)) if free <= next => {
                recent.push_back(busy.swap_remove(place).1);
                if recent.len() > 50 {
                    recent.pop_front();
                }
                (free, waiting.pop_front())
            }
            _ => {
                let now = next;
                next += -(1.0 - chance.random::<f64>()).ln() * HANDLING / (agents as f64 * share);
                let mean = recent.iter().sum::<f64>() / recent.len() as f64;
                let handling = if recent.is_empty() { GUESS } else { mean };
                let position = waiting.len() as i64 + 1;
                let inputs = Inputs { position, handling, agents: agents as i64 };
                let caller = Caller { at: now, estimate: inputs.seconds().unwrap_or(0.0) };
                if busy.len() == agents {
                    waiting.push_back(caller);
                    continue;
                }
                (now, Some(caller))
            }
        };
        if let Some(caller) = caller {
            let accepts = chance.random_range(2.0..6.0);
            let takes = handling(&mut chance);
            let waited = now - caller.at;
            if waited > 0.0 {
                let waited = waited + accepts;
                errors.0.push((caller.estimate - waited).abs() / waited);
            }
            busy.push((now + accepts + takes, takes));
        }
    }
}

/// Many days in queues of one size.
pub fn days(agents: usize, load: &Load, number: u64) -> Errors {
    let mut all = Errors::default();
    for seed in 0..number {
        all.extend(&day(agents, load, seed));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_those_who_wait_are_told_within_forty_percent() {
        for (name, load) in [("ordinary", ORDINARY), ("busy", BUSY)] {
            let mut all = Errors::default();
            for agents in [3, 5, 10, 20, 30] {
                all.extend(&days(agents, &load, 20));
            }
            assert!(all.count() > 5000, "{name}: {} waited", all.count());
            assert!(all.median() < 0.40, "{name}: {:.3}", all.median());
        }
    }
}
