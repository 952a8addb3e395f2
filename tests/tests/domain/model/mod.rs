//! A call centre at random: agents, contacts, time-outs, hang-ups, changed queues, faults, restarts and processes that die
//! in the middle of a step, several of them at once, on the real PostgreSQL; and what must hold after each step.
//!
//! A run is a list of actions made from a seed. One that fails is tried again with less and less of its actions, and
//! what is left is shown with the seed. `CORDBOARD_MODEL_RUNS` and `CORDBOARD_MODEL_STEPS` make it longer,
//! `CORDBOARD_MODEL_SEED` repeats one. A generator of our own: `proptest`'s state machine keeps a second, synchronous
//! model beside the first, and here the rows are the model.

mod actions;
mod change;
mod company;
mod death;
mod people;
mod world;

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use cordboard_tests::invariants;
use futures_util::FutureExt;

use actions::Action;
use world::World;

/// A failure is made smaller for so long at most.
const SHRINKING: Duration = Duration::from_secs(40);

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Why it failed and at which action.
struct Failure {
    at: usize,
    why: String,
    /// The rows of the calls that it names.
    evidence: String,
}

async fn play(actions: &[Action]) -> Result<String, Failure> {
    let mut world = World::new().await;
    for (at, action) in actions.iter().enumerate() {
        let step = AssertUnwindSafe(world.step(action)).catch_unwind().await;
        let why = match step {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(panic) => panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_else(|| "a panic".into()),
        };
        let evidence = invariants::evidence(&world.sql, &why).await;
        return Err(Failure { at, why, evidence });
    }
    world.finish().await.map_err(|why| Failure {
        at: actions.len().saturating_sub(1),
        why,
        evidence: String::new(),
    })
}

/// Leaves out what the failure does not need: halves, quarters, … as long as the time lasts.
async fn shrink(mut actions: Vec<Action>, mut failure: Failure) -> (Vec<Action>, Failure) {
    let until = Instant::now() + SHRINKING;
    actions.truncate(failure.at + 1);
    let mut size = actions.len() / 2;
    while size > 0 {
        let mut from = 0;
        while from < actions.len() {
            if Instant::now() > until {
                return (actions, failure);
            }
            let mut fewer = actions.clone();
            fewer.drain(from..(from + size).min(actions.len()));
            match play(&fewer).await {
                Err(still) => {
                    fewer.truncate(still.at + 1);
                    (actions, failure) = (fewer, still);
                }
                Ok(_) => from += size,
            }
        }
        size /= 2;
    }
    (actions, failure)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_nobody_gets_stuck() {
    let runs = setting("CORDBOARD_MODEL_RUNS", 6);
    let steps = usize::try_from(setting("CORDBOARD_MODEL_STEPS", 70)).unwrap();
    let first = setting("CORDBOARD_MODEL_SEED", rand::random::<u32>().into());
    for seed in first..first + runs {
        let actions = actions::from_seed(seed, steps);
        match play(&actions).await {
            Ok(seen) => eprintln!("CORDBOARD_MODEL_SEED={seed}: {seen}"),
            Err(failure) => {
                let (actions, small) = shrink(actions, failure).await;
                let told: Vec<String> = actions.iter().map(|action| format!("  {action:?}")).collect();
                panic!(
                    "CORDBOARD_MODEL_SEED={seed}: {}\nafter\n{}\n{}",
                    small.why,
                    told.join("\n"),
                    small.evidence
                );
            }
        }
    }
}
