//! One line a request, one span with its id, one measurement. Templates of routes, never paths: some paths are secrets.

use std::{
    any::Any,
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, connect_info::Connected},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
    serve::IncomingStream,
};
use tracing::Instrument;

use super::{serve::PromptListener, tls::TlsListener};
use crate::{app::App, graphql::execution::trace_id};

static TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace-id");
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The id under which the log knows a request; it comes back in the header `x-trace-id`.
#[derive(Debug, Clone)]
pub struct TraceId(pub String);

/// Who opened the connection: whoever asks, or a proxy.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(SocketAddr);

impl PeerAddress {
    /// Where a request came from, as the proxies tell that are trusted.
    pub fn origin(self, app: &App, headers: &HeaderMap) -> IpAddr {
        // What is no text is no address either, and may not be skipped.
        let told = headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or_default());
        app.platform.config.trusted_proxies.origin(self.0.ip(), told)
    }
}

impl Connected<IncomingStream<'_, PromptListener>> for PeerAddress {
    fn connect_info(stream: IncomingStream<'_, PromptListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for PeerAddress {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PeerAddress {
    type Rejection = <ConnectInfo<Self> as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        ConnectInfo::<Self>::from_request_parts(parts, state).await.map(|ConnectInfo(peer)| peer)
    }
}

/// Outermost: gives the request its id, logs and measures it.
pub async fn trace(mut request: Request, next: Next) -> Response {
    let id = trace_id();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("static", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(TraceId(id.clone()));
    let span = tracing::info_span!("http", %method, route, trace_id = %id);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let elapsed = started.elapsed();
    span.in_scope(|| tracing::debug!(status = status.as_u16(), elapsed_ms = elapsed.as_millis(), "answered"));
    let labels = [("route", route), ("status", status.as_str().to_owned())];
    metrics::histogram!("cordboard_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(TRACE_HEADER.clone(), value);
    }
    response
}

/// A handler that panicked answers like any other fault of ours.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.\n").into_response()
}
