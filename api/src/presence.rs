//! Whose offers this process serves. Agents count as present while it renews that, all of them with one statement.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{Platform, Result, ids::AgentId, limits};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// The process's register: how many subscriptions each agent has here, one a tab.
#[derive(Clone, Default)]
pub struct Presence(Arc<Mutex<HashMap<AgentId, usize>>>);

/// A subscription's entry; gone with it.
pub struct Present {
    register: Presence,
    agent: AgentId,
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
            let agents: Vec<AgentId> = self.entries().keys().copied().collect();
            if let Err(error) = platform.be_present(&agents).await {
                tracing::warn!(%error, "presence could not be renewed; the next turn tries again");
            }
        }
    }

    /// Makes an agent present from now on until the entry is dropped, and a while beyond.
    ///
    /// # Errors
    /// The database did not take it.
    pub async fn enter(&self, platform: &Platform, agent: AgentId) -> Result<Present> {
        *self.entries().entry(agent).or_default() += 1;
        let present = Present { register: self.clone(), agent };
        platform.be_present(&[agent]).await?;
        Ok(present)
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<AgentId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut entries = self.register.entries();
        if let Some(count) = entries.get_mut(&self.agent) {
            *count -= 1;
            if *count == 0 {
                entries.remove(&self.agent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_here_until_the_last_tab_is_closed() {
        let (register, agent) = (Presence::default(), AgentId::new());
        let tab = |register: &Presence| {
            *register.entries().entry(agent).or_default() += 1;
            Present { register: register.clone(), agent }
        };
        let (first, second) = (tab(&register), tab(&register));
        drop(first);
        assert!(register.entries().contains_key(&agent));
        drop(second);
        assert!(register.entries().is_empty());
    }
}
