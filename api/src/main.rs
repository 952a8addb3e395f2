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
use domain::people::Role;

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
    /// Manage users.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Make the demo users and contacts; never for production.
    DemoData,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make a user. The password comes from CORDBOARD_ADMIN_PASSWORD, or else from the first line of stdin.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// AGENT, SUPERVISOR or ADMIN.
        #[arg(long, default_value = "ADMIN")]
        role: Role,
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
                Command::Admin { command: AdminCommand::Create { email, name, role } } => {
                    commands::create_user(&email, &name, role).await
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

#[cfg(test)]
mod tests {
    use super::*;

    fn role(given: &[&str]) -> Option<Role> {
        let always = ["api", "admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace"];
        match Arguments::try_parse_from(always.iter().chain(given)).ok()?.command {
            Command::Admin { command: AdminCommand::Create { role, .. } } => Some(role),
            _ => None,
        }
    }

    #[test]
    fn a_user_is_made_in_any_role_and_an_administrator_without_a_word() {
        assert_eq!(role(&[]), Some(Role::Admin));
        for &wanted in Role::ALL {
            assert_eq!(role(&["--role", wanted.as_str()]), Some(wanted));
        }
        assert_eq!(role(&["--role", "OWNER"]), None);
    }
}
