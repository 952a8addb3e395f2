//! Addresses that go out of the house.

use domain::config::Config;

use super::scalars::Url;

/// The page on which a contact joins.
pub fn join_url(config: &Config, token: &str) -> Url {
    let mut url = config.public_url.clone();
    url.set_path(&format!("/join/{token}"));
    Url(url)
}
