//! The object store (any S3): recordings and what is made of them.
//!
//! Owns no rows; objects exist for the platform only where a row names them. Whatever is confidential is encrypted before it
//! comes here ([`crypt`]) and read through [`EncryptedObject`]. Every request has a time limit and is repeated if that may help.

pub mod crypt;
mod encrypted;
mod error;
mod upload;

use std::{
    future::Future,
    ops::Range,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use s3::{Bucket, Region, creds::Credentials, error::S3Error};

pub use self::{
    encrypted::{EncryptedObject, SealedFile},
    error::ObjectError,
};
use crate::{
    config::S3Config,
    retry::{Backoff, retry},
};

/// For requests that carry no body worth mentioning.
const SHORT_LIMIT: Duration = Duration::from_secs(10);
/// For a body of up to a few MiB.
const TRANSFER_LIMIT: Duration = Duration::from_secs(90);
/// Readiness wants an answer, not persistence.
const READY_LIMIT: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 4;
/// Deletions under way at once.
const DELETIONS: usize = 8;

#[derive(Clone)]
pub struct Objects {
    /// For what is short, and for what transfers an object's content.
    short: Box<Bucket>,
    transfer: Box<Bucket>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEntry {
    pub key: String,
    pub bytes: u64,
}

impl Objects {
    /// Makes no request: [`Objects::is_ready`] says whether the store answers.
    pub fn new(config: &S3Config) -> Result<Self, ObjectError> {
        // One retry helper in the house, ours.
        s3::set_retries(0);
        let credentials =
            Credentials::new(Some(&config.access_key_id), Some(&config.secret_access_key), None, None, None)
                .map_err(|error| ObjectError::Refused(error.to_string()))?;
        let region = Region::Custom { region: config.region.clone(), endpoint: config.endpoint.clone() };
        let mut short = Bucket::new(&config.bucket, region, credentials)?;
        if config.path_style {
            short.set_path_style();
        }
        let mut transfer = short.clone();
        short.set_request_timeout(Some(SHORT_LIMIT));
        transfer.set_request_timeout(Some(TRANSFER_LIMIT));
        Ok(Self { short, transfer })
    }

    /// Writes an object whole, or replaces it.
    pub async fn put(&self, key: &str, content: Bytes) -> Result<(), ObjectError> {
        request("put", || self.transfer.put_object(key, &content)).await.map(drop)
    }

    pub async fn get(&self, key: &str) -> Result<Bytes, ObjectError> {
        let response = request("get", || self.transfer.get_object(key)).await?;
        Ok(response.into_bytes())
    }

    /// Bytes `range.start..range.end`; less only where the object ends before.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, ObjectError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let last = range.end - 1;
        let response =
            request("get_range", || self.transfer.get_object_range(key, range.start, Some(last))).await?;
        if response.status_code() != 206 {
            // The whole object, however big: this store can't be played from.
            return Err(ObjectError::Refused("the store ignores ranges".to_owned()));
        }
        Ok(response.into_bytes())
    }

    /// Deletes an object; one that isn't there is deleted already.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        match request("delete", || self.short.delete_object(key)).await {
            Ok(_) | Err(ObjectError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes every object whose key starts with `prefix` and answers how many there were.
    pub async fn delete_prefix(&self, prefix: &str) -> Result<usize, ObjectError> {
        let entries = self.list(prefix).await?;
        stream::iter(&entries)
            .map(|entry| self.delete(&entry.key))
            .buffer_unordered(DELETIONS)
            .try_collect::<()>()
            .await?;
        Ok(entries.len())
    }

    /// Every object whose key starts with `prefix`, by key.
    pub async fn list(&self, prefix: &str) -> Result<Vec<ObjectEntry>, ObjectError> {
        let mut entries = Vec::new();
        let mut next = None;
        loop {
            let (page, _) =
                request("list", || self.short.list_page(prefix.to_owned(), None, next.clone(), None, None))
                    .await?;
            entries.extend(
                page.contents.into_iter().map(|object| ObjectEntry { key: object.key, bytes: object.size }),
            );
            next = page.next_continuation_token;
            if next.is_none() {
                return Ok(entries);
            }
        }
    }

    /// Whether the store answers to our key, found out with one read of an object that needn't exist.
    pub async fn is_ready(&self) -> Result<(), ObjectError> {
        let probe = self.short.get_object_range("readiness-probe", 0, Some(0));
        match tokio::time::timeout(READY_LIMIT, probe).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => match ObjectError::from(error) {
                ObjectError::NotFound => Ok(()),
                error => Err(error),
            },
            Err(_) => Err(ObjectError::Unavailable("no answer in time".to_owned())),
        }
    }
}

/// One request with its repetitions, counted.
async fn request<T, F>(operation: &'static str, attempt: impl FnMut() -> F) -> Result<T, ObjectError>
where
    F: Future<Output = Result<T, S3Error>>,
{
    let started = Instant::now();
    let backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(3));
    let result = retry(ATTEMPTS, backoff, error::is_transient, attempt).await.map_err(ObjectError::from);
    let outcome = match &result {
        Ok(_) => "ok",
        Err(ObjectError::NotFound) => "not_found",
        Err(_) => "failed",
    };
    metrics::histogram!("cordboard_object_request_seconds", "operation" => operation, "outcome" => outcome)
        .record(started.elapsed());
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_stands_in_the_path_or_in_the_host_name() {
        let config = |path_style| S3Config {
            endpoint: "https://s3.example.com:9000/".to_owned(),
            region: "eu-central-1".to_owned(),
            bucket: "calls".to_owned(),
            access_key_id: "id".to_owned(),
            secret_access_key: "secret".to_owned(),
            path_style,
        };
        let url = |path_style| Objects::new(&config(path_style)).unwrap().transfer.url();
        assert_eq!(url(true), "https://s3.example.com:9000/calls");
        assert_eq!(url(false), "https://calls.s3.example.com:9000");
    }
}
