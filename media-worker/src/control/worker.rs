//! The worker as its parts see it: which calls it has.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    Platform,
    calls::CallPlan,
    fleet::WorkerState,
    ids::{CallId, WorkerId},
    limits,
};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;

use super::{
    call::{Call, CallHandle},
    prompts::Prompts,
};
use crate::engine::{Engine, EngineEvent};

/// After SIGTERM: so long for the last objects to reach storage. What is left stays in the spool for the next start.
const HAND_OVER: Duration = Duration::from_secs(20);

/// Cheap to clone.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

struct Inner {
    platform: Platform,
    engine: Engine,
    id: WorkerId,
    calls: Mutex<HashMap<CallId, CallHandle>>,
    prompts: Prompts,
    /// Call actors and uploads: the program ends after them.
    tasks: TaskTracker,
}

impl Worker {
    pub fn new(platform: Platform, engine: Engine, id: WorkerId) -> Self {
        Self(Arc::new(Inner {
            platform,
            engine,
            id,
            calls: Mutex::default(),
            prompts: Prompts::default(),
            tasks: TaskTracker::new(),
        }))
    }

    pub fn platform(&self) -> &Platform {
        &self.0.platform
    }

    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub fn id(&self) -> WorkerId {
        self.0.id
    }

    pub fn prompts(&self) -> &Prompts {
        &self.0.prompts
    }

    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    fn calls<T>(&self, look: impl FnOnce(&mut HashMap<CallId, CallHandle>) -> T) -> T {
        look(&mut self.0.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A leased call begins here; one that runs already is told to look again.
    pub fn begin(&self, plan: CallPlan) {
        let id = plan.call;
        let running = self.calls(|calls| match calls.get(&id) {
            Some(handle) if handle.epoch() == plan.epoch => Some(handle.clone()),
            _ => {
                calls.insert(id, Call::start(self.clone(), plan));
                None
            }
        });
        if let Some(handle) = running {
            handle.nudge();
        }
    }

    pub fn call(&self, id: CallId) -> Option<CallHandle> {
        self.calls(|calls| calls.get(&id).cloned())
    }

    /// The actor of this epoch has ended.
    pub fn forget(&self, id: CallId, epoch: i32) {
        self.calls(|calls| {
            if calls.get(&id).is_some_and(|handle| handle.epoch() == epoch) {
                calls.remove(&id);
            }
        });
    }

    pub fn handles(&self) -> Vec<(CallId, CallHandle)> {
        self.calls(|calls| calls.iter().map(|(id, handle)| (*id, handle.clone())).collect())
    }

    /// Legs that it has or will have: what counts against its capacity.
    pub fn load(&self) -> usize {
        self.calls(|calls| calls.values().map(CallHandle::legs).sum())
    }

    /// Passes the engine's events on to their calls.
    pub async fn hear(self, mut events: UnboundedReceiver<EngineEvent>) {
        while let Some(event) = events.recv().await {
            if let Some(handle) = self.call(CallId(event.call)) {
                handle.hear(event.leg, event.change);
            }
        }
    }

    /// Gives all calls to other workers and waits for what has to be brought to storage.
    pub async fn hand_over(&self) {
        let platform = self.platform();
        // First it takes no calls any more: none can come between the list of its calls and its end.
        let moved = async {
            platform.heartbeat(self.id(), WorkerState::Draining, 0).await?;
            platform.move_calls(self.id()).await
        };
        match moved.await {
            Ok(calls) => tracing::info!(calls, "handed over"),
            Err(error) => tracing::warn!(%error, "could not hand over; the scheduler will find out"),
        }
        for (_, handle) in self.handles() {
            handle.nudge();
        }
        self.tasks().close();
        // While it gives signs of life its last objects are waited for.
        let alive = async {
            loop {
                sleep(limits::HEARTBEAT).await;
                let _ = platform.heartbeat(self.id(), WorkerState::Draining, 0).await;
            }
        };
        let stored = tokio::select! {
            done = timeout(HAND_OVER, self.tasks().wait()) => done.is_ok(),
            () = alive => false,
        };
        if !stored {
            tracing::warn!("recordings are left in the spool");
        }
        if let Err(error) = platform.retire_worker(self.id()).await {
            tracing::warn!(%error, "could not sign off; the scheduler will find out");
        }
    }
}
