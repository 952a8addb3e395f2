//! GraphiQL: a page to try the API by hand. Of our own and embedded, because the usual one loads its parts from elsewhere,
//! and an installation need not reach the internet.

use axum::{
    http::{HeaderName, header},
    response::IntoResponse,
};

const NO_CACHE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-cache");

pub async fn page() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), NO_CACHE], include_str!("graphiql/page.html"))
}

pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), NO_CACHE], include_str!("graphiql/page.js"))
}
