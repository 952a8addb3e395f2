//! What every program builds once at its start and passes on.

use std::sync::Arc;

use crate::{Result, bus::Bus, clock::Clock, config::Config, db::Pool, objects::Objects};

/// The outside world, in one cheap handle.
#[derive(Clone)]
pub struct Platform {
    pub config: Arc<Config>,
    pub db: Pool,
    pub bus: Bus,
    pub objects: Objects,
    pub clock: Clock,
}

impl Platform {
    /// Connects lazily: a program starts while its neighbours are still away, and says so on `/readyz`.
    pub fn new(config: Config, program: &str) -> Result<Self> {
        let config = Arc::new(config);
        Ok(Self {
            db: Pool::new(&config, program)?,
            bus: Bus::connect(&config, program),
            objects: Objects::new(&config.s3).map_err(|e| crate::Error::Unavailable(e.to_string()))?,
            clock: Clock::default(),
            config,
        })
    }
}
