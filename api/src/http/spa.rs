//! The console's files. Addresses of its screens are all answered with its one page.

use std::{path::PathBuf, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tower_http::services::{ServeDir, ServeFile};

use crate::app::App;

/// The bundler writes a hash of its content into the name of everything under here.
const IMMUTABLE: &str = "/assets/";
/// Other sites name it as it is: a new one reaches their visitors within minutes.
const WIDGET: &str = "/widget.js";

/// A file of the console, or its page.
pub async fn file(State(app): State<Arc<App>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    }
    let path = request.uri().path().to_owned();
    let directory = &app.platform.config.console_dir;
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if !is_file {
        return page(directory.join("index.html"), request).await;
    }
    let Ok(response) =
        ServeDir::new(directory).append_index_html_on_directories(false).try_call(request).await
    else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let caching = match path.as_str() {
        WIDGET => "public, max-age=300",
        path if path.starts_with(IMMUTABLE) => "public, max-age=31536000, immutable",
        _ => "no-cache",
    };
    cached(response.into_response(), caching)
}

/// A contact's page. Opening it changes nothing: previewers open links too.
pub async fn join(State(app): State<Arc<App>>, request: Request) -> Response {
    page(app.platform.config.console_dir.join("index.html"), request).await
}

/// One page of the build; 404 when there is no build.
pub async fn page(index: PathBuf, request: Request) -> Response {
    match ServeFile::new(index).try_call(request).await {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => {
            cached(response.into_response(), "no-cache")
        }
        _ => (StatusCode::NOT_FOUND, "The console has not been built (CORDBOARD_CONSOLE_DIR).\n")
            .into_response(),
    }
}

fn cached(mut response: Response, caching: &'static str) -> Response {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    }
    response
}
