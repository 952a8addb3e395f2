use std::collections::HashMap;

use super::*;

const REQUIRED: [(&str, &str); 8] = [
    ("DATABASE_URL", "postgres://writer:pass-of-database@db:5433/cordboard"),
    ("AMQP_URL", "amqp://worker:pass-of-broker@broker:5673/vhost"),
    ("S3_ENDPOINT", "http://127.0.0.1:9000"),
    ("S3_REGION", "us-east-1"),
    ("S3_BUCKET", "cordboard"),
    ("S3_ACCESS_KEY_ID", "key"),
    ("S3_SECRET_ACCESS_KEY", "pass-of-store"),
    ("CORDBOARD_SECRET", "pass-of-installation-0123456789abcdef"),
];

fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: HashMap<&str, &str> = REQUIRED.into_iter().chain(changes.iter().copied()).collect();
    Config::from_lookup(&|name| variables.get(name).map(|value| (*value).to_owned()))
}

fn wrong_ones(error: ConfigError) -> Vec<&'static str> {
    error.problems.into_iter().map(|problem| problem.variable).collect()
}

#[test]
fn the_required_ones_suffice() {
    let config = read(&[]).unwrap();
    assert_eq!(config.http_addr.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.as_str(), "http://localhost:8080/");
    assert_eq!((config.ring.as_secs(), config.statement_timeout.as_millis()), (45, 5000));
    assert_eq!(config.consent_policy, ConsentPolicy::AllParties);
    assert_eq!(config.media.addresses[0].to_string(), "127.0.0.1");
    assert!(
        config.s3.path_style && config.record_calls && config.tls.is_none() && config.ice_servers.is_empty()
    );
}

#[test]
fn lists_and_choices_are_read() {
    let config = read(&[
        ("CORDBOARD_MEDIA_ADDRESSES", "192.0.2.7, 198.51.100.1"),
        ("CORDBOARD_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("CORDBOARD_ICE_SERVERS", "stun:stun.example.com:3478,stuns:stun.example.org"),
        ("CORDBOARD_CONSENT_POLICY", "ONE_PARTY"),
        ("CORDBOARD_LOG_FORMAT", "json"),
        ("CORDBOARD_TLS_CERT", "/tls/cert.pem"),
        ("CORDBOARD_TLS_KEY", "/tls/key.pem"),
        ("S3_PATH_STYLE", "false"),
    ])
    .unwrap();
    assert_eq!(config.media.addresses.len(), 2);
    let visitor: std::net::IpAddr = "192.0.2.7".parse().unwrap();
    assert_eq!(
        config.trusted_proxies.origin("10.1.2.3".parse().unwrap(), ["192.0.2.7"].into_iter()),
        visitor
    );
    assert_eq!(config.ice_servers, ["stun:stun.example.com:3478", "stuns:stun.example.org"]);
    assert_eq!(config.consent_policy, ConsentPolicy::OneParty);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.tls.unwrap().key, PathBuf::from("/tls/key.pem"));
    assert!(!config.s3.path_style);
}

#[test]
fn everything_missing_is_named_at_once() {
    let error = Config::from_lookup(&|_| None).unwrap_err();
    assert_eq!(wrong_ones(error), REQUIRED.map(|(name, _)| name));
}

#[test]
fn every_wrong_value_is_named_with_what_it_should_be() {
    let wrong = [
        ("DATABASE_URL", "mysql://db"),
        ("AMQP_URL", "broker"),
        ("S3_ENDPOINT", "minio:9000"),
        ("CORDBOARD_SECRET", "short"),
        ("CORDBOARD_HTTP_ADDR", "localhost"),
        ("CORDBOARD_TRUSTED_PROXIES", "10.0.0.0/8,proxy.example.com"),
        ("CORDBOARD_TLS_CERT", "/tls/cert.pem"),
        ("CORDBOARD_MEDIA_PORT", "70000"),
        ("CORDBOARD_MEDIA_ADDRESSES", "192.0.2.7,2001:db8::1"),
        ("CORDBOARD_MEDIA_SHARDS", "53"),
        ("CORDBOARD_RING_SECONDS", "0"),
        ("CORDBOARD_RECORD_CALLS", "maybe"),
        ("CORDBOARD_CONSENT_POLICY", "all"),
        ("CORDBOARD_ICE_SERVERS", "http://stun"),
        ("CORDBOARD_LOG", "domain=loud"),
    ];
    let error = read(&wrong).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("CORDBOARD_MEDIA_PORT is wrong; it should be a number from 1 to 65535"), "{text}");
    assert!(
        text.contains("CORDBOARD_TLS_KEY is missing; it should be set, since CORDBOARD_TLS_CERT is"),
        "{text}"
    );
    assert!(!text.contains("short") && !text.contains("mysql"), "{text}");
    let named = wrong.map(|(name, _)| if name == "CORDBOARD_TLS_CERT" { "CORDBOARD_TLS_KEY" } else { name });
    assert_eq!(wrong_ones(error), named);
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    assert_eq!(read(&[("CORDBOARD_RING_SECONDS", " ")]).unwrap().ring.as_secs(), 45);
    assert_eq!(wrong_ones(read(&[("S3_BUCKET", "")]).unwrap_err()), ["S3_BUCKET"]);
}

#[test]
fn debug_prints_no_secret() {
    let printed = format!("{:?}", read(&[]).unwrap());
    assert!(
        printed.contains("postgres://db:5433/cordboard") && printed.contains("amqp://broker:5673/vhost"),
        "{printed}"
    );
    assert!(!printed.contains("pass-of"), "{printed}");
}

#[test]
fn every_label_has_a_key_of_its_own() {
    let secret = Secret::new("0123456789abcdef0123456789abcdef");
    assert_ne!(secret.derive("one"), secret.derive("other"));
    assert_eq!(secret.derive("one"), Secret::new("0123456789abcdef0123456789abcdef").derive("one"));
}
