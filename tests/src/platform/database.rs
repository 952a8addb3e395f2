//! A database for each test: a copy of a template that the first test migrates and seeds.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Names, SECRET};
use crate::process::binaries;
use crate::services::Servers;
use crate::sql;

/// Copies the migrated and seeded template, which the first test of a schema makes.
pub(super) async fn make(servers: &Servers, names: &Names) {
    let admin = sql::connect(&names.admin_url).await;
    let template = {
        // One test makes the template; and PostgreSQL copies none that another is copying.
        let _lock = servers.lock("template");
        let template = format!("template_{:016x}", migrations_hash());
        let known = admin
            .query("SELECT 1 FROM pg_database WHERE datname = $1", &[&template])
            .await
            .expect("the databases are listed");
        if known.is_empty() {
            let making = format!("{template}_making");
            for statement in [
                format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"),
                format!("CREATE DATABASE {making}"),
            ] {
                admin.batch_execute(&statement).await.expect("a database");
            }
            let address = sql::database(&names.admin_url, &making);
            for command in ["migrate", "demo-data"] {
                run_api(servers, command, &address);
            }
            admin
                .batch_execute(&format!("ALTER DATABASE {making} RENAME TO {template}"))
                .await
                .expect("the template takes its name");
        }
        // Copied as files, with a checkpoint: a sequence writes its log some values ahead and would else take the template's
        // log for its own, to hand out the same values again after a crash.
        let copy = format!("CREATE DATABASE {} TEMPLATE {template} STRATEGY FILE_COPY", names.database);
        admin.batch_execute(&copy).await.expect("a database is copied");
        template
    };
    tracing::debug!(template, database = names.database, "database made");
}

fn run_api(servers: &Servers, command: &str, database_url: &str) {
    let output = Command::new(binaries().join("api"))
        .arg(command)
        .envs(servers.environment())
        .env("DATABASE_URL", database_url)
        .env("CORDBOARD_SECRET", SECRET)
        .output()
        .expect("api runs");
    assert!(
        output.status.success(),
        "api {command}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A schema's name: another migration or another seed is another template.
fn migrations_hash() -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the migrations list").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    for file in files {
        fs::read(file).expect("a migration reads").hash(&mut hasher);
    }
    let program = fs::metadata(binaries().join("api")).and_then(|api| api.modified());
    program.expect("api is built").hash(&mut hasher);
    hasher.finish()
}
