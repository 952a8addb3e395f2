//! A database for each test, without the work that all of them share: the first one makes a template, all copy it.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use tokio_postgres::Client;

use crate::services::Servers;
use crate::sql;

/// The templates of one server, for one test at a time: one makes what is missing, and PostgreSQL copies none that another
/// is copying.
pub struct Templates {
    admin: Client,
    admin_url: String,
    _lock: File,
}

impl Templates {
    pub async fn of(servers: &Servers) -> Self {
        let admin_url = servers.environment()["DATABASE_URL"].clone();
        let admin = sql::connect(&admin_url).await;
        Self { admin, admin_url, _lock: servers.lock("template") }
    }

    /// Where the template is not there: the address of an empty database that shall become it.
    pub async fn missing(&self, template: &str) -> Option<String> {
        let known = self.admin.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&template]).await;
        if !known.expect("the databases are listed").is_empty() {
            return None;
        }
        let making = making(template);
        self.run(&format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)")).await;
        self.run(&format!("CREATE DATABASE {making}")).await;
        Some(sql::database(&self.admin_url, &making))
    }

    /// What was empty is complete, and nobody is connected to it.
    pub async fn made(&self, template: &str) {
        self.run(&format!("ALTER DATABASE {} RENAME TO {template}", making(template))).await;
    }

    /// Makes a database of this name; the strategy is one of `CREATE DATABASE`.
    pub async fn copy(&self, template: &str, name: &str, strategy: &str) {
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")).await;
    }

    async fn run(&self, statement: &str) {
        let done = self.admin.batch_execute(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// Half a template has another name.
fn making(template: &str) -> String {
    format!("{template}_making")
}

/// A template's name: other migrations, or another of what else it is made of, are another template.
pub fn name(kind: &str, made_of: &impl Hash) -> String {
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
    made_of.hash(&mut hasher);
    format!("{kind}_{:016x}", hasher.finish())
}
