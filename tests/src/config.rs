//! A configuration for tests of the domain alone: what isn't given leads nowhere.

use domain::config::Config;

/// # Panics
/// When a setting isn't a good one.
pub fn config(settings: &[(&str, &str)]) -> Config {
    let nowhere = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none"),
        ("AMQP_URL", "amqp://nobody@127.0.0.1:9"),
        ("S3_ENDPOINT", "http://127.0.0.1:9"),
        ("S3_REGION", "none"),
        ("S3_BUCKET", "none"),
        ("S3_ACCESS_KEY_ID", "none"),
        ("S3_SECRET_ACCESS_KEY", "none"),
        ("CORDBOARD_SECRET", "0123456789abcdef0123456789abcdef"),
    ];
    let find = |name: &str| settings.iter().chain(&nowhere).find(|(set, _)| *set == name);
    Config::from_lookup(&|name| find(name).map(|(_, value)| (*value).to_owned())).expect("a configuration")
}
