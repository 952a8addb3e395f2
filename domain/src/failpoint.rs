//! Named places at which a test kills the process: `CORDBOARD_FAILPOINT=after_commit` ends the program there as `kill
//! -9` would, the first time it comes by; `after_commit:OFFERED` only with this step. Unset, as in every installation, it
//! does nothing. The steps of `before_commit` and `after_commit`, of a unit of work, are the kinds of its events and the
//! queues of its jobs, so one that tells nothing never counts; those of `before_publish` and `before_ack`, of a job, its
//! queue.

use std::sync::OnceLock;

static ARMED: OnceLock<Option<String>> = OnceLock::new();

/// Aborts the process if the failpoint of this name is armed, for any step or for one of these.
pub fn hit<'a>(name: &str, steps: impl IntoIterator<Item = &'a str>) {
    let Some(armed) = ARMED.get_or_init(|| std::env::var("CORDBOARD_FAILPOINT").ok()) else { return };
    let (at, wanted) = match armed.split_once(':') {
        Some((at, step)) => (at, Some(step)),
        None => (armed.as_str(), None),
    };
    if at == name && steps.into_iter().any(|step| wanted.is_none_or(|wanted| wanted == step)) {
        std::process::abort();
    }
}
