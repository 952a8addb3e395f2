//! PostgreSQL: the pool, the migrations and one unit of work. Stores elsewhere write queries against `schema`.

mod connect;
mod json;
pub mod schema;
mod statement;
mod unit;

use std::time::Duration;

use deadpool::managed::QueueMode;
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, deadpool as pooled},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::FutureExt;

use crate::{Error, Result, config::Config, limits};
pub(crate) use json::json_column;
pub(crate) use statement::statement;
pub use unit::Unit;

/// A connection out of the pool; it goes back when dropped.
pub type Connection = pooled::Object<AsyncPgConnection>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");
const CHECKOUT: Duration = Duration::from_secs(5);

/// Connections to the truth. Cheap to clone.
#[derive(Clone)]
pub struct Pool(pooled::Pool<AsyncPgConnection>);

impl Pool {
    /// A pool that connects when first asked; the program's name shows in `pg_stat_activity`.
    ///
    /// # Errors
    /// The pool's settings contradict each other.
    pub fn new(config: &Config, program: &str) -> Result<Self> {
        // What is live lies in memory: a look into an index costs hardly more than reading on. To compile a plan (JIT) takes
        // longer than to run it.
        let setup = format!(
            "SET application_name = 'cordboard-{program}'; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = 30000; SET timezone = 'UTC'; SET jit = off; SET random_page_cost = 1.1",
            config.statement_timeout.as_millis(),
        );
        let limit = config.statement_timeout + limits::UNANSWERED;
        let mut manager = ManagerConfig::default();
        // Looks whether the connection was closed, which the client learns at once when the database ends; a query for each
        // checkout would tell no more than the query after it.
        manager.recycling_method = RecyclingMethod::Fast;
        manager.custom_setup = Box::new(move |url| {
            let (url, setup) = (url.to_owned(), setup.clone());
            async move {
                let mut connection = connect::connect(&url, limit).await?;
                connection
                    .batch_execute(&setup)
                    .await
                    .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(connection)
            }
            .boxed()
        });
        let manager =
            AsyncDieselConnectionManager::new_with_config(kept_alive(&config.database_url), manager);
        let pool = pooled::Pool::builder(manager)
            .max_size(config.database_pool)
            // The one used last first: it has its statements planned, and the others are needed in a rush alone.
            .queue_mode(QueueMode::Lifo)
            .build()
            .map_err(|e| Error::Unavailable(e.to_string()))?;
        Ok(Self(pool))
    }

    /// # Errors
    /// [`Error::Unavailable`] when no connection could be had in time.
    pub async fn get(&self) -> Result<Connection> {
        let checkout = tokio::time::timeout(CHECKOUT, self.0.get()).await;
        checkout
            .map_err(|_| Error::Unavailable("no database connection in time".into()))?
            .map_err(|e| Error::Unavailable(format!("no database connection: {e}")))
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        match self.get().await {
            Ok(mut connection) => connection.batch_execute("SELECT 1").await.is_ok(),
            Err(_) => false,
        }
    }
}

/// A connection may lie idle for hours: one that a firewall forgot meanwhile shall fail before it is used, or soon.
fn kept_alive(address: &str) -> String {
    let Ok(mut url) = url::Url::parse(address) else { return address.into() };
    let limits = [("keepalives_idle", "30"), ("keepalives_interval", "5"), ("tcp_user_timeout", "15")];
    for (name, seconds) in limits {
        if !url.query_pairs().any(|(given, _)| given == name) {
            url.query_pairs_mut().append_pair(name, seconds);
        }
    }
    url.into()
}

/// A session outside the pool, without a statement timeout: for locks that live as long as the program.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer.
pub async fn dedicated(config: &Config, purpose: &str) -> Result<AsyncPgConnection> {
    let connect = AsyncPgConnection::establish(&config.database_url);
    let mut connection = tokio::time::timeout(CHECKOUT, connect)
        .await
        .map_err(|_| Error::Unavailable("the database does not answer".into()))?
        .map_err(|e| Error::Unavailable(e.to_string()))?;
    connection.batch_execute(&format!("SET application_name = 'cordboard-{purpose}'")).await?;
    Ok(connection)
}

/// Brings the database to the newest schema; returns the names of the migrations that ran. Several at once wait for
/// each other.
///
/// # Errors
/// The database does not answer, or a migration failed (and was rolled back).
pub async fn migrate(config: &Config) -> Result<Vec<String>> {
    let mut connection = dedicated(config, "migrate").await?;
    connection.batch_execute("SELECT pg_advisory_lock(7031920)").await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let versions = harness
        .run_pending_migrations(MIGRATIONS)
        .map_err(|e| Error::Unavailable(format!("migration failed: {e}")))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}
