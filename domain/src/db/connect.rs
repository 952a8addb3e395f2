//! Connections that are given up when the database takes a statement and says nothing any more.
//!
//! `statement_timeout` is the server's own, and TCP's limits end with the other system's confirmation: a server that is stuck
//! would hold whoever asks it for good. What counts is the beginning of an answer: one of many rows that stops in their midst
//! is still waited for.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use diesel::{ConnectionError, ConnectionResult, connection::InstrumentationEvent};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio::time::sleep;
use tokio_postgres::NoTls;

/// When the oldest statement that waits for its answer was sent.
type Asked = Mutex<Option<Instant>>;

/// Connects. When a statement has waited for its answer as long as `limit` it fails, and the connection is closed: the pool
/// throws such a one away.
pub(super) async fn connect(url: &str, limit: Duration) -> ConnectionResult<AsyncPgConnection> {
    let (client, transport) = tokio_postgres::connect(url, NoTls).await.map_err(|error| {
        let said = error.as_db_error().map(|told| told.message().to_owned());
        ConnectionError::BadConnection(said.unwrap_or_else(|| error.to_string()))
    })?;
    // Setting the session up counts, too.
    let asked = Arc::new(Asked::new(Some(Instant::now())));
    let watched = asked.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = transport => {}
            // The transport is closed thereby, and whoever waits for an answer learns so.
            () = silence(&watched, limit) => {
                tracing::info!("a connection to the database is given up: a statement has no answer, or its caller left");
            }
        }
    });
    let mut connection = AsyncPgConnection::try_from(client).await?;
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            // One whose caller left before still waits: else callers that lose patience sooner than we do would pass a dead
            // connection on to each other for ever.
            InstrumentationEvent::StartQuery { .. } => {
                asked.get_or_insert_with(Instant::now);
            }
            InstrumentationEvent::FinishQuery { .. } => *asked = None,
            _ => {}
        }
    });
    Ok(connection)
}

/// Returns once a statement has waited for so long.
async fn silence(asked: &Asked, limit: Duration) {
    let mut left = limit;
    while !left.is_zero() {
        sleep(left).await;
        let since = *asked.lock().unwrap_or_else(PoisonError::into_inner);
        // One that is asked from now on has all its time.
        left = limit.saturating_sub(since.map_or(Duration::ZERO, |since| since.elapsed()));
    }
}
