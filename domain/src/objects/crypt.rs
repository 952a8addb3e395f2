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

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    ops::Range,
    path::Path,
};

use aes_gcm::{AeadInPlace, Aes256Gcm, KeyInit, Nonce, Tag};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::config::Secret;

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

/// The key of one recording. Its objects become unreadable with it: erasure is forgetting the wrapped key.
#[derive(Clone)]
pub struct DataKey([u8; 32]);

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
        let (nonce, rest) = wrapped
            .split_first_chunk::<12>()
            .ok_or(CryptError::Refused)?;
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

    fn object_cipher(&self, salt: &[u8; HEADER_LEN as usize], object_key: &str) -> Aes256Gcm {
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

fn chunk_nonce(index: u64, last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&index.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

/// Opens a sealed chunk in place and leaves its plaintext.
fn open_chunk(
    cipher: &Aes256Gcm,
    index: u64,
    last: bool,
    chunk: &mut Vec<u8>,
) -> Result<(), CryptError> {
    let text_len = chunk
        .len()
        .checked_sub(TAG_LEN as usize)
        .ok_or(CryptError::Refused)?;
    let tag = *Tag::from_slice(&chunk[text_len..]);
    chunk.truncate(text_len);
    cipher
        .decrypt_in_place_detached(&Nonce::from(chunk_nonce(index, last)), b"", chunk, &tag)
        .map_err(|_| CryptError::Refused)
}

/// What a finished [`Encryptor`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Length of the encrypted object.
    pub bytes: u64,
    /// SHA-256 of the encrypted object.
    pub sha256: [u8; 32],
}

/// Encrypts what is written to it. Dropped without [`Encryptor::finish`] it leaves an object that doesn't open.
pub struct Encryptor<W: Write> {
    out: W,
    cipher: Aes256Gcm,
    /// Plaintext of the chunk at `index`; a full one waits here until it is known whether it is the last.
    chunk: Vec<u8>,
    index: u64,
    bytes: u64,
    digest: Sha256,
}

impl<W: Write> Encryptor<W> {
    /// `object_key` is the name the object will have in the bucket: it opens under no other.
    pub fn new(data_key: &DataKey, object_key: &str, mut out: W) -> io::Result<Self> {
        let salt: [u8; HEADER_LEN as usize] = rand::random();
        out.write_all(&salt)?;
        Ok(Self {
            out,
            cipher: data_key.object_cipher(&salt, object_key),
            chunk: Vec::with_capacity(SEALED_CHUNK_LEN as usize),
            index: 0,
            bytes: HEADER_LEN,
            digest: Sha256::new_with_prefix(salt),
        })
    }

    /// Writes the last chunk, flushes, and hands the writer back.
    pub fn finish(mut self) -> io::Result<(W, Sealed)> {
        self.seal(true)?;
        self.out.flush()?;
        Ok((
            self.out,
            Sealed {
                bytes: self.bytes,
                sha256: self.digest.finalize().into(),
            },
        ))
    }

    /// Bytes of ciphertext handed on so far.
    pub fn bytes_written(&self) -> u64 {
        self.bytes
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let tag = self
            .cipher
            .encrypt_in_place_detached(
                &Nonce::from(chunk_nonce(self.index, last)),
                b"",
                &mut self.chunk,
            )
            .map_err(|_| io::Error::other("a chunk exceeds AES-GCM's limit"))?;
        self.chunk.extend_from_slice(&tag);
        self.digest.update(&self.chunk);
        self.out.write_all(&self.chunk)?;
        self.bytes += self.chunk.len() as u64;
        self.chunk.clear();
        self.index += 1;
        Ok(())
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, plaintext: &[u8]) -> io::Result<usize> {
        if plaintext.is_empty() {
            return Ok(0);
        }
        if self.chunk.len() == CHUNK_LEN as usize {
            self.seal(false)?;
        }
        let taken = plaintext.len().min(CHUNK_LEN as usize - self.chunk.len());
        self.chunk.extend_from_slice(&plaintext[..taken]);
        Ok(taken)
    }

    /// Full chunks reach the writer; the open one can't, it may be the last.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Encrypts a whole stream.
pub fn encrypt<W: Write>(
    data_key: &DataKey,
    object_key: &str,
    mut from: impl Read,
    to: W,
) -> io::Result<(W, Sealed)> {
    let mut encryptor = Encryptor::new(data_key, object_key, to)?;
    io::copy(&mut from, &mut encryptor)?;
    encryptor.finish()
}

/// Decrypts a whole stream and answers the length of the plaintext. Every chunk is authenticated before it is written; an
/// error still means that what was written is worthless (the end may be missing).
pub fn decrypt(
    data_key: &DataKey,
    object_key: &str,
    mut from: impl Read,
    to: &mut impl Write,
) -> Result<u64, CryptError> {
    let mut salt = [0; HEADER_LEN as usize];
    from.read_exact(&mut salt).map_err(end_means_refused)?;
    let cipher = data_key.object_cipher(&salt, object_key);
    let mut chunk = read_up_to(&mut from, SEALED_CHUNK_LEN)?;
    let mut written = 0;
    for index in 0.. {
        let next = if chunk.len() as u64 == SEALED_CHUNK_LEN {
            read_up_to(&mut from, SEALED_CHUNK_LEN)?
        } else {
            Vec::new()
        };
        let last = next.is_empty();
        open_chunk(&cipher, index, last, &mut chunk)?;
        to.write_all(&chunk)?;
        written += chunk.len() as u64;
        if last {
            break;
        }
        chunk = next;
    }
    Ok(written)
}

fn end_means_refused(error: io::Error) -> CryptError {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        CryptError::Refused
    } else {
        CryptError::Io(error)
    }
}

fn read_up_to(from: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(limit as usize);
    from.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Encrypts a file into another. Blocking: call it off the async threads.
pub fn encrypt_file(
    data_key: &DataKey,
    object_key: &str,
    from: &Path,
    to: &Path,
) -> io::Result<Sealed> {
    let out = BufWriter::new(File::create(to)?);
    let (out, sealed) = encrypt(data_key, object_key, File::open(from)?, out)?;
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(sealed)
}

/// Decrypts a file into another, which is gone again if the object doesn't open. Blocking.
pub fn decrypt_file(
    data_key: &DataKey,
    object_key: &str,
    from: &Path,
    to: &Path,
) -> Result<u64, CryptError> {
    let decrypted = decrypt_into_new(data_key, object_key, from, to);
    if decrypted.is_err() {
        // A failed removal is no news: what matters to the caller is why the object doesn't open.
        let _ = std::fs::remove_file(to);
    }
    decrypted
}

fn decrypt_into_new(
    data_key: &DataKey,
    object_key: &str,
    from: &Path,
    to: &Path,
) -> Result<u64, CryptError> {
    let mut out = BufWriter::new(File::create(to)?);
    let len = decrypt(
        data_key,
        object_key,
        BufReader::new(File::open(from)?),
        &mut out,
    )?;
    out.flush()?;
    Ok(len)
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

/// The bytes of the encrypted object to fetch for a range of the plaintext: whole chunks, and the object's first
/// [`HEADER_LEN`] bytes are needed besides.
pub fn cipher_range(plain: &Range<u64>, cipher_len: u64) -> Result<Range<u64>, CryptError> {
    let len = plain_len(cipher_len)?;
    if plain.start >= plain.end || plain.end > len {
        return Err(CryptError::Range {
            range: plain.clone(),
            len,
        });
    }
    let first = plain.start / CHUNK_LEN;
    let end = plain.end.div_ceil(CHUNK_LEN);
    Ok(
        HEADER_LEN + first * SEALED_CHUNK_LEN
            ..(HEADER_LEN + end * SEALED_CHUNK_LEN).min(cipher_len),
    )
}

/// Decrypts a range of the plaintext. `chunks` are the bytes of [`cipher_range`], `cipher_len` the whole object's length.
pub fn decrypt_range(
    data_key: &DataKey,
    object_key: &str,
    header: &[u8; HEADER_LEN as usize],
    cipher_len: u64,
    plain: &Range<u64>,
    chunks: &[u8],
) -> Result<Vec<u8>, CryptError> {
    let fetched = cipher_range(plain, cipher_len)?;
    if chunks.len() as u64 != fetched.end - fetched.start {
        return Err(CryptError::Refused);
    }
    let cipher = data_key.object_cipher(header, object_key);
    let first = plain.start / CHUNK_LEN;
    let final_index = (cipher_len - HEADER_LEN).div_ceil(SEALED_CHUNK_LEN) - 1;
    let mut text = Vec::with_capacity(chunks.len());
    for (index, sealed) in (first..).zip(chunks.chunks(SEALED_CHUNK_LEN as usize)) {
        let mut chunk = sealed.to_vec();
        open_chunk(&cipher, index, index == final_index, &mut chunk)?;
        text.extend_from_slice(&chunk);
    }
    let skip = (plain.start - first * CHUNK_LEN) as usize;
    text.drain(..skip);
    text.truncate((plain.end - plain.start) as usize);
    Ok(text)
}

#[cfg(test)]
mod tests;
