//! Reading any range of an encrypted object: what playback stands on.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{Stream, stream};

use super::{
    ObjectError, Objects,
    crypt::{self, CHUNK_LEN, DataKey, HEADER_LEN},
};

/// An encrypted object, as a row names it: what a browser may be given.
#[derive(Debug, Clone)]
pub struct SealedFile {
    pub key: String,
    pub content_type: String,
    /// Before encryption.
    pub bytes: i64,
    /// Wrapped.
    pub data_key: Vec<u8>,
}

/// Plaintext a stream fetches at once: sixteen chunks.
const WINDOW: u64 = 16 * CHUNK_LEN;

/// An encrypted object whose header was read, so that each range costs one request.
#[derive(Clone)]
pub struct EncryptedObject {
    objects: Objects,
    key: String,
    data_key: DataKey,
    header: [u8; HEADER_LEN as usize],
    cipher_len: u64,
    plain_len: u64,
}

impl Objects {
    /// `cipher_len` is the stored object's length as the row has it: a store that shortened it is found out.
    pub async fn open_encrypted(
        &self,
        key: &str,
        data_key: &DataKey,
        cipher_len: u64,
    ) -> Result<EncryptedObject, ObjectError> {
        let plain_len = crypt::plain_len(cipher_len)?;
        let header = self.get_range(key, 0..HEADER_LEN).await?;
        Ok(EncryptedObject {
            objects: self.clone(),
            key: key.to_owned(),
            data_key: data_key.clone(),
            header: header.as_ref().try_into().map_err(|_| crypt::CryptError::Refused)?,
            cipher_len,
            plain_len,
        })
    }
}

impl EncryptedObject {
    /// Length of the plaintext.
    pub fn len(&self) -> u64 {
        self.plain_len
    }

    pub fn is_empty(&self) -> bool {
        self.plain_len == 0
    }

    /// A range of the plaintext, held in memory whole: for more than a few MiB take [`EncryptedObject::stream`].
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes, ObjectError> {
        let fetch = crypt::cipher_range(&range, self.cipher_len)?;
        let chunks = self.objects.get_range(&self.key, fetch).await?;
        let text =
            crypt::decrypt_range(&self.data_key, &self.key, &self.header, self.cipher_len, &range, &chunks)?;
        Ok(text.into())
    }

    /// A range of the plaintext, piece by piece; fetched as fast as it is taken.
    pub fn stream(
        self,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, ObjectError>> + Send + 'static {
        stream::try_unfold((self, range), async |(object, rest)| {
            if rest.is_empty() {
                return Ok(None);
            }
            // Windows end where chunks end, so that no chunk is fetched twice.
            let end = (rest.start / WINDOW * WINDOW + WINDOW).min(rest.end);
            let piece = object.read(rest.start..end).await?;
            Ok(Some((piece, (object, end..rest.end))))
        })
    }
}
