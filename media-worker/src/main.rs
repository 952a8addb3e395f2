//! A media worker: WebRTC legs, forwarding, recording, transcoding. Any number of them share the calls.

mod audio;
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
    /// Makes Ogg Opus of one uploaded audio file (started by the worker itself).
    Convert {
        /// The upload.
        #[arg(long)]
        from: PathBuf,
        /// Where the result is written.
        #[arg(long)]
        to: PathBuf,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run => run(),
        Command::Transcode { dir } => {
            be_a_child();
            match transcode::run(&dir, |part| println!("progress {part:.2}")) {
                Ok(_) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{error}");
                    match error {
                        transcode::TranscodeError::Silent => ExitCode::from(control::REFUSED),
                        _ => ExitCode::FAILURE,
                    }
                }
            }
        }
        Command::Convert { from, to } => convert(&from, &to),
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

/// A worker's child says how far it is on standard output and warns on standard error, where the reason of a failure is the
/// last line. It ends with its parent, whose end of standard input closes then.
fn be_a_child() {
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut nothing);
        std::process::exit(1);
    });
    // The worker puts time and subject before the lines when it passes them on.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .without_time()
        .with_level(false)
        .init();
}

fn convert(from: &std::path::Path, to: &std::path::Path) -> ExitCode {
    be_a_child();
    match audio::convert(from, to) {
        Ok(milliseconds) => {
            println!("milliseconds {milliseconds}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            if let audio::ConvertError::Damaged(details) = &error {
                eprintln!("{details}");
            }
            eprintln!("{error}");
            match error {
                audio::ConvertError::Ours(_) => ExitCode::FAILURE,
                _ => ExitCode::from(control::REFUSED),
            }
        }
    }
}
