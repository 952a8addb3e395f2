//! HTTP: one router for the API, the console, the playback gateway and the probes.

mod audio;
mod chat_file;
pub mod cookie;
mod graphiql;
mod graphql;
mod headers;
mod log;
mod play;
mod probes;
mod range;
mod sealed;
mod serve;
mod spa;
mod tls;
mod upload;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    routing::{get, put},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

pub use self::{log::PeerAddress, serve::serve};
use crate::{app::App, graphql::limits::MAX_BODY, ws};

/// From the first byte of a GraphQL request to its answer. A mutation that takes longer still runs to its end.
const REQUEST: Duration = Duration::from_secs(60);

pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/page.js", get(graphiql::script))
        .route("/join/{token}", get(spa::join))
        .fallback(spa::file)
        // Only what is public is compressed: a secret beside a guessable text would leak by its length (BREACH).
        .layer(CompressionLayer::new());
    let api = Router::new()
        .route("/graphql", get(ws::upgrade).post(graphql::post))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST));
    Router::new()
        .merge(api)
        .route("/play/{token}/{*file}", get(play::file))
        .route("/audio/{token}", get(audio::file))
        .route("/file/{token}", get(chat_file::file))
        .route("/upload/{token}", put(upload::put))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
        .merge(pages)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), headers::secure))
        .layer(CatchPanicLayer::custom(log::panicked))
        .layer(middleware::from_fn(log::trace))
        .with_state(app)
}
