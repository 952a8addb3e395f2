//! Addresses that are good for a while: signed, not stored, so that a list of a hundred of them writes nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::Platform;

/// Id, expiry in seconds, signature.
const TOKEN: usize = 16 + 8 + 32;
/// Expiries stand on whole quarters of an hour: a list that is read again gives the same addresses, which browsers have kept.
const ROUNDED: i64 = 900;

impl Platform {
    /// What only this installation can say of a body; the label says of which kind it is.
    pub(crate) fn link_signature(&self, label: &str, body: &[u8]) -> Hmac<Sha256> {
        let key = self.config.secret.derive(label);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(body);
        mac
    }

    /// A token for something; the label says of which kind.
    pub(crate) fn timed_token(&self, label: &str, id: Uuid, lasts: TimeDelta) -> String {
        let until = (self.clock.now() + lasts).timestamp();
        let until = (until / ROUNDED + 1) * ROUNDED;
        let body = [id.as_bytes().as_slice(), &until.to_be_bytes()].concat();
        let signature = self.link_signature(label, &body).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([body.as_slice(), &signature].concat())
    }

    /// What a token of that label is for; none when it is no token of ours or too old.
    pub(crate) fn id_of_timed_token(&self, label: &str, token: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == TOKEN)?;
        let (body, signature) = bytes.split_at(24);
        self.link_signature(label, body).verify_slice(signature).ok()?;
        let (id, until) = body.split_at(16);
        let until = i64::from_be_bytes(until.try_into().ok()?);
        if until > self.clock.now().timestamp() { Uuid::from_slice(id).ok() } else { None }
    }
}
