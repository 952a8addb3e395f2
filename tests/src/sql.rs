//! A look at the rows, where the public schema rightly doesn't show what a test must know: that
//! a refused recording left nothing, or in which order two transactions commit.

use tokio_postgres::{Client, NoTls};
use url::Url;

use crate::wait::{STEP, eventually};

/// Connects; the connection ends with the client.
///
/// # Panics
/// When the database can't be reached.
pub async fn connect(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.expect("the database answers");
    tokio::spawn(connection);
    client
}

/// The same server, another database.
pub fn database(address: &str, name: &str) -> String {
    let mut address = Url::parse(address).expect("DATABASE_URL is an address");
    address.set_path(name);
    address.to_string()
}

/// One number.
pub async fn count(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error}")).get(0)
}

/// Drops a database, whoever is connected to it. For the end of a test, which may be inside a runtime: that can't be
/// blocked on, but a thread of its own can.
pub fn drop_database(admin: &str, name: &str) {
    let (admin, statement) = (admin.to_owned(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    let dropping = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { connect(&admin).await.batch_execute(&statement).await })
    });
    // Servers of the test's own may have ended before it: then the database has too.
    let _ = dropping.join();
}

/// Waits until so many transactions of this database stand before a lock.
pub async fn until_locked_out(client: &Client, number: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually(&format!("{number} wait for a lock"), STEP, || async {
        (count(client, waiting).await == number).then_some(())
    })
    .await;
}
