//! HTTP: one router for the API, the console, the playback gateway and the probes.

pub mod cookie;
mod graphiql;
mod graphql;
mod headers;
mod log;
mod play;
mod probes;
mod range;
mod serve;
mod spa;
mod tls;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::get,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub use self::{log::PeerAddress, serve::serve};
use crate::{app::App, graphql::limits::MAX_BODY, ws};

pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .route("/graphiql", get(graphiql::page))
        .route("/graphiql/page.js", get(graphiql::script))
        .route("/join/{token}", get(spa::join))
        .fallback(spa::file)
        // Only what is public is compressed: a secret beside a guessable text would leak by its length (BREACH).
        .layer(CompressionLayer::new());
    Router::new()
        .route("/graphql", get(ws::upgrade).post(graphql::post).layer(DefaultBodyLimit::max(MAX_BODY)))
        .route("/play/{token}/{*file}", get(play::file))
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
        .merge(pages)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), headers::secure))
        .layer(CatchPanicLayer::custom(log::panicked))
        .layer(middleware::from_fn(log::trace))
        .with_state(app)
}
