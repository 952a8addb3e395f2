//! A process that dies in the middle of a step, as by kill -9: nothing has happened.

use std::fmt::Debug;

use cordboard_tests::sql::{count, until_locked_out};
use domain::{Error, Platform, Result};
use tokio_postgres::Client;

use super::centre::Centre;

/// All that a call consists of, and what comes of it.
const EVERYTHING: &str = "SELECT concat_ws(E'\\n', (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM call t), (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM leg t),
    (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM transfer t), (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM offer t),
    (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM queue_visit t), (SELECT string_agg(t::text, E'\\n' ORDER BY call_id, ordinal) FROM call_interval t),
    (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM voicemail t), (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM recording t),
    (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM task t), (SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM notification t),
    (SELECT string_agg(t::text, E'\\n' ORDER BY started_at) FROM wrap_up t), (SELECT count(*) FROM event WHERE aggregate = 'call'))";

pub async fn everything(sql: &Client) -> String {
    sql.query_one(EVERYTHING, &[]).await.unwrap().get(0)
}

/// The process that takes a step dies where it waits for what a transaction that did `held` holds.
pub async fn dies<T: Debug>(
    centre: &Centre,
    held: &str,
    what: &str,
    step: &impl AsyncFn(Platform) -> Result<T>,
) {
    let (sql, holder) = (centre.stage.sql().await, centre.stage.sql().await);
    let before = everything(&sql).await;
    holder.batch_execute(&format!("BEGIN; {held}")).await.unwrap();
    let killing = async {
        until_locked_out(&sql, 1).await;
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        assert_eq!(count(&sql, kill).await, 1);
    };
    let (died, ()) = tokio::join!(step(centre.process()), killing);
    assert!(matches!(died, Err(Error::Unavailable(_) | Error::Database(_))), "{what}: {died:?}");
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(everything(&sql).await, before, "{what} left something behind");
}
