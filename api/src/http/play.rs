//! The playback gateway: `/play/<token>/<file>`. The token is the permission, given and logged by `recordingPlay`; addresses
//! inside a playlist are relative and so inherit it. Objects are decrypted on the way, piece by piece.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    Error,
    objects::{
        ObjectError,
        crypt::{self, DataKey},
    },
    recordings::PlaybackFile,
};

use super::range::{Wanted, wanted};
use crate::app::App;

/// Segments never change; but who may see them does, so only the browser keeps them.
const CACHING: &str = "private, max-age=3600";

pub async fn file(
    State(app): State<Arc<App>>,
    Path((token, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let file = match app.platform.playback_file(&token, &path).await {
        Ok(Some(file)) => file,
        Ok(None) => {
            return (StatusCode::NOT_FOUND, "This link has expired, or there is no such file.\n")
                .into_response();
        }
        Err(Error::Unavailable(_)) => return away(),
        Err(error) => return failed(&error),
    };
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
        match open(&app, &file).await {
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

async fn open(app: &App, file: &PlaybackFile) -> Result<domain::objects::EncryptedObject, ObjectError> {
    let platform = &app.platform;
    let data_key = DataKey::unwrap(&file.data_key, &platform.config.secret)?;
    platform.objects.open_encrypted(&file.key, &data_key, crypt::cipher_len(file.bytes.unsigned_abs())).await
}

fn away() -> Response {
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "1")],
        "The recording can't be read for the moment: try again.\n",
    )
        .into_response()
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a recording couldn't be played");
    (StatusCode::INTERNAL_SERVER_ERROR, "The recording couldn't be read.\n").into_response()
}
