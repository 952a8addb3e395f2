//! Objects at rest are encrypted before they reach a disk or the object store.
//!
//! The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015; as in Google Tink): 64 KiB chunks of plaintext, each
//! sealed by AES-256-GCM under a nonce of chunk index and last-chunk flag, so that chunks can be read alone, and an object
//! that was altered, cut short, reordered or put in another's place doesn't open.
//!
//! ```text
//! object = salt (32 bytes), chunk 0, chunk 1, …, last chunk        chunk = ciphertext (64 KiB, the last 0–64 KiB), tag (16)
//! key    = HKDF-SHA256(data key, salt, "cordboard object v1" + object key)
//! nonce  = 000 + chunk index (8 bytes, big endian) + 1 if last else 0
//! ```
//!
//! The salt makes a second writing of the same object harmless: nonces never repeat under one key.

mod key;
mod open;
mod seal;

use std::{io, ops::Range};

use aes_gcm::{AeadInPlace, Aes256Gcm, Nonce, Tag};

pub use self::{
    key::DataKey,
    open::{cipher_range, decrypt, decrypt_file, decrypt_range},
    seal::{Encryptor, Sealed, encrypt, encrypt_file},
};

/// Bytes of the salt that stands before the first chunk.
pub const HEADER_LEN: u64 = 32;
/// Bytes of plaintext in every chunk but the last.
pub const CHUNK_LEN: u64 = 64 * 1024;
const TAG_LEN: u64 = 16;
const SEALED_CHUNK_LEN: u64 = CHUNK_LEN + TAG_LEN;

#[derive(Debug, thiserror::Error)]
pub enum CryptError {
    /// The key is another's, or the bytes aren't the ones that were written under this name.
    #[error("the object was altered, cut short, or belongs to another key")]
    Refused,
    /// No object this format makes has that many bytes.
    #[error("{0} bytes are no encrypted object")]
    Length(u64),
    #[error("byte range {}..{} lies outside the object's {len} bytes", range.start, range.end)]
    Range { range: Range<u64>, len: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn chunk_nonce(index: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&index.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// Opens a sealed chunk in place and leaves its plaintext.
fn open_chunk(cipher: &Aes256Gcm, index: u64, last: bool, chunk: &mut Vec<u8>) -> Result<(), CryptError> {
    let text_len = chunk.len().checked_sub(TAG_LEN as usize).ok_or(CryptError::Refused)?;
    let tag = *Tag::from_slice(&chunk[text_len..]);
    chunk.truncate(text_len);
    cipher
        .decrypt_in_place_detached(&Nonce::from(chunk_nonce(index, last)), b"", chunk, &tag)
        .map_err(|_| CryptError::Refused)
}

/// Length of the encrypted object for a plaintext of that length.
pub fn cipher_len(plain_len: u64) -> u64 {
    HEADER_LEN + plain_len + plain_len.div_ceil(CHUNK_LEN).max(1) * TAG_LEN
}

/// Length of the plaintext in an encrypted object of that length.
pub fn plain_len(cipher_len: u64) -> Result<u64, CryptError> {
    let wrong = CryptError::Length(cipher_len);
    let Some(body) = cipher_len.checked_sub(HEADER_LEN) else {
        return Err(wrong);
    };
    let chunks = body.div_ceil(SEALED_CHUNK_LEN);
    match body.checked_sub(chunks * TAG_LEN) {
        // Only an empty object has an empty chunk.
        Some(plain) if chunks > 0 && (chunks == 1 || plain > (chunks - 1) * CHUNK_LEN) => Ok(plain),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests;
