//! What the start and the end of every program have in common.

use std::net::SocketAddr;

use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{Error, Platform, Result, health::Readiness};

/// Cancelled by SIGTERM or SIGINT.
///
/// # Errors
/// The runtime cannot listen to signals.
pub fn stop_signal() -> Result<CancellationToken> {
    let fault = |e: std::io::Error| Error::Internal(e.to_string());
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate()).map_err(fault)?, signal(SignalKind::interrupt()).map_err(fault)?);
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping");
        told.cancel();
    });
    Ok(stop)
}

impl Platform {
    /// The checks that every program has: database, broker, object storage.
    pub fn readiness(&self) -> Readiness {
        let (database, bus, objects) = (self.clone(), self.bus.clone(), self.objects.clone());
        Readiness::new()
            .with("database", move || {
                let database = database.clone();
                async move {
                    if database.db.is_ready().await { Ok(()) } else { Err("the database does not answer") }
                }
            })
            .with("bus", move || std::future::ready(bus.is_ready()))
            .with("objects", move || {
                let objects = objects.clone();
                async move { objects.is_ready().await }
            })
    }
}

/// Serves `/healthz`, `/readyz` and `/metrics` for a program that has no other address, until it stops.
///
/// # Errors
/// The address is taken.
pub async fn serve_probes(
    address: SocketAddr,
    readiness: Readiness,
    figures: PrometheusHandle,
    stop: CancellationToken,
) -> Result<()> {
    let readiness = std::sync::Arc::new(readiness);
    let routes = Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route(
            "/readyz",
            get(async move || {
                let report = readiness.report().await;
                let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
                (status, Json(report)).into_response()
            }),
        )
        .route("/metrics", get(async move || figures.render()));
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|e| Error::Unavailable(format!("CORDBOARD_METRICS_ADDR {address}: {e}")))?;
    tokio::spawn(async move {
        let served =
            axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await }).await;
        if let Err(error) = served {
            tracing::error!(%error, "probes are no longer served");
        }
    });
    Ok(())
}
