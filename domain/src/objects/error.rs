//! The store's answers, sorted by what a caller can do about them.

use std::io;

use s3::error::S3Error;

use super::crypt::CryptError;

#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    #[error("there is no such object")]
    NotFound,
    /// The store is away or overloaded: later may be better.
    #[error("the object store is unavailable: {0}")]
    Unavailable(String),
    /// The store answers and says no: a key, a bucket or a request is wrong.
    #[error("the object store refuses: {0}")]
    Refused(String),
    /// The file to be uploaded is at fault, not the store.
    #[error("the local file can't be read: {0}")]
    Local(#[source] io::Error),
    #[error(transparent)]
    Crypt(#[from] CryptError),
}

impl From<S3Error> for ObjectError {
    fn from(error: S3Error) -> Self {
        let transient = is_transient(&error);
        let text = match error {
            S3Error::HttpFailWithBody(404, body) if !body.contains("NoSuchBucket") => {
                return Self::NotFound;
            }
            // Only the code: the rest of such an answer repeats the request's signature.
            S3Error::HttpFailWithBody(status, body) => format!("HTTP {status} {}", code(&body)),
            S3Error::Reqwest(error) => chain(&error.without_url()),
            error => error.to_string(),
        };
        if transient { Self::Unavailable(text) } else { Self::Refused(text) }
    }
}

pub(super) fn is_transient(error: &S3Error) -> bool {
    match error {
        S3Error::HttpFailWithBody(status, _) => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
        S3Error::Reqwest(error) => !error.is_builder(),
        S3Error::Io(_) => true,
        _ => false,
    }
}

/// `<Code>…</Code>` of S3's error document.
fn code(body: &str) -> &str {
    let after = body.split_once("<Code>").map(|(_, rest)| rest);
    after.and_then(|rest| rest.split_once("</Code>")).map_or("", |(code, _)| code)
}

/// An error with its causes: reqwest's own text ends where it becomes interesting.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, code: &str) -> ObjectError {
        let body = format!("<Error><Code>{code}</Code><SignatureProvided>abc</SignatureProvided></Error>");
        S3Error::HttpFailWithBody(status, body).into()
    }

    #[test]
    fn answers_are_sorted_by_what_helps() {
        assert!(matches!(answer(404, "NoSuchKey"), ObjectError::NotFound));
        assert!(matches!(answer(404, "NoSuchBucket"), ObjectError::Refused(_)));
        assert!(matches!(answer(503, "SlowDown"), ObjectError::Unavailable(_)));
        assert_eq!(
            answer(403, "SignatureDoesNotMatch").to_string(),
            "the object store refuses: HTTP 403 SignatureDoesNotMatch"
        );
    }
}
