//! The schema of the database goes up, down and up again, and explains itself.

use std::path::{Path, PathBuf};

use cordboard_tests::services::Servers;
use cordboard_tests::sql;

fn migrations() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut migrations: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the migrations list").flatten().map(|it| it.path()).collect();
    migrations.sort();
    migrations
}

async fn run(client: &tokio_postgres::Client, migration: &Path, direction: &str) {
    let statements = std::fs::read_to_string(migration.join(direction)).expect("a migration reads");
    client
        .batch_execute(&format!("BEGIN; {statements}; COMMIT"))
        .await
        .unwrap_or_else(|error| panic!("{} {direction}: {error:?}", migration.display()));
}

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again_and_says_what_everything_is() {
    let address = Servers::shared().environment()["DATABASE_URL"].clone();
    let name = format!("migrations_{:016x}", rand::random::<u64>());
    let admin = sql::connect(&address).await;
    admin.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
    let client = sql::connect(&sql::database(&address, &name)).await;

    let migrations = migrations();
    for migration in &migrations {
        run(&client, migration, "up.sql").await;
    }
    let unsaid = client
        .query(
            "SELECT relname::text, attname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
             JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
             WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition
               AND (col_description(pg_class.oid, attnum) IS NULL OR obj_description(pg_class.oid) IS NULL)",
            &[],
        )
        .await
        .expect("the catalogue reads");
    let unsaid: Vec<(String, String)> = unsaid.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(unsaid, [], "tables and columns without a comment");

    for migration in migrations.iter().rev() {
        run(&client, migration, "down.sql").await;
    }
    let left = "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = 'public'";
    assert_eq!(sql::count(&client, left).await, 0, "down leaves nothing behind");
    for migration in &migrations {
        run(&client, migration, "up.sql").await;
    }
    drop(client);
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("it is dropped");
}
