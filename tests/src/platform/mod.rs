//! A whole platform for one test: two apis, two schedulers, two media workers, on a database, a
//! virtual host and a bucket that nobody else uses.

mod database;

use std::fs;
use std::path::Path;

use domain::bus::Job;
use lapin::options::QueuePurgeOptions;
use lapin::{Connection, ConnectionProperties};
use s3::Bucket;
use tempfile::TempDir;

use crate::config::config;
use crate::graphql::Client;
use crate::process::{Process, Start, binaries, free_port};
use crate::proxy::Proxy;
use crate::services::Servers;
use crate::sql;
use crate::wait::{STEP, eventually};

const SECRET: &str = "a secret of the tests, long enough to be one";

/// Stands for the console's one page.
pub const PAGE: &str = "<!doctype html><title>Cordboard</title>";

/// What a test wants otherwise than usual.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Variables for all programs.
    pub environment: Vec<(&'static str, String)>,
    /// Servers of its own, which it may kill.
    pub private_servers: bool,
    /// The first api reaches PostgreSQL and RabbitMQ through proxies.
    pub proxies: bool,
    /// How many of each program; two where nothing is said.
    pub apis: Option<usize>,
    pub workers: Option<usize>,
    pub schedulers: Option<usize>,
}

/// The running platform. Everything ends with it.
pub struct Platform {
    pub apis: Vec<Process>,
    pub workers: Vec<Process>,
    pub schedulers: Vec<Process>,
    pub bucket: Box<Bucket>,
    /// Stand before the first api's servers where [`Options::proxies`] asked for them.
    pub database_proxy: Option<Proxy>,
    pub broker_proxy: Option<Proxy>,
    pub servers: Servers,
    base: Vec<String>,
    metrics: Vec<String>,
    media_ports: Vec<u16>,
    database_url: String,
    amqp_url: String,
    names: Names,
    folder: TempDir,
}

/// The names that are this platform's own on shared servers.
struct Names {
    database: String,
    admin_url: String,
    virtual_host: String,
}

impl Platform {
    /// Two of each, all ready.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let servers = if options.private_servers { Servers::private() } else { Servers::shared() };
        let folder =
            tempfile::Builder::new().prefix("cordboard-flow-").tempdir().expect("a temporary folder");
        // Where an api looks for the console, so that pages are answered as an installation does.
        let console = folder.path().join("console/dist");
        fs::create_dir_all(&console).expect("a folder for the console");
        fs::write(console.join("index.html"), PAGE).expect("the console's page");
        let own = format!("flow-{:016x}", rand::random::<u64>());
        let shared = servers.environment();
        let names = Names {
            database: own.replace('-', "_"),
            admin_url: shared["DATABASE_URL"].clone(),
            virtual_host: own.clone(),
        };
        let amqp_url = servers.virtual_host(&own);
        let bucket = servers.bucket(&own).await;
        let database_url = sql::database(&names.admin_url, &names.database);
        database::make(&servers, &names).await;

