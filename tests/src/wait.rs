//! Waiting for the thing itself: a condition is asked again until it holds or its deadline passes.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long an ordinary step may take on a busy two-core machine before the test calls it failed.
pub const STEP: Duration = Duration::from_secs(20);

/// How often a condition is asked again. Short, since waiting is most of a flow test's time.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until `condition` yields a value.
///
/// # Panics
/// When `within` has passed, naming `what` was waited for.
pub async fn eventually<T, F>(what: &str, within: Duration, mut condition: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + within;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited {within:?} in vain for: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Awaits `future`, and panics naming `what` when it takes longer than `within`.
pub async fn in_time<T>(what: &str, within: Duration, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(within, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {within:?} in vain for: {what}"),
    }
}
