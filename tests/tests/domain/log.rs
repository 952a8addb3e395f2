//! The log's order, read as a process reads it.

use std::time::Duration;

use cordboard_tests::wait::{STEP, eventually, in_time};
use domain::events::{Aggregate, Filter, Hub, Watch};
use domain::ids::CallId;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use super::Stage;

async fn write(sql: &Client, call: CallId, version: i32) {
    let insert = format!(
        "INSERT INTO event (at, aggregate, aggregate_id, version, kind, payload) VALUES (now(), 'call', '{}', {version}, 'MUTED', '{{}}')",
        call.0
    );
    sql.batch_execute(&insert).await.unwrap();
}

/// The reader looks every second: going past a transaction that still runs shows within that time.
async fn nothing_comes(watch: &mut Watch) {
    let early = tokio::time::timeout(Duration::from_millis(1500), watch.next()).await;
    assert!(early.is_err(), "what a running transaction comes before: {early:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_commit_in_the_opposite_order_are_both_seen_live_and_from_a_cursor() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let hub = Hub::start(platform.clone(), CancellationToken::new());
    let (first, second) = (CallId::new(), CallId::new());
    let (slow, quick) = (stage.sql().await, stage.sql().await);
    let all = Filter::of(Aggregate::Call, None);
    let mut live = hub.watch(all.clone(), None).await.unwrap();

    // The slow one draws its number first …
    slow.batch_execute("BEGIN").await.unwrap();
    write(&slow, first, 1).await;
    write(&quick, second, 2).await;
    nothing_comes(&mut live).await;
    slow.batch_execute("COMMIT").await.unwrap();
    let mut seen = Vec::new();
    for version in [1, 2] {
        seen.push(in_time("a live event", STEP, live.next()).await.unwrap());
        assert_eq!(seen.last().unwrap().version, version);
    }
    assert!(seen[0].cursor < seen[1].cursor);
    // … and then its transaction's id first and its number last.
    slow.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.unwrap();
    write(&quick, second, 3).await;
    nothing_comes(&mut live).await;
    write(&slow, first, 4).await;
    slow.batch_execute("COMMIT").await.unwrap();
    for version in [4, 3] {
        seen.push(in_time("a live event", STEP, live.next()).await.unwrap());
        assert_eq!(seen.last().unwrap().version, version);
    }
    let mut again = hub.watch(all.clone(), Some(seen[0].cursor)).await.unwrap();
    for event in &seen[1..] {
        let next = in_time("an event after the cursor", STEP, again.next()).await.unwrap();
        assert_eq!(next.cursor, event.cursor);
    }

    // What comes next comes once to both, though one of them began from the log.
    write(&quick, first, 5).await;
    for watch in [&mut live, &mut again] {
        assert_eq!(in_time("the news", STEP, watch.next()).await.unwrap().version, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_slower_than_the_ring_misses_nothing() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let hub = Hub::start(platform.clone(), CancellationToken::new());
    let sql = stage.sql().await;
    let call = CallId::new();
    let mut slow = hub.watch(Filter::of(Aggregate::Call, call.0), None).await.unwrap();
    let mut quick = hub.watch(Filter::of(Aggregate::Call, call.0), None).await.unwrap();
    // A write before the watch's first read would be behind it: begin with one that is surely seen.
    write(&sql, call, 1).await;
    assert_eq!(in_time("the first", STEP, slow.next()).await.unwrap().version, 1);
    sql.batch_execute(&format!(
        "INSERT INTO event (at, aggregate, aggregate_id, version, kind, payload) SELECT now(), 'call', '{}', n, 'MUTED', '{{}}' FROM generate_series(2, 9000) n",
        call.0
    ))
    .await
    .unwrap();
    // Until another one has seen it all, the ring turns over more than twice.
    while in_time("the last", STEP, quick.next()).await.unwrap().version < 9000 {}
    for version in 2..=9000 {
        assert_eq!(in_time("the next", STEP, slow.next()).await.unwrap().version, version);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_below_what_was_dropped_has_expired() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let hub = Hub::start(platform.clone(), CancellationToken::new());
    let sql = stage.sql().await;
    let old = platform.events_after(&Filter::of(Aggregate::Call, None), None, 1).await.unwrap();
    assert!(old.is_empty());
    // A month that ended long ago.
    sql.batch_execute(
        "CREATE TABLE event_2020_01 PARTITION OF event FOR VALUES FROM ('2020-01-01 00:00:00+00') TO ('2020-02-01 00:00:00+00');
         INSERT INTO event (at, aggregate, aggregate_id, version, kind, payload) VALUES ('2020-01-05', 'call', gen_random_uuid(), 1, 'MUTED', '{}');
         INSERT INTO event (at, aggregate, aggregate_id, version, kind, payload) VALUES ('2020-01-06', 'call', gen_random_uuid(), 1, 'MUTED', '{}')",
    )
    .await
    .unwrap();
    // Not before every transaction of the whole server that began earlier has ended.
    let visible =
        || async { platform.events_after(&Filter::of(Aggregate::Call, None), None, 1).await.unwrap().pop() };
    let first = eventually("the events can be read", STEP, visible).await;
    assert!(hub.watch(Filter::of(Aggregate::Call, None), Some(first.cursor)).await.is_ok());
    assert_eq!(domain::events::drop_old(&platform).await.unwrap(), 1);
    let expired = hub.watch(Filter::of(Aggregate::Call, None), Some(first.cursor)).await;
    assert!(matches!(expired, Err(domain::events::WatchError::CursorExpired)));
    assert_eq!(domain::events::drop_old(&platform).await.unwrap(), 0);
}
