//! Addresses that go out of the house.

use domain::config::Config;

use super::scalars::Url;

/// One of this installation's.
pub fn own_url(config: &Config, path: &str) -> Url {
    let mut url = config.public_url.clone();
    url.set_path(path);
    Url(url)
}

/// The page on which a contact joins.
pub fn join_url(config: &Config, token: &str) -> Url {
    own_url(config, &format!("/join/{token}"))
}

/// Where a file is to be PUT.
pub fn upload_url(config: &Config, token: &str) -> Url {
    own_url(config, &format!("/upload/{token}"))
}
