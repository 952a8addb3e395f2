//! A process that dies in the middle of what it does, as by kill -9: between any two of its statements, within a transaction
//! or between two, with all that it meant to do next.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use cordboard_tests::sql::count;
use cordboard_tests::wait::{STEP, eventually};
use domain::{Platform, Result};

use super::actions::{Action, Pick};
use super::world::World;

/// How far a process comes at most, in waits for an answer. Most actions are done before.
const WAITS: usize = 60;

impl World {
    /// A process of its own does this and dies on the way.
    pub async fn dies_during(&self, action: &Action, after: Pick) -> Result<()> {
        let mut process = Platform::new(self.centre.stage.config(), "dying").unwrap();
        process.clock = self.centre.platform.clock.clone();
        // It has connected before, and dies at its work.
        process.database_now().await?;
        let done = cut_off(1 + after % WAITS, self.act(&process, action)).await;
        // Its sockets close with it. Whether a commit that was under way still counts, nobody knows.
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'cordboard-dying'";
        eventually("the end of the dead one's sessions", STEP, || async {
            (count(&self.sql, end).await == 0).then_some(())
        })
        .await;
        done.unwrap_or(Ok(()))
    }
}

/// Goes on with the work so often at most, and drops what is left of it.
async fn cut_off<T>(times: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}
