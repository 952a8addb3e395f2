//! A media worker: WebRTC legs, forwarding, recording, transcoding. Any number of them share the calls.

mod control;
mod engine;
mod media;
mod pipeline;
mod recorder;
mod transcode;

use std::{io::Read, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use domain::{config::Config, telemetry};

#[derive(Parser)]
#[command(version, about = "Cordboard's media worker")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Takes calls and transcoding jobs until it is told to stop (SIGTERM: its calls move to other workers).
    Run,
    /// Builds what people watch out of one call's recorded tracks (started by the worker itself).
    Transcode {
        /// Folder with plan.json and in/; out/ is made anew.
        #[arg(long)]
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run => run(),
        Command::Transcode { dir } => transcode(&dir),
    }
}

fn run() -> ExitCode {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let figures = telemetry::init(&config.log, "media-worker");
        match control::run(config, figures).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(%error, "the media worker cannot go on");
                ExitCode::FAILURE
            }
        }
    })
}

/// The child of a worker: progress on standard output, warnings on standard error, the reason of a failure as its
/// last line. It ends with its parent, whose end of standard input closes then.
fn transcode(directory: &std::path::Path) -> ExitCode {
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut nothing);
        std::process::exit(1);
    });
    // The worker puts time and recording before the lines when it passes them on.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .without_time()
        .with_level(false)
        .init();
    match transcode::run(directory, |part| println!("progress {part:.2}")) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
