//! Reading encrypted objects, whole or a range.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    ops::Range,
    path::Path,
};

use super::{CHUNK_LEN, CryptError, DataKey, HEADER_LEN, SEALED_CHUNK_LEN, open_chunk, plain_len};

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
    if error.kind() == io::ErrorKind::UnexpectedEof { CryptError::Refused } else { CryptError::Io(error) }
}

fn read_up_to(from: &mut impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(limit as usize);
    from.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Decrypts a file into another, which is gone again if the object doesn't open. Blocking.
pub fn decrypt_file(data_key: &DataKey, object_key: &str, from: &Path, to: &Path) -> Result<u64, CryptError> {
    let decrypted = decrypt_into_new(data_key, object_key, from, to);
    if decrypted.is_err() {
        // A failed removal is no news: what matters to the caller is why the object doesn't open.
        let _ = std::fs::remove_file(to);
    }
    decrypted
}

fn decrypt_into_new(data_key: &DataKey, object_key: &str, from: &Path, to: &Path) -> Result<u64, CryptError> {
    let mut out = BufWriter::new(File::create(to)?);
    let len = decrypt(data_key, object_key, BufReader::new(File::open(from)?), &mut out)?;
    out.flush()?;
    Ok(len)
}

/// The bytes of the encrypted object to fetch for a range of the plaintext: whole chunks, and the object's first
/// [`HEADER_LEN`] bytes are needed besides.
pub fn cipher_range(plain: &Range<u64>, cipher_len: u64) -> Result<Range<u64>, CryptError> {
    let len = plain_len(cipher_len)?;
    if plain.start >= plain.end || plain.end > len {
        return Err(CryptError::Range { range: plain.clone(), len });
    }
    let first = plain.start / CHUNK_LEN;
    let end = plain.end.div_ceil(CHUNK_LEN);
    Ok(HEADER_LEN + first * SEALED_CHUNK_LEN..(HEADER_LEN + end * SEALED_CHUNK_LEN).min(cipher_len))
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
