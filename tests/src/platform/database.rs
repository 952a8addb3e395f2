//! A database for each platform: a copy of a template that the first test migrates and seeds.

use std::fs;
use std::process::Command;

use super::{Names, SECRET};
use crate::process::binaries;
use crate::services::Servers;
use crate::template::{self, Templates};

/// Copies the migrated and seeded template, which the first test of a schema makes.
pub(super) async fn make(servers: &Servers, names: &Names) {
    let program = fs::metadata(binaries().join("api")).and_then(|api| api.modified());
    // Another program may have another seed.
    let template = template::name("seeded", &program.expect("api is built"));
    let templates = Templates::of(servers).await;
    if let Some(address) = templates.missing(&template).await {
        for command in ["migrate", "demo-data"] {
            run_api(servers, command, &address);
        }
        templates.made(&template).await;
    }
    // Copied as files, with a checkpoint: a sequence writes its log some values ahead and would else take the template's
    // log for its own, to hand out the same values again after a crash.
    templates.copy(&template, &names.database, "FILE_COPY").await;
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
