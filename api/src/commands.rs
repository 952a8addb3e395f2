//! What the program can be told to do.

use std::{error::Error, io::BufRead};

use domain::{Platform, config::Config, db, people::Role, program, telemetry};

use crate::{app::App, graphql, http};

pub type Outcome = Result<(), Box<dyn Error>>;

pub const PROGRAM: &str = "api";

pub async fn serve() -> Outcome {
    let config = Config::from_env()?;
    let metrics = telemetry::init(&config.log, PROGRAM);
    tracing::info!(?config, "starting");
    let platform = Platform::new(config, PROGRAM)?;
    let stop = program::stop_signal()?;
    let app = App::new(platform.clone(), metrics, stop.clone());
    let (router, routed) = (platform.router.clone(), platform.clone());
    let routing = tokio::spawn(async move { router.run(&routed, true, &stop).await });
    http::serve(app).await?;
    routing.await?;
    platform.bus.close().await;
    Ok(())
}

pub async fn migrate() -> Outcome {
    let config = Config::from_env()?;
    let ran = db::migrate(&config).await?;
    match ran.len() {
        0 => println!("The database is at the newest schema already."),
        _ => println!("Migrated: {}.", ran.join(", ")),
    }
    Ok(())
}

pub fn schema() -> Outcome {
    print!("{}", graphql::sdl());
    Ok(())
}

pub async fn create_user(email: &str, name: &str, role: Role) -> Outcome {
    let password = match std::env::var("CORDBOARD_ADMIN_PASSWORD") {
        Ok(password) => password,
        Err(_) => {
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
    };
    let platform = Platform::new(Config::from_env()?, PROGRAM)?;
    let made = platform.create_user(name, email, role, &password).await;
    // In order, or the end of the runtime breaks the connection off with a panic in its log.
    platform.bus.close().await;
    let user = made?;
    println!("{} may sign in as {}: {}", user.email, user.role, user.id);
    Ok(())
}
