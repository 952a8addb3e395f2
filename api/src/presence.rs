//! Whose offers this process serves. It writes when their sockets were last heard from, all of them with one statement: agents
//! count as present for a while from then on. A closed laptop leaves its socket open, so that an open one says nothing.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use domain::{Platform, Result, ids::AgentId, limits};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

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

    /// For how long nothing has come.
    fn silence(&self) -> Duration {
        self.last().elapsed()
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
            let heard = self.heard(platform.clock.now());
            if let Err(error) = platform.heard_from(&heard).await {
                tracing::warn!(%error, "presence could not be renewed; the next turn tries again");
            }
        }
    }

    /// Makes an agent present from now on until a while after the last sign of life before the entry is dropped.
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

    /// When the agents were last heard from, once for each tab.
    fn heard(&self, now: DateTime<Utc>) -> Vec<(AgentId, DateTime<Utc>)> {
        let mut entries = self.entries();
        entries.retain(|entry| entry.strong_count() > 0);
        let tabs = entries.iter().filter_map(Weak::upgrade);
        tabs.map(|tab| (tab.agent, now - tab.pulse.silence())).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Weak<Present>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::Clock;

    use super::*;

    /// Who was heard from, and how many seconds ago.
    fn heard(register: &Presence) -> Vec<(AgentId, i64)> {
        let now = Clock::default().now();
        register.heard(now).into_iter().map(|(agent, at)| (agent, (now - at).num_seconds())).collect()
    }

    #[test]
    fn an_agent_is_heard_from_until_the_last_tab_is_closed_or_silent() {
        let (register, agent) = (Presence::default(), AgentId::new());
        let (first, second) = (register.add(agent, Pulse::default()), register.add(agent, Pulse::default()));
        drop(first);
        assert_eq!(heard(&register), [(agent, 0)]);
        *second.pulse.last() -= Duration::from_secs(9);
        assert_eq!(heard(&register), [(agent, 9)], "the lid is closed");
        second.pulse.beat();
        assert_eq!(heard(&register), [(agent, 0)]);
        drop(second);
        assert!(heard(&register).is_empty());
        assert!(register.entries().is_empty());
    }
}
