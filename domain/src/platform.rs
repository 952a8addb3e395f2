//! What every program builds once at its start and passes on.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::{
    Result, bus::Bus, clock::Clock, config::Config, db::Pool, limits, objects::Objects, routing::Router,
};

/// The outside world, in one cheap handle.
#[derive(Clone)]
pub struct Platform {
    pub config: Arc<Config>,
    pub db: Pool,
    pub bus: Bus,
    pub objects: Objects,
    pub clock: Clock,
    pub router: Router,
}

impl Platform {
    /// Connects lazily: a program starts while its neighbours are still away, and says so on `/readyz`.
    pub fn new(config: Config, program: &str) -> Result<Self> {
        let config = Arc::new(config);
        let platform = Self {
            db: Pool::new(&config, program)?,
            bus: Bus::connect(&config, program),
            objects: Objects::new(&config.s3)?,
            clock: Clock::default(),
            router: Router::default(),
            config,
        };
        tokio::spawn(keep_time(platform.clone()));
        Ok(platform)
    }
}

/// Lets the process go by the database's clock. A few milliseconds either way are no reason to change it: time shall not
/// jump back and forth.
async fn keep_time(platform: Platform) {
    let mut followed = TimeDelta::zero();
    loop {
        match platform.clock_offset().await {
            Ok(offset) if (offset - followed).abs() > limits::CLOCK_OFF => {
                tracing::warn!(
                    milliseconds = offset.num_milliseconds(),
                    "this machine's clock is off; going by the database's"
                );
                platform.clock.correct(offset);
                followed = offset;
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "the clock could not be compared"),
        }
        tokio::time::sleep(limits::CLOCK_CHECK).await;
    }
}
