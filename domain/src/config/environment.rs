//! Which variable makes which field, its default, and what it should be.

use std::{net::Ipv4Addr, str::FromStr, time::Duration};

use url::Url;

use super::{
    Config, ConfigError, Log, MOST_SHARDS, Media, S3Config, Secret, Tls, TrustedProxies, network,
    reader::Reader,
};

const CONSENT_WORDING: &str =
    "This call is recorded so that we can look up later what was said. Do you agree?";
const VOICEMAIL_WORDING: &str =
    "Your message is recorded and kept, so that we can listen to it and call you back.";

impl Config {
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(&|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Reads the variables through `lookup`, so that tests needn't change the environment.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut read = Reader::new(lookup);
        let config = Self {
            database_url: read.required("DATABASE_URL", "a postgres:// URL", |text| {
                has_scheme(text, &["postgres", "postgresql"])
            }),
            database_pool: read.number("CORDBOARD_DATABASE_POOL", 16, 1..=1000),
            statement_timeout: Duration::from_millis(read.number(
                "CORDBOARD_STATEMENT_TIMEOUT_MS",
                5000,
                100..=600_000,
            )),
            amqp_url: read.required("AMQP_URL", "an amqp:// or amqps:// URL", |text| {
                lapin::uri::AMQPUri::from_str(text).is_ok()
            }),
            s3: S3Config {
                endpoint: read.required("S3_ENDPOINT", "an http:// or https:// URL", |text| {
                    has_scheme(text, &["http", "https"])
                }),
                region: read.required("S3_REGION", "a region's name", |_| true),
                bucket: read.required("S3_BUCKET", "the name of a bucket that exists", |_| true),
                access_key_id: read.required("S3_ACCESS_KEY_ID", "an access key's id", |_| true),
                secret_access_key: read.required("S3_SECRET_ACCESS_KEY", "a secret access key", |_| true),
                path_style: read.flag("S3_PATH_STYLE", true),
            },
            secret: Secret::new(read.required("CORDBOARD_SECRET", "at least 32 random characters", |text| {
                text.chars().count() >= 32
            })),
            http_addr: read
                .parsed("CORDBOARD_HTTP_ADDR", "127.0.0.1:8080", ADDRESS_AND_PORT, |text| text.parse().ok()),
            trusted_proxies: read
                .optional(
                    "CORDBOARD_TRUSTED_PROXIES",
                    "IP addresses and networks such as 10.0.0.0/8, separated by commas",
                    |text| {
                        let networks: Option<Vec<_>> = list(text).map(|network| network.parse().ok()).collect();
                        networks.map(TrustedProxies::new)
                    },
                )
                .unwrap_or_default(),
            public_url: read.parsed(
                "CORDBOARD_PUBLIC_URL",
                "http://localhost:8080",
                "an http:// or https:// URL",
                |text| Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")),
            ),
            console_dir: read.text("CORDBOARD_CONSOLE_DIR", "console/dist").into(),
            tls: read
                .both("CORDBOARD_TLS_CERT", "CORDBOARD_TLS_KEY")
                .map(|(cert, key)| Tls { cert: cert.into(), key: key.into() }),
            metrics_addr: read.optional("CORDBOARD_METRICS_ADDR", ADDRESS_AND_PORT, |text| text.parse().ok()),
            media: Media {
                port: read.number("CORDBOARD_MEDIA_PORT", 40_000, 1..=u64::from(u16::MAX)),
                addresses: read
                    .optional("CORDBOARD_MEDIA_ADDRESSES", "IPv4 addresses separated by commas", |text| {
                        let addresses: Option<Vec<Ipv4Addr>> =
                            list(text).map(|address| address.parse().ok()).collect();
                        addresses.filter(|addresses| !addresses.is_empty())
                    })
                    .unwrap_or_else(network::local_addresses),
                shards: read.number("CORDBOARD_MEDIA_SHARDS", cores().min(MOST_SHARDS), 1..=MOST_SHARDS),
                capacity: read.number("CORDBOARD_WORKER_CAPACITY", 200, 2..=100_000),
                spool_dir: read.text("CORDBOARD_SPOOL_DIR", "./spool").into(),
            },
            ring: Duration::from_secs(read.number("CORDBOARD_RING_SECONDS", 45, 1..=3600)),
            record_calls: read.flag("CORDBOARD_RECORD_CALLS", true),
            consent_policy: read.parsed(
                "CORDBOARD_CONSENT_POLICY",
                "ALL_PARTIES",
                "ALL_PARTIES, ONE_PARTY or NONE",
                |text| text.parse().ok(),
            ),
            consent_wording: read.text("CORDBOARD_CONSENT_WORDING", CONSENT_WORDING),
            monitoring_visible: read.flag("CORDBOARD_MONITORING_VISIBLE", false),
            voicemail_wording: read.text("CORDBOARD_VOICEMAIL_WORDING", VOICEMAIL_WORDING),
            ice_servers: read
                .optional(
                    "CORDBOARD_ICE_SERVERS",
                    "stun: or stuns: URLs separated by commas (TURN needs credentials, which cannot be given yet)",
                    |text| {
                        list(text)
                            .map(|url| has_scheme(url, &["stun", "stuns"]).then(|| url.to_owned()))
                            .collect()
                    },
                )
                .unwrap_or_default(),
            log: Log {
                filter: read.parsed(
                    "CORDBOARD_LOG",
                    "info",
                    "tracing directives such as info,domain=debug",
                    |text| tracing_subscriber::EnvFilter::try_new(text).is_ok().then(|| text.to_owned()),
                ),
                format: read.parsed("CORDBOARD_LOG_FORMAT", "text", "text or json", |text| text.parse().ok()),
            },
        };
        read.finish().map(|()| config)
    }
}

const ADDRESS_AND_PORT: &str = "an IP address and port such as 127.0.0.1:8080";

fn has_scheme(text: &str, schemes: &[&str]) -> bool {
    Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()))
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}
