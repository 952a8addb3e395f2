//! The one way to try again: exponential pauses with jitter.

use std::{future::Future, time::Duration};

use rand::Rng;

/// Pauses that double up to a limit. Half of each is random, so that many who failed together don't come back together.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    limit: Duration,
    failures: u32,
}

impl Backoff {
    pub fn new(first: Duration, limit: Duration) -> Self {
        Self { first, limit, failures: 0 }
    }

    /// The pause after one more failure.
    pub fn next_pause(&mut self) -> Duration {
        let full = self.first.saturating_mul(1 << self.failures.min(16)).min(self.limit);
        self.failures += 1;
        full / 2 + rand::rng().random_range(Duration::ZERO..=full / 2)
    }

    /// Starts from the first pause again, after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Runs `attempt` until it succeeds, fails for good, or has been run `attempts` times; answers its last result.
pub async fn retry<T, E, F>(
    attempts: u32,
    mut backoff: Backoff,
    is_transient: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    for _ in 1..attempts {
        match attempt().await {
            Err(error) if is_transient(&error) => tokio::time::sleep(backoff.next_pause()).await,
            result => return result,
        }
    }
    attempt().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn backoff() -> Backoff {
        Backoff::new(Duration::from_millis(4), Duration::from_millis(10))
    }

    #[test]
    fn pauses_double_up_to_their_limit_and_start_anew() {
        let mut backoff = backoff();
        for full in [4, 8, 10, 10] {
            let pause = backoff.next_pause();
            let full = Duration::from_millis(full);
            assert!(pause >= full / 2 && pause <= full, "{pause:?} of {full:?}");
        }
        backoff.reset();
        assert!(backoff.next_pause() <= Duration::from_millis(4));
    }

    #[tokio::test]
    async fn a_passing_failure_is_tried_again_and_a_lasting_one_is_not() {
        let runs = Cell::new(0);
        let count = async |fails: fn(u32) -> Result<u32, &'static str>| {
            runs.set(0);
            let attempt = || {
                runs.set(runs.get() + 1);
                std::future::ready(fails(runs.get()))
            };
            let result = retry(3, backoff(), |error| *error == "away", attempt).await;
            (result, runs.get())
        };
        assert_eq!(count(|run| if run < 3 { Err("away") } else { Ok(run) }).await, (Ok(3), 3));
        assert_eq!(count(|_| Err("away")).await, (Err("away"), 3));
        assert_eq!(count(|_| Err("refused")).await, (Err("refused"), 1));
    }
}
