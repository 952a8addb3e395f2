//! The outside things that a platform stands on: PostgreSQL, RabbitMQ and an S3 server, started by
//! `infra/services`. Most tests share one set of them, each with a database, a virtual host and a
//! bucket of its own; fault tests have servers to themselves, since they kill them.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use s3::creds::Credentials;
use s3::{Bucket, BucketConfiguration, Region};
use tempfile::TempDir;
use url::Url;

/// The servers in one folder of `infra/services`.
#[derive(Debug)]
pub struct Servers {
    folder: PathBuf,
    /// Set for servers that end with the test.
    _private: Option<TempDir>,
}

/// Which server a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Postgres,
    RabbitMq,
    ObjectStore,
}

impl Server {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::RabbitMq => "rabbitmq",
            Self::ObjectStore => "object-store",
        }
    }
}

impl Servers {
    /// The shared ones: those of `CORDBOARD_SERVICES_DIR`, started if need be.
    pub fn shared() -> Self {
        let folder = std::env::var_os("CORDBOARD_SERVICES_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-services"),
            PathBuf::from,
        );
        let servers = Self { folder, _private: None };
        if !servers.folder.join("env").exists() {
            servers.run("start", None);
        }
        servers
    }

    /// Servers for one test alone.
    pub fn private() -> Self {
        // Not under the target folder, and others may pass through: PostgreSQL's user must be able to get there.
        let folder = tempfile::Builder::new()
            .prefix("cordboard-test-")
            .permissions(Permissions::from_mode(0o711))
            .tempdir()
            .expect("a temporary folder");
        let servers = Self { folder: folder.path().to_owned(), _private: Some(folder) };
        servers.run("start", None);
        servers
    }

    /// kill -9.
    pub fn kill(&self, server: Server) {
        self.run("kill", Some(server));
    }

    pub fn start(&self, server: Server) {
        self.run("start", Some(server));
    }

    fn run(&self, verb: &str, server: Option<Server>) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/services");
        let output = Command::new(script)
            .arg(verb)
            .arg("--dir")
            .arg(&self.folder)
            .args(server.map(Server::name))
            .env("CORDBOARD_BIN_DIR", crate::process::binaries())
            .output()
            .expect("infra/services runs");
        assert!(
            output.status.success(),
            "infra/services {verb}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// The variables that name the servers, as the programs read them.
    pub fn environment(&self) -> HashMap<String, String> {
        variables(&self.folder.join("env"))
    }

    /// Adds a virtual host and returns the address to use it.
    pub fn virtual_host(&self, name: &str) -> String {
        let adding = format!(
            "rabbit_vhost:add(<<\"{name}\">>, <<\"cordboard\">>), \
             rabbit_auth_backend_internal:set_permissions(<<\"cordboard\">>, <<\"{name}\">>, \
             <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"cordboard\">>)."
        );
        let asked = self.tell_rabbitmq(name, &adding).and_then(Child::wait_with_output);
        let answer = asked.expect("erl_call runs: it comes with Erlang");
        let said = String::from_utf8_lossy(&answer.stdout);
        assert!(said.starts_with("{ok"), "a virtual host: {said}{}", String::from_utf8_lossy(&answer.stderr));
        let address = self.environment()["AMQP_URL"].clone();
        let mut address = Url::parse(&address).expect("AMQP_URL is an address");
        address.set_path(&format!("/{name}"));
        address.to_string()
    }

    /// Deletes a virtual host, without waiting for it.
    pub fn forget_virtual_host(&self, name: &str) {
        let _ = self.tell_rabbitmq(name, &format!("rabbit_vhost:delete(<<\"{name}\">>, <<\"cordboard\">>)."));
    }

    /// Has RabbitMQ evaluate Erlang, and says `{ok, …}` if that went well. As a node of this name, which nobody else may use
    /// at the same time. `rabbitmqctl eval` does the same, but starts an Erlang of its own for it, twice in each test.
    fn tell_rabbitmq(&self, name: &str, erlang: &str) -> io::Result<Child> {
        let settings = variables(&self.folder.join("settings"));
        let mut child = Command::new("erl_call")
            .args(["-sname", "cordboard@localhost", "-h", name, "-e"])
            // There is the cookie.
            .env("HOME", self.folder.join("rabbitmq"))
            .env("ERL_EPMD_PORT", &settings["EPMD_PORT"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            // Dropped, standard input ends. Where nobody reads it, its answer says why.
            let _ = writeln!(input, "{erlang}");
        }
        Ok(child)
    }

    /// Makes a bucket.
    pub async fn bucket(&self, name: &str) -> Box<Bucket> {
        let environment = self.environment();
        let region = Region::Custom {
            region: environment["S3_REGION"].clone(),
            endpoint: environment["S3_ENDPOINT"].clone(),
        };
        let credentials = Credentials::new(
            Some(&environment["S3_ACCESS_KEY_ID"]),
            Some(&environment["S3_SECRET_ACCESS_KEY"]),
            None,
            None,
            None,
        )
        .expect("S3 credentials");
        Bucket::create_with_path_style(
            name,
            region.clone(),
            credentials.clone(),
            BucketConfiguration::default(),
        )
        .await
        .expect("a bucket is made");
        Bucket::new(name, region, credentials).expect("a bucket").with_path_style()
    }

    /// An exclusive lock among all test processes that use these servers.
    pub fn lock(&self, name: &str) -> File {
        let file = File::create(self.folder.join(format!("{name}.lock"))).expect("a lock file");
        file.lock().expect("the lock is taken");
        file
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        if self._private.is_some() {
            self.run("remove", None);
        }
    }
}

fn variables(file: &Path) -> HashMap<String, String> {
    fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
