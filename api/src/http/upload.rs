//! Uploads: `PUT /upload/<token>`. The token is the permission, given by `audioFileCreate` or `messageFileCreate`, for one
//! upload. Nothing of the body is read for a stranger.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    Error, Platform,
    audio::{self, AudioFormat},
    chat::{self, FileType},
    limits,
    uploads::{UploadPlace, UploadTarget},
};
use tokio::{sync::Semaphore, time::timeout};

use crate::app::App;

/// Uploads held in memory at once.
static ROOM: Semaphore = Semaphore::const_new(4);

pub async fn put(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let target = match app.platform.upload_place(&token).await {
        Ok(UploadPlace::Open(target)) => target,
        Ok(UploadPlace::Unknown) => {
            return answer(StatusCode::NOT_FOUND, "There is nothing to upload to here.");
        }
        Ok(UploadPlace::Over) => return over(),
        Err(error) => return failed(&error),
    };
    let (most, too_large) = most(target);
    let too_large = || answer(StatusCode::PAYLOAD_TOO_LARGE, too_large);
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > most as u64) {
        return too_large();
    }
    let Ok(_room) = ROOM.try_acquire() else {
        return busy("Too many files are being uploaded just now: try again in a moment.");
    };
    let content = match timeout(limits::UPLOAD_TRANSFER, to_bytes(body, most)).await {
        Ok(Ok(content)) => content,
        Ok(Err(error)) if is_too_long(&error) => return too_large(),
        Ok(Err(_)) => return answer(StatusCode::BAD_REQUEST, "The upload broke off: try again."),
        Err(_) => return answer(StatusCode::REQUEST_TIMEOUT, "The upload took too long: try again."),
    };
    take(&app.platform, target, content).await
}

/// Bytes at most, and what to do about more.
fn most(target: UploadTarget) -> (usize, &'static str) {
    match target {
        UploadTarget::Audio(_) => {
            (audio::MOST_BYTES, "The file is larger than 20 MiB: save it as MP3 or Ogg, or make it shorter.")
        }
        UploadTarget::MessageFile(_) => {
            (chat::MOST_BYTES, "The file is larger than 10 MB: send a smaller one.")
        }
    }
}

/// Stores what can be read, to its end, though the client leaves.
async fn take(platform: &Platform, target: UploadTarget, content: Bytes) -> Response {
    let platform = platform.clone();
    let taken = match target {
        UploadTarget::Audio(id) => {
            if AudioFormat::of(&content).is_none() {
                return unreadable(
                    "This is no audio file that can be read here: use WAV, AIFF, MP3, FLAC, Ogg or M4A.",
                );
            }
            tokio::spawn(async move { platform.take_audio_upload(id, content).await })
        }
        UploadTarget::MessageFile(id) => {
            let Some(kind) = FileType::of(&content) else {
                return unreadable(
                    "This can't be sent here: use a picture (PNG, JPEG, GIF, WebP), PDF or plain text.",
                );
            };
            tokio::spawn(async move { platform.take_file_upload(id, kind, content).await })
        }
    };
    match taken.await {
        Ok(Ok(true)) => StatusCode::NO_CONTENT.into_response(),
        Ok(Ok(false)) => over(),
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&Error::Internal(error.to_string())),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    std::iter::from_fn(|| cause.inspect(|error| cause = error.source()))
        .any(|error| error.is::<http_body_util::LengthLimitError>())
}

fn answer(status: StatusCode, words: &str) -> Response {
    (status, format!("{words}\n")).into_response()
}

fn unreadable(words: &str) -> Response {
    answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, words)
}

fn over() -> Response {
    answer(StatusCode::GONE, "This address was used or is too old: add the file again.")
}

fn busy(words: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], format!("{words}\n")).into_response()
}

fn failed(error: &Error) -> Response {
    if let Error::Unavailable(reason) = error {
        tracing::warn!(reason, "an upload could not be taken");
        return busy("The file can't be taken for the moment: try again.");
    }
    tracing::error!(%error, "an upload could not be taken");
    answer(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
}
