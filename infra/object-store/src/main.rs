//! An S3 server on a plain folder: what `infra/up` and the tests use where no object store is
//! named. It speaks the real protocol with real signatures, so that the programs need no second
//! way to store things; it is not meant for production.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long requests in flight may take once the end was asked for.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);
/// A pause after a failed accept: it fails for want of descriptors, and at once again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[derive(Parser)]
#[command(about = "An S3 server on a plain folder, for one machine")]
struct Options {
    /// Folder that holds the buckets; made where it doesn't exist
    #[arg(long)]
    root: PathBuf,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Bucket to create before the first request; may be given several times
    #[arg(long, value_parser = bucket_name)]
    bucket: Vec<String>,
    /// The only access key
    #[arg(long, env = "S3_ACCESS_KEY_ID", hide_env_values = true)]
    access_key: String,
    /// Its secret; from the environment, so that no process list shows it
    #[arg(long, env = "S3_SECRET_ACCESS_KEY", hide_env_values = true)]
    secret_key: String,
}

/// The part of S3's naming rules that keeps a bucket a plain folder under the root.
fn bucket_name(name: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (3..=63).contains(&name.len()) && name.chars().all(allowed) {
        Ok(name.to_owned())
    } else {
        Err("3 to 63 lower-case letters, digits and hyphens".to_owned())
    }
}

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("the folder {path} can't be made: {source}")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("the folder {path} can't be served: {reason}")]
    Root { path: PathBuf, reason: String },
    #[error("{address} can't be listened on: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("signals can't be received: {0}")]
    Signals(std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,object_store=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).init();
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), StartError> {
    // Buckets come first: s3s-fs takes a missing folder for a missing bucket.
    make_folder(&options.root)?;
    for bucket in &options.bucket {
        make_folder(&options.root.join(bucket))?;
    }
    let files = FileSystem::new(&options.root)
        .map_err(|error| StartError::Root { path: options.root.clone(), reason: format!("{error:?}") })?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(options.access_key, options.secret_key));
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|source| StartError::Listen { address: options.listen, source })?;
    tracing::info!(address = %options.listen, root = %options.root.display(), "serving");
    serve(listener, service.build()).await
}

fn make_folder(path: &Path) -> Result<(), StartError> {
    std::fs::create_dir_all(path).map_err(|source| StartError::Folder { path: path.to_owned(), source })
}

/// Serves until SIGTERM or SIGINT, then lets requests in flight finish.
async fn serve(listener: TcpListener, service: S3Service) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    let server = Builder::new(TokioExecutor::new());
    let connections = GracefulShutdown::new();
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => socket,
                Err(error) => {
                    tracing::warn!(%error, "accept failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        let connection = server.serve_connection(TokioIo::new(socket), service.clone());
        let connection = connections.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_LIMIT, connections.shutdown()).await.is_err() {
        tracing::warn!("requests still in flight were cut off");
    }
    tracing::info!("stopped");
    Ok(())
}
