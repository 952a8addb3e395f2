//! Whose offers this process serves. Agents count as present while it renews that, all of them with one statement, as long as
//! their sockets are heard from.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use domain::{Platform, Result, ids::AgentId, limits};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// A closed laptop leaves its socket open. From one that was silent for so long two signs of life did not come.
const HEARD: Duration = Duration::from_secs(9);

/// When something last came from the client of a socket.
#[derive(Clone)]
pub struct Pulse(Arc<Mutex<Instant>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}

impl Pulse {
    pub fn beat(&self) {
        *self.last() = Instant::now();
    }

    fn is_felt(&self) -> bool {
        self.last().elapsed() < HEARD
    }

    fn last(&self) -> MutexGuard<'_, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The process's register: the subscriptions, one a tab.
#[derive(Clone, Default)]
pub struct Presence(Arc<Mutex<Vec<Weak<Present>>>>);

/// A subscription's entry; gone with it.
pub struct Present {
    agent: AgentId,
    pulse: Pulse,
}

impl Presence {
    /// Starts the renewal; it ends with the token.
    pub fn start(platform: Platform, stop: CancellationToken) -> Self {
        let register = Self::default();
        let renewing = register.clone();
        tokio::spawn(async move { stop.run_until_cancelled(renewing.renew(&platform)).await });
        register
    }

    async fn renew(&self, platform: &Platform) {
        let mut ticks = interval(limits::PRESENCE_RENEWAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = platform.be_present(&self.agents()).await {
                tracing::warn!(%error, "presence could not be renewed; the next turn tries again");
            }
        }
    }

    /// Makes an agent present from now on until the entry is dropped or its socket silent, and a while beyond.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn enter(&self, platform: &Platform, agent: AgentId, pulse: Pulse) -> Result<Arc<Present>> {
        let present = self.add(agent, pulse);
        platform.be_present(&[agent]).await?;
        Ok(present)
    }

    fn add(&self, agent: AgentId, pulse: Pulse) -> Arc<Present> {
        let present = Arc::new(Present { agent, pulse });
        self.entries().push(Arc::downgrade(&present));
        present
    }

    /// Who is here now, once for each tab.
    fn agents(&self) -> Vec<AgentId> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.strong_count() > 0);
        let here = entries.iter().filter_map(Weak::upgrade).filter(|tab| tab.pulse.is_felt());
        here.map(|tab| tab.agent).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Weak<Present>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_here_until_the_last_tab_is_closed_or_silent() {
        let (register, agent) = (Presence::default(), AgentId::new());
        let (first, second) = (register.add(agent, Pulse::default()), register.add(agent, Pulse::default()));
        drop(first);
        assert_eq!(register.agents(), [agent]);
        *second.pulse.last() -= HEARD;
        assert!(register.agents().is_empty(), "the lid is closed");
        second.pulse.beat();
        assert_eq!(register.agents(), [agent]);
        drop(second);
        assert!(register.agents().is_empty());
        assert!(register.entries().is_empty());
    }
}
