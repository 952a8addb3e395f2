//! Listens, in plain or with TLS, until it is told to stop.

use std::{future::IntoFuture, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::Listener;
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{PeerAddress, router, tls::TlsListener};
use crate::app::App;

/// Requests that run when the process is told to stop may take so long.
const FAREWELL: Duration = Duration::from_secs(15);

/// News are small and come one by one: none waits until the last one was acknowledged (Nagle, RFC 896).
pub struct PromptListener(TcpListener);

impl Listener for PromptListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection will wait for acknowledgements");
        }
        (stream, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// Serves until `app.stopping`; then finishes what runs.
///
/// # Errors
/// The address is taken, or the certificate is no good.
pub async fn serve(app: Arc<App>) -> io::Result<()> {
    let config = &app.platform.config;
    let address = config.http_addr;
    let listener = TcpListener::bind(address)
        .await
        .map(PromptListener)
        .map_err(|error| io::Error::new(error.kind(), format!("CORDBOARD_HTTP_ADDR {address}: {error}")))?;
    let service = router(Arc::clone(&app)).into_make_service_with_connect_info::<PeerAddress>();
    let stopping = app.stopping.clone();
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    tracing::info!(%address, scheme, "listening");
    let running = match &config.tls {
        Some(tls) => {
            let listener = TlsListener::new(listener, tls)?;
            let serve =
                axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned());
            tokio::spawn(serve.into_future())
        }
        None => {
            let serve =
                axum::serve(listener, service).with_graceful_shutdown(stopping.clone().cancelled_owned());
            tokio::spawn(serve.into_future())
        }
    };
    stopping.cancelled().await;
    match timeout(FAREWELL, running).await {
        Ok(Ok(served)) => served,
        Ok(Err(error)) => Err(io::Error::other(error)),
        Err(_) => {
            tracing::warn!("requests were still running and have been cut off");
            Ok(())
        }
    }
}
