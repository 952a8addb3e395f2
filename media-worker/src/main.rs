mod engine;
mod recorder;
mod transcode;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds what people watch out of one call's recorded tracks (started by the worker itself).
    Transcode {
        /// Folder with plan.json and in/; out/ is made anew.
        #[arg(long)]
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Transcode { dir } => {
            let progress = |part: f64| println!("progress {part:.2}");
            match transcode::run(&dir, progress) {
                Ok(_) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{error}");
                    ExitCode::FAILURE
                }
            }
        }
    }
}
