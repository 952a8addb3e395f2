//! Answering with an encrypted object: decrypted on the way, piece by piece, whole or a range.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::objects::{
    EncryptedObject, ObjectError, SealedFile,
    crypt::{self, DataKey},
};

use super::range::{Wanted, wanted};
use crate::app::App;

/// What is there never changes; but who may see it does, so only the browser keeps it.
const CACHING: &str = "private, max-age=3600";

pub async fn respond(app: &App, file: &SealedFile, method: &Method, headers: &HeaderMap) -> Response {
    let length = file.bytes.unsigned_abs();
    let part = match wanted(headers.get(header::RANGE).and_then(|value| value.to_str().ok()), length) {
        Wanted::Whole => None,
        Wanted::Part(part) => Some(part),
        Wanted::Unsatisfiable => {
            return (
                StatusCode::RANGE_NOT_SATISFIABLE,
                [(header::CONTENT_RANGE, format!("bytes */{length}"))],
            )
                .into_response();
        }
    };
    let range = part.clone().unwrap_or(0..length);
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        match open(app, file).await {
            Ok(object) => Body::from_stream(object.stream(range.clone())),
            Err(ObjectError::Unavailable(_)) => return away(),
            Err(error) => return failed(&error),
        }
    };
    let mut response = Response::new(body);
    let content_type = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, content_type);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if let Some(part) = part {
        let content_range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
        if let Ok(value) = HeaderValue::from_str(&content_range) {
            answer.insert(header::CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

async fn open(app: &App, file: &SealedFile) -> Result<EncryptedObject, ObjectError> {
    let platform = &app.platform;
    let data_key = DataKey::unwrap(&file.data_key, &platform.config.secret)?;
    platform.objects.open_encrypted(&file.key, &data_key, crypt::cipher_len(file.bytes.unsigned_abs())).await
}

pub fn gone() -> Response {
    (StatusCode::NOT_FOUND, "This link has expired, or there is no such file.\n").into_response()
}

pub fn away() -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "1")],
        "It can't be read for the moment: try again.\n",
    )
        .into_response()
}

pub fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a stored file couldn't be read");
    (StatusCode::INTERNAL_SERVER_ERROR, "It couldn't be read.\n").into_response()
}
