//! A look at the rows, where the public schema rightly doesn't show what a test must know: that
//! a refused recording left nothing, or in which order two transactions commit.

use tokio_postgres::{Client, NoTls};
use url::Url;

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
