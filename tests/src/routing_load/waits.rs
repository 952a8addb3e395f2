//! How good the estimated wait is: a simulation without any database. Callers come by Poisson's law, to one queue or to two that
//! share agents, and are served in the order in which they came; handling is lognormal with a coefficient of variation of 0.6; an
//! agent needs a few seconds to accept, which counts as waiting and not as handling. The load swells and ebbs through the hours.
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

/// Two queues that share all or some of their agents, by [`Plan::two`].
pub const SHARED: [([usize; 3], f64); 4] =
    [([0, 0, 10], 0.5), ([0, 0, 10], 0.8), ([4, 4, 4], 0.5), ([6, 2, 4], 0.65)];

const FIRST: &[usize] = &[0];
const SECOND: &[usize] = &[1];
const BOTH: &[usize] = &[0, 1];

/// Who serves which queues, and how many of the calls come to each.
#[derive(Debug, Clone)]
pub struct Plan {
    agents: Vec<&'static [usize]>,
    /// The first queue's part of them.
    first: f64,
}

impl Plan {
    /// One queue.
    pub fn one(agents: usize) -> Self {
        Self { agents: vec![FIRST; agents], first: 1.0 }
    }

    /// Two queues, with so many agents of the first alone, the second alone and both, and the first one's part of the calls.
    pub fn two([first, second, both]: [usize; 3], part: f64) -> Self {
        let agents = [vec![FIRST; first], vec![SECOND; second], vec![BOTH; both]].concat();
        Self { agents, first: part }
    }

    fn queue(&self, chance: &mut StdRng) -> usize {
        // No chance is taken where there is no choice.
        usize::from(self.first < 1.0 && chance.random::<f64>() >= self.first)
    }

    /// Agents at work as production counts them for one who comes now: each by the queue's share of those who wait.
    fn at_work(&self, queue: usize, waiting: &VecDeque<Caller>) -> f64 {
        let mut calls = [0.0, 0.0];
        for queue in waiting.iter().map(|caller| caller.queue).chain([queue]) {
            calls[queue] += 1.0;
        }
        let serve = self.agents.iter().filter(|queues| queues.contains(&queue));
        serve.map(|queues| calls[queue] / queues.iter().map(|it| calls[*it]).sum::<f64>()).sum()
    }
}

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
    queue: usize,
    estimate: f64,
}

/// An agent at work.
struct Busy {
    until: f64,
    agent: usize,
    queue: usize,
    /// What this call will have taken.
    took: f64,
}

fn normal(chance: &mut StdRng) -> f64 {
    // Box and Muller.
    let (a, b): (f64, f64) = (chance.random(), chance.random());
    (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

fn handling(chance: &mut StdRng) -> f64 {
    HANDLING * (SPREAD.sqrt() * normal(chance) - SPREAD / 2.0).exp()
}

/// A day of eight hours.
pub fn day(plan: &Plan, load: &Load, seed: u64) -> Errors {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut errors = Errors::default();
    let mut recent: [VecDeque<f64>; 2] = Default::default();
    let mut waiting: VecDeque<Caller> = VecDeque::new();
    // Who has been idle for longest comes first.
    let mut idle: Vec<usize> = (0..plan.agents.len()).collect();
    let mut busy: Vec<Busy> = Vec::new();
    let mut next = 0.0;
    loop {
        let hour = (next / 3600.0) as usize;
        let Some(share) = load.get(hour) else { return errors };
        let first = busy.iter().enumerate().min_by(|a, b| a.1.until.total_cmp(&b.1.until));
        let first = first.filter(|(_, it)| it.until <= next).map(|(place, _)| place);
        let (now, caller, agent) = if let Some(place) = first {
            let done = busy.swap_remove(place);
            let recent = &mut recent[done.queue];
            recent.push_back(done.took);
            if recent.len() > 50 {
                recent.pop_front();
            }
            let due = waiting.iter().position(|caller| plan.agents[done.agent].contains(&caller.queue));
            let Some(caller) = due.and_then(|place| waiting.remove(place)) else {
                idle.push(done.agent);
                continue;
            };
            (done.until, caller, done.agent)
        } else {
            let now = next;
            next += -(1.0 - chance.random::<f64>()).ln() * HANDLING / (plan.agents.len() as f64 * share);
            let queue = plan.queue(&mut chance);
            let recent = &recent[queue];
            let mean = recent.iter().sum::<f64>() / recent.len() as f64;
            let handling = if recent.is_empty() { GUESS } else { mean };
            let before = waiting.iter().filter(|caller| caller.queue == queue).count();
            let inputs =
                Inputs { position: before as i64 + 1, handling, agents: plan.at_work(queue, &waiting) };
            let caller = Caller { at: now, queue, estimate: inputs.seconds().unwrap_or(0.0) };
            let Some(place) = idle.iter().position(|agent| plan.agents[*agent].contains(&queue)) else {
                waiting.push_back(caller);
                continue;
            };
            (now, caller, idle.remove(place))
        };
        let accepts = chance.random_range(2.0..6.0);
        let took = handling(&mut chance);
        let waited = now - caller.at;
        if waited > 0.0 {
            let waited = waited + accepts;
            errors.0.push((caller.estimate - waited).abs() / waited);
        }
        busy.push(Busy { until: now + accepts + took, agent, queue: caller.queue, took });
    }
}

/// Many days.
pub fn days(plan: &Plan, load: &Load, number: u64) -> Errors {
    let mut all = Errors::default();
    for seed in 0..number {
        all.extend(&day(plan, load, seed));
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
                all.extend(&days(&Plan::one(agents), &load, 20));
            }
            assert!(all.count() > 5000, "{name}: {} waited", all.count());
            assert!(all.median() < 0.40, "{name}: {:.3}", all.median());
        }
    }

    #[test]
    fn so_are_those_whose_agents_serve_another_queue_too() {
        for (name, load) in [("ordinary", ORDINARY), ("busy", BUSY)] {
            let mut all = Errors::default();
            for (agents, part) in SHARED {
                all.extend(&days(&Plan::two(agents, part), &load, 20));
            }
            assert!(all.count() > 5000, "{name}: {} waited", all.count());
            assert!(all.median() < 0.40, "{name}: {:.3}", all.median());
        }
    }
}
