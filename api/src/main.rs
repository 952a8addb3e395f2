//! The api: GraphQL over HTTP and WebSocket, sign-in, the playback gateway, and the console's files.

mod app;
mod board;
mod caller;
mod commands;
mod demo_data;
mod graphql;
mod http;
mod presence;
mod ws;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Cordboard's GraphQL server. Its configuration comes from the environment; see README.md.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT.
    Serve,
    /// Bring the database to the newest schema.
    Migrate,
    /// Print the GraphQL schema.
    Schema,
    /// Manage administrators.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Make the demo users and contacts; never for production.
    DemoData,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an administrator. The password comes from CORDBOARD_ADMIN_PASSWORD, or else from the first line of stdin.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A deep query in a debug build needs more stack than a thread has by default.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(8 * 1024 * 1024).build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(async {
            match arguments.command {
                Command::Serve => commands::serve().await,
                Command::Migrate => commands::migrate().await,
                Command::Schema => commands::schema(),
                Command::Admin { command: AdminCommand::Create { email, name } } => {
                    commands::create_admin(&email, &name).await
                }
                Command::DemoData => demo_data::make().await,
            }
        }),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
