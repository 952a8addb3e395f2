//! The playback gateway: `/play/<token>/<file>`. The token is the permission, given and logged by `recordingPlay`; addresses
//! inside a playlist are relative and so inherit it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method},
    response::Response,
};
use domain::Error;

use super::sealed;
use crate::app::App;

pub async fn file(
    State(app): State<Arc<App>>,
    Path((token, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match app.platform.playback_file(&token, &path).await {
        Ok(Some(file)) => sealed::respond(&app, &file, &method, &headers).await,
        Ok(None) => sealed::gone(),
        Err(Error::Unavailable(_)) => sealed::away(),
        Err(error) => sealed::failed(&error),
    }
}
