//! The one typed configuration, read from the environment at start.
//!
//! Owns no rows. [`Config::from_env`] finds every wrong variable at once and names each with what it should be; an empty
//! variable counts as unset. `Debug` prints no secret.

mod environment;
mod network;
mod proxies;
mod reader;
mod secret;

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use url::Url;

use crate::text_enum::text_enum;

pub use self::{
    proxies::TrustedProxies,
    reader::{ConfigError, Problem},
    secret::{Secret, redact_url},
};

/// The media engine tells its threads apart by one letter of its ICE credentials, of which there are 52.
const MOST_SHARDS: u64 = 52;

#[derive(Clone)]
pub struct Config {
    /// `DATABASE_URL`, required: the PostgreSQL database, `postgres://user:password@host:port/name`.
    pub database_url: String,
    /// `CORDBOARD_DATABASE_POOL`, 16: connections a process keeps to the database.
    pub database_pool: usize,
    /// `CORDBOARD_STATEMENT_TIMEOUT_MS`, 5000: a statement that takes longer is ended by the database. One that has
    /// no answer five seconds later costs its connection.
    pub statement_timeout: Duration,
    /// `AMQP_URL`, required: RabbitMQ, `amqp://user:password@host:port/vhost` or `amqps://…`.
    pub amqp_url: String,
    pub s3: S3Config,
    /// `CORDBOARD_SECRET`, required, at least 32 characters: every key of the installation is derived from it.
    pub secret: Secret,
    /// `CORDBOARD_HTTP_ADDR`, 127.0.0.1:8080: where the api listens.
    pub http_addr: SocketAddr,
    /// `CORDBOARD_TRUSTED_PROXIES`, none: addresses and networks (`10.0.0.0/8`) of the proxies in front of the api, separated by
    /// commas. Limits go by the address that they give in `X-Forwarded-For`.
    pub trusted_proxies: TrustedProxies,
    /// `CORDBOARD_PUBLIC_URL`, http://localhost:8080: the address people's browsers use; links start with it.
    pub public_url: Url,
    /// `CORDBOARD_CONSOLE_DIR`, console/dist: the built console.
    pub console_dir: PathBuf,
    /// `CORDBOARD_TLS_CERT` and `CORDBOARD_TLS_KEY`, unset: PEM files; with both the api serves HTTPS.
    pub tls: Option<Tls>,
    /// `CORDBOARD_METRICS_ADDR`, worker 127.0.0.1:9101, scheduler 127.0.0.1:9102: where those two serve `/healthz`, `/readyz`
    /// and `/metrics`; the api has them on its own address.
    pub metrics_addr: Option<SocketAddr>,
    pub media: Media,
    /// `CORDBOARD_RING_SECONDS`, 45: a call that nobody answers for so long ends MISSED.
    pub ring: Duration,
    /// `CORDBOARD_RECORD_CALLS`, true: whether calls are recorded (given the consent that the policy asks for).
    pub record_calls: bool,
    /// `CORDBOARD_CONSENT_POLICY`, ALL_PARTIES: who must agree before anything is recorded: ALL_PARTIES, ONE_PARTY or NONE.
    pub consent_policy: ConsentPolicy,
    /// `CORDBOARD_CONSENT_WORDING`, "This call is recorded so that we can look up later what was said. Do you agree?": what a
    /// contact is asked.
    pub consent_wording: String,
    /// `CORDBOARD_MONITORING_VISIBLE`, false: whether agents see a supervisor who listens to their call.
    pub monitoring_visible: bool,
    /// `CORDBOARD_VOICEMAIL_WORDING`, "Your message is recorded and kept, so that we can listen to it and call you back.": what is
    /// read by whoever is about to leave a message.
    pub voicemail_wording: String,
    /// `CORDBOARD_ICE_SERVERS`, none: `stun:` URLs for browsers, separated by commas.
    pub ice_servers: Vec<String>,
    pub log: Log,
}

#[derive(Clone)]
pub struct S3Config {
    /// `S3_ENDPOINT`, required: the S3 server, `https://host:port`.
    pub endpoint: String,
    /// `S3_REGION`, required: the region that requests are signed for (a server of your own takes any, us-east-1 say).
    pub region: String,
    /// `S3_BUCKET`, required: the bucket of all objects; it must exist.
    pub bucket: String,
    /// `S3_ACCESS_KEY_ID`, required.
    pub access_key_id: String,
    /// `S3_SECRET_ACCESS_KEY`, required.
    pub secret_access_key: String,
    /// `S3_PATH_STYLE`, true: the bucket stands in the path (`endpoint/bucket/key`), else in the host name.
    pub path_style: bool,
}

#[derive(Debug, Clone)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Media {
    /// `CORDBOARD_MEDIA_PORT`, 40000: the worker's one UDP port.
    pub port: u16,
    /// `CORDBOARD_MEDIA_ADDRESSES`, 127.0.0.1 and every IPv4 address of this machine: the IPv4 addresses announced to
    /// browsers, separated by commas.
    pub addresses: Vec<Ipv4Addr>,
    /// `CORDBOARD_MEDIA_SHARDS`, the number of cores, 52 at most: threads among which the worker shares its calls.
    pub shards: usize,
    /// `CORDBOARD_WORKER_CAPACITY`, 200: legs a worker takes.
    pub capacity: usize,
    /// `CORDBOARD_SPOOL_DIR`, ./spool: where encrypted recordings wait for their upload.
    pub spool_dir: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Log {
    /// `CORDBOARD_LOG`, info: what is logged, as `tracing`'s directives (`info,domain=debug`).
    pub filter: String,
    /// `CORDBOARD_LOG_FORMAT`, text: text or json.
    pub format: LogFormat,
}

text_enum! { /// How a line of the log looks.
LogFormat { Text = "text", Json = "json", } }
text_enum! { /// Who must agree before a call is recorded.
ConsentPolicy {
    /// Every contact on the call; one refusal ends the recording.
    AllParties = "ALL_PARTIES",
    /// One party, which the agent is by joining.
    OneParty = "ONE_PARTY",
    /// Nobody is asked.
    None = "NONE",
} }

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Config")
            .field("database_url", &redact_url(&self.database_url))
            .field("amqp_url", &redact_url(&self.amqp_url))
            .field("s3", &self.s3)
            .field("http_addr", &self.http_addr)
            .field("public_url", &self.public_url.as_str())
            .field("metrics_addr", &self.metrics_addr)
            .field("media", &self.media)
            .field("record_calls", &self.record_calls)
            .field("consent_policy", &self.consent_policy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for S3Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("S3Config")
            .field("endpoint", &redact_url(&self.endpoint))
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("path_style", &self.path_style)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
