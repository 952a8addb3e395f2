//! Files of any size, with the memory of one part.

use std::path::Path;

use s3::serde_types::Part;
use tokio::{fs::File, io::AsyncReadExt};

use super::{ObjectError, Objects, request};

const MIB: u64 = 1024 * 1024;
/// Up to here a file goes in one request, and beyond in parts of this size. S3 wants parts of at least 5 MiB.
const PART: u64 = 8 * MIB;
/// S3 takes 10,000 parts.
const MOST_PARTS: u64 = 10_000;
const CONTENT_TYPE: &str = "application/octet-stream";

impl Objects {
    /// Uploads a file; with any error there is no such object (or still the one before).
    pub async fn put_file(&self, key: &str, path: &Path) -> Result<(), ObjectError> {
        let mut file = File::open(path).await.map_err(ObjectError::Local)?;
        let len = file.metadata().await.map_err(ObjectError::Local)?.len();
        if len <= PART {
            let content = read_part(&mut file, len).await?;
            return self.put(key, content.into()).await;
        }
        let upload =
            request("multipart_start", || self.short.initiate_multipart_upload(key, CONTENT_TYPE)).await?;
        let stored = self.put_parts(key, &upload.upload_id, &mut file, len).await;
        if stored.is_err() {
            // Parts without an end cost storage until the bucket's own rule removes them: worth one try, not an error of its own.
            if let Err(error) = self.short.abort_upload(key, &upload.upload_id).await {
                tracing::warn!(key, error = %ObjectError::from(error), "an unfinished upload stays behind");
            }
        }
        stored
    }

    async fn put_parts(&self, key: &str, upload: &str, file: &mut File, len: u64) -> Result<(), ObjectError> {
        let part_len = part_len(len);
        let mut parts = Vec::new();
        let mut rest = len;
        for number in 1.. {
            let content = read_part(file, rest.min(part_len)).await?;
            rest -= content.len() as u64;
            let part = request("multipart_part", || {
                self.transfer.put_multipart_chunk(content.clone(), key, number, upload, CONTENT_TYPE)
            })
            .await?;
            parts.push(part);
            if rest == 0 {
                break;
            }
        }
        self.complete(key, upload, parts, len).await
    }

    async fn complete(&self, key: &str, upload: &str, parts: Vec<Part>, len: u64) -> Result<(), ObjectError> {
        let completed =
            request("multipart_end", || self.transfer.complete_multipart_upload(key, upload, parts.clone()))
                .await;
        match completed {
            Ok(_) => Ok(()),
            // The answer to an earlier attempt was lost: the upload is gone because the object is there.
            Err(error) => match request("head", || self.short.head_object(key)).await {
                Ok((head, _)) if head.content_length.is_some_and(|stored| stored as u64 == len) => Ok(()),
                _ => Err(error),
            },
        }
    }
}

fn part_len(len: u64) -> u64 {
    len.div_ceil(MOST_PARTS).next_multiple_of(MIB).max(PART)
}

async fn read_part(file: &mut File, len: u64) -> Result<Vec<u8>, ObjectError> {
    let mut content = vec![0; len as usize];
    file.read_exact(&mut content).await.map_err(ObjectError::Local)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_only_for_files_that_would_need_too_many() {
        assert_eq!(part_len(20 * MIB), PART);
        assert_eq!(part_len(PART * MOST_PARTS), PART);
        let huge = 5 * 1024 * 1024 * MIB;
        assert!(huge.div_ceil(part_len(huge)) <= MOST_PARTS);
    }
}
