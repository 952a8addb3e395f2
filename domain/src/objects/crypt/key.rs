//! Data keys, and how a row holds one.

use std::fmt;

use aes_gcm::{AeadInPlace, Aes256Gcm, KeyInit, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha256;

use super::{CryptError, HEADER_LEN};
use crate::config::Secret;

/// The key of one recording. Its objects become unreadable with it: erasure is forgetting the wrapped key.
#[derive(Clone)]
pub struct DataKey(pub(super) [u8; 32]);

impl DataKey {
    pub fn generate() -> Self {
        Self(rand::random())
    }

    /// The form a row may hold: sealed under a key derived from the installation's secret.
    pub fn wrap(&self, secret: &Secret) -> Vec<u8> {
        let nonce: [u8; 12] = rand::random();
        let mut sealed = self.0;
        let tag = wrapping_cipher(secret)
            .encrypt_in_place_detached(&Nonce::from(nonce), WRAP_LABEL.as_bytes(), &mut sealed)
            .expect("32 bytes are within AES-GCM's limit");
        [nonce.as_slice(), &sealed, tag.as_slice()].concat()
    }

    pub fn unwrap(wrapped: &[u8], secret: &Secret) -> Result<Self, CryptError> {
        let (nonce, rest) = wrapped.split_first_chunk::<12>().ok_or(CryptError::Refused)?;
        let (sealed, tag) = rest.split_last_chunk::<16>().ok_or(CryptError::Refused)?;
        let mut key: [u8; 32] = sealed.try_into().map_err(|_| CryptError::Refused)?;
        wrapping_cipher(secret)
            .decrypt_in_place_detached(
                &Nonce::from(*nonce),
                WRAP_LABEL.as_bytes(),
                &mut key,
                &Tag::from(*tag),
            )
            .map_err(|_| CryptError::Refused)?;
        Ok(Self(key))
    }

    pub(super) fn object_cipher(&self, salt: &[u8; HEADER_LEN as usize], object_key: &str) -> Aes256Gcm {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(salt), &self.0)
            .expand_multi_info(&[b"cordboard object v1", object_key.as_bytes()], &mut key)
            .expect("32 bytes are within HKDF's limit");
        Aes256Gcm::new(&key.into())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey(…)")
    }
}

const WRAP_LABEL: &str = "cordboard data key v1";

fn wrapping_cipher(secret: &Secret) -> Aes256Gcm {
    Aes256Gcm::new(&secret.derive(WRAP_LABEL).into())
}