        let mut common: Vec<(String, String)> =
            shared.into_iter().filter(|(name, _)| name.starts_with("S3_")).collect();
        common.extend(
            [
                ("S3_BUCKET", own.as_str()),
                ("DATABASE_URL", &database_url),
                ("AMQP_URL", &amqp_url),
                ("CORDBOARD_SECRET", SECRET),
                ("CORDBOARD_MEDIA_ADDRESSES", "127.0.0.1"),
                ("CORDBOARD_MEDIA_SHARDS", "2"),
                ("CORDBOARD_DATABASE_POOL", "8"),
                ("CORDBOARD_LOG", "info,api=debug,domain=debug,scheduler=debug,media_worker=debug"),
                ("RUST_BACKTRACE", "1"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        for (name, value) in &options.environment {
            common.retain(|(other, _)| other != name);
            common.push(((*name).to_owned(), value.clone()));
        }

        let mut platform = Self {
            apis: Vec::new(),
            workers: Vec::new(),
            schedulers: Vec::new(),
            bucket,
            database_proxy: None,
            broker_proxy: None,
            servers,
            base: Vec::new(),
            metrics: Vec::new(),
            media_ports: Vec::new(),
            database_url,
            amqp_url,
            names,
            folder,
        };
        for number in 1..=options.apis.unwrap_or(2) {
            let mut environment = common.clone();
            if number == 1 && options.proxies {
                platform.put_proxies(&mut environment).await;
            }
            platform.add_api(number, environment);
        }
        for number in 1..=options.workers.unwrap_or(2) {
            platform.add_worker(number, common.clone());
        }
        for number in 1..=options.schedulers.unwrap_or(2) {
            platform.add_scheduler(number, common.clone());
        }
        platform.all_ready().await;
        platform
    }

    /// Waits until every process says that it is ready.
    pub async fn all_ready(&mut self) {
        for process in self.processes() {
            process.ready().await;
        }
    }

    pub fn processes(&mut self) -> impl Iterator<Item = &mut Process> {
        self.apis.iter_mut().chain(&mut self.workers).chain(&mut self.schedulers)
    }

    /// A caller of the api with this index (0 or 1) who hasn't signed in.
    pub fn anonymous(&self, api: usize) -> Client {
        Client::new(self.base(api))
    }

    pub fn base(&self, api: usize) -> &str {
        &self.base[api]
    }

    /// Address of a worker's or scheduler's metrics: workers first.
    pub fn metrics_address(&self, index: usize) -> &str {
        &self.metrics[index]
    }

    /// A connection to the platform's database.
    pub async fn sql(&self) -> tokio_postgres::Client {
        sql::connect(&self.database_url).await
    }

    /// The call centre itself, as one more program of this platform has it.
    pub fn domain(&self) -> domain::Platform {
        let settings = [
            ("DATABASE_URL", self.database_url.as_str()),
            ("AMQP_URL", self.amqp_url.as_str()),
            ("CORDBOARD_SECRET", SECRET),
        ];
        domain::Platform::new(config(&settings), "test").expect("a platform")
    }

    /// Index of the worker that holds the call, once one does.
    pub async fn worker_of(&self, call: &str) -> usize {
        let (_, id) = call.split_once('_').expect("a typed id");
        let query = "SELECT address FROM media_worker JOIN call ON worker_id = media_worker.id WHERE call.id::text = $1";
        let id = uuid::Uuid::try_parse(id).expect("a typed id").to_string();
        let sql = self.sql().await;
        let row = eventually("a worker holds the call", STEP, async || {
            sql.query_opt(query, &[&id]).await.expect("the call's worker is looked up")
        });
        let address: String = row.await.get(0);
        self.media_ports
            .iter()
            .position(|port| address.ends_with(&format!(":{port}")))
            .unwrap_or_else(|| panic!("{address} is none of {:?}", self.media_ports))
    }

    /// Has RabbitMQ lose for good a job of this kind that nobody has taken yet.
    pub async fn lose(&self, job: Job) {
        let connected = Connection::connect(&self.amqp_url, ConnectionProperties::default());
        let connection = connected.await.expect("RabbitMQ answers");
        let channel = connection.create_channel().await.expect("a channel");
        eventually("a job is lost", STEP, || async {
            let emptied = channel.queue_purge(job.queue().into(), QueuePurgeOptions::default());
            (emptied.await.expect("the queue is emptied") > 0).then_some(())
        })
        .await;
    }

    /// The keys of all objects in the bucket.
    pub async fn objects(&self) -> Vec<String> {
        self.bucket
            .list(String::new(), None)
            .await
            .expect("the bucket lists")
            .into_iter()
            .flat_map(|page| page.contents)
            .map(|object| object.key)
            .collect()
    }

    /// The folder of spools and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn put_proxies(&mut self, environment: &mut [(String, String)]) {
        for (name, value) in environment {
            if name != "DATABASE_URL" && name != "AMQP_URL" {
                continue;
            }
            let (proxy, through) = Proxy::at(value).await;
            *value = through;
            if name == "AMQP_URL" {
                self.broker_proxy = Some(proxy);
            } else {
                self.database_proxy = Some(proxy);
            }
        }
    }

    fn add_api(&mut self, number: usize, mut environment: Vec<(String, String)>) {
        let address = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{address}");
        environment.push(("CORDBOARD_HTTP_ADDR".to_owned(), address));
        environment.push(("CORDBOARD_PUBLIC_URL".to_owned(), base.clone()));
        self.apis.push(self.process(&format!("api-{number}"), "api", &["serve"], environment, &base));
        self.base.push(base);
    }

    fn add_worker(&mut self, number: usize, mut environment: Vec<(String, String)>) {
        let name = format!("media-worker-{number}");
        let metrics = format!("127.0.0.1:{}", free_port());
        let media_port = free_port();
        self.media_ports.push(media_port);
        let spool = self.folder.path().join(format!("{name}-spool"));
        fs::create_dir_all(&spool).expect("a spool folder");
        environment.extend([
            ("CORDBOARD_METRICS_ADDR".to_owned(), metrics.clone()),
            ("CORDBOARD_MEDIA_PORT".to_owned(), media_port.to_string()),
            ("CORDBOARD_SPOOL_DIR".to_owned(), spool.to_string_lossy().into_owned()),
        ]);
        let base = format!("http://{metrics}");
        self.workers.push(self.process(&name, "media-worker", &["run"], environment, &base));
        self.metrics.push(base);
    }

    fn add_scheduler(&mut self, number: usize, mut environment: Vec<(String, String)>) {
        let metrics = format!("127.0.0.1:{}", free_port());
        environment.push(("CORDBOARD_METRICS_ADDR".to_owned(), metrics.clone()));
        let base = format!("http://{metrics}");
        let name = format!("scheduler-{number}");
        self.schedulers.push(self.process(&name, "scheduler", &[], environment, &base));
        self.metrics.push(base);
    }

    fn process(
        &self,
        name: &str,
        program: &str,
        arguments: &[&str],
        environment: Vec<(String, String)>,
        base: &str,
    ) -> Process {
        Process::new(Start {
            name,
            binary: binaries().join(program),
            arguments,
            environment,
            folder: self.folder.path(),
            ready: format!("{base}/readyz"),
        })
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.apis.clear();
        self.workers.clear();
        self.schedulers.clear();
        if std::env::var_os("CORDBOARD_TEST_KEEP").is_some() {
            let kept = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a temporary folder"));
            eprintln!("kept: {}", kept.keep().display());
        }
        self.servers.forget_virtual_host(&self.names.virtual_host);
        sql::drop_database(&self.names.admin_url, &self.names.database);
    }
}
