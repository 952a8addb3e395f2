//! GraphiQL: a page to try the API by hand. The console's build brings it with all its parts, because an installation need
//! not reach the internet; where there is no build, a small page of our own stands in.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::spa;
use crate::app::App;

const NO_CACHE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-cache");

pub async fn page(State(app): State<Arc<App>>, request: Request) -> Response {
    let built = spa::page(app.platform.config.console_dir.join("graphiql.html"), request).await;
    if built.status() != StatusCode::NOT_FOUND {
        return built;
    }
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), NO_CACHE], include_str!("graphiql/page.html"))
        .into_response()
}

pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), NO_CACHE], include_str!("graphiql/page.js"))
}
