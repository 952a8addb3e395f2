//! The shard's number stands in the first letter of every local ufrag, so that a connectivity check
//! finds its shard without asking anybody.
//!
//! rtc draws ICE credentials from its random source, 64 bytes a draw, and reuses what the
//! settings name when ICE restarts (RFC 8445, section 9, wants new ones). So the number goes in
//! where the letters come from: our source sets the first byte of such a draw.

use std::sync::Arc;

use rtc::crypto::{CryptoError, RTCCrypto, RTCCryptoProvider, RTCRandom};

/// rtc's alphabet for credentials has 52 letters: one names a shard.
pub(super) const MOST_SHARDS: usize = 52;
const CREDENTIAL_DRAW: usize = 64;

pub(super) struct ShardCrypto {
    inner: Arc<dyn RTCCryptoProvider>,
    shard: u8,
}

impl ShardCrypto {
    pub fn new(shard: usize) -> Result<Arc<ShardCrypto>, CryptoError> {
        let shard = u8::try_from(shard % MOST_SHARDS).unwrap_or(0);
        Ok(Arc::new(ShardCrypto { inner: rtc::crypto::default_provider()?, shard }))
    }
}

impl RTCCryptoProvider for ShardCrypto {
    fn name(&self) -> &'static str {
        "shard"
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self.inner.crypto()
    }

    fn random(&self) -> &dyn RTCRandom {
        self
    }
}

impl RTCRandom for ShardCrypto {
    fn fill(&self, output: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.random().fill(output)?;
        if let [first, rest @ ..] = output
            && rest.len() + 1 == CREDENTIAL_DRAW
        {
            *first = self.shard;
        }
        Ok(())
    }
}

/// The shard a ufrag of ours names.
pub(super) fn shard_of(ufrag: &str) -> Option<usize> {
    match ufrag.bytes().next()? {
        letter @ b'a'..=b'z' => Some(usize::from(letter - b'a')),
        letter @ b'A'..=b'Z' => Some(usize::from(letter - b'A') + 26),
        _ => None,
    }
}
