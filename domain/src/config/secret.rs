//! What must never be printed.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use url::Url;

/// The installation's secret. It is never used itself: every purpose has a key derived under its own label.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The key for one purpose (HKDF-SHA256, RFC 5869). A label names purpose and version: "join token v1".
    pub fn derive(&self, label: &str) -> [u8; 32] {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(b"cordboard"), self.0.as_bytes())
            .expand(label.as_bytes(), &mut key)
            .expect("32 bytes are within HKDF's limit");
        key
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The URL as it may be logged: scheme, host, port and path, without user, password and query.
pub fn redact_url(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
        }
        Err(_) => "(no URL)".to_owned(),
    }
}
