//! Listening to an audio file: `/audio/<token>`. The token is signed and lives for an hour.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Error;

use super::range::{Wanted, wanted};
use crate::app::App;

const CACHING: &str = "private, max-age=3600";

pub async fn file(State(app): State<Arc<App>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    match content(&app, &token).await {
        Ok(Some(content)) => part(content, headers.get(header::RANGE)),
        Ok(None) => (StatusCode::NOT_FOUND, "This link has expired.\n").into_response(),
        Err(Error::Unavailable(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "1")],
            "The file can't be read for the moment: try again.\n",
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "an audio file couldn't be played");
            (StatusCode::INTERNAL_SERVER_ERROR, "The file couldn't be read.\n").into_response()
        }
    }
}

async fn content(app: &App, token: &str) -> Result<Option<Bytes>, Error> {
    let Some(id) = app.platform.audio_of_token(token) else { return Ok(None) };
    match app.platform.stored_audio(id).await? {
        Some(stored) => app.platform.read_audio(&stored).await.map(Some),
        None => Ok(None),
    }
}

fn part(content: Bytes, range: Option<&HeaderValue>) -> Response {
    let length = content.len();
    let mut response = match wanted(range.and_then(|value| value.to_str().ok()), length as u64) {
        Wanted::Whole => content.into_response(),
        Wanted::Unsatisfiable => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response();
        }
        Wanted::Part(part) => {
            let range = [(header::CONTENT_RANGE, format!("bytes {}-{}/{length}", part.start, part.end - 1))];
            let content = content.slice(part.start as usize..part.end as usize);
            (StatusCode::PARTIAL_CONTENT, range, content).into_response()
        }
    };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/ogg; codecs=opus"));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response
}
