//! Named places at which a test kills the process: `CORDBOARD_FAILPOINT=after_commit` ends the program there as `kill
//! -9` would, the first time it comes by. Unset, as in every installation, it does nothing. There are `before_commit`,
//! `after_commit` of a unit of work that is to be told, `before_publish` of a job, `before_ack` of one.

use std::sync::OnceLock;

static ARMED: OnceLock<Option<String>> = OnceLock::new();

/// Aborts the process if the failpoint of this name is armed.
pub fn hit(name: &str) {
    let armed = ARMED.get_or_init(|| std::env::var("CORDBOARD_FAILPOINT").ok());
    if armed.as_deref() == Some(name) {
        std::process::abort();
    }
}
