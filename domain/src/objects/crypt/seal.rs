//! Writing encrypted objects.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use aes_gcm::{AeadInPlace, Aes256Gcm, Nonce};
use sha2::{Digest, Sha256};

use super::{CHUNK_LEN, DataKey, HEADER_LEN, SEALED_CHUNK_LEN, chunk_nonce};

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
        Ok((self.out, Sealed { bytes: self.bytes, sha256: self.digest.finalize().into() }))
    }

    /// Bytes of ciphertext handed on so far.
    pub fn bytes_written(&self) -> u64 {
        self.bytes
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let tag = self
            .cipher
            .encrypt_in_place_detached(&Nonce::from(chunk_nonce(self.index, last)), b"", &mut self.chunk)
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

/// Encrypts a file into another. Blocking: call it off the async threads.
pub fn encrypt_file(data_key: &DataKey, object_key: &str, from: &Path, to: &Path) -> io::Result<Sealed> {
    let out = BufWriter::new(File::create(to)?);
    let (out, sealed) = encrypt(data_key, object_key, File::open(from)?, out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(sealed)
}
