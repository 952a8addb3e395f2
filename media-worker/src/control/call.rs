//! One call on this worker: an actor that makes the engine and the recorder do what the database says.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::{
    Result,
    calls::{
        CallPlan, LegState, PlannedRecording,
        audience::{hears, is_recorded},
    },
    ids::{CallId, LegId, RecordingId},
    objects::crypt::DataKey,
    recordings,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tracing::Instrument;
use uuid::Uuid;

use super::{capture, tap::RecordedLegs, worker::Worker};
use crate::{
    engine::{EngineEvent, Route},
    recorder::{Recorder, RecorderConfig},
};

/// Messages are few (a handful a leg); more waiting than this means that the actor hangs, and they are dropped.
const WAITING: usize = 256;
const OBJECT_SECONDS: u32 = 4;
/// A report or a look that failed is tried again after this.
const AGAIN: Duration = Duration::from_millis(500);

enum Message {
    Sync(Option<oneshot::Sender<()>>),
    Engine(EngineEvent),
}

/// How the worker speaks to a call's actor.
#[derive(Clone)]
pub struct CallHandle {
    epoch: i32,
    version: Arc<AtomicI32>,
    legs: Arc<AtomicUsize>,
    messages: mpsc::Sender<Message>,
}

impl CallHandle {
    pub fn epoch(&self) -> i32 {
        self.epoch
    }

    /// Of the plan that is carried out.
    pub fn version(&self) -> i32 {
        self.version.load(Ordering::Relaxed)
    }

    pub fn legs(&self) -> usize {
        self.legs.load(Ordering::Relaxed)
    }

    /// Look at the database; no answer needed.
    pub fn nudge(&self) {
        let _ = self.messages.try_send(Message::Sync(None));
    }

    /// Look at the database; returns once that is carried out, or the call is gone.
    pub async fn sync(&self) {
        let (done, carried_out) = oneshot::channel();
        if self.messages.send(Message::Sync(Some(done))).await.is_ok() {
            let _ = carried_out.await;
        }
    }

    pub fn hear(&self, event: EngineEvent) {
        if self.messages.try_send(Message::Engine(event)).is_err() {
            tracing::warn!("a call's actor takes no messages");
        }
    }
}

/// The recorder of the call's live recording.
struct Running {
    id: RecordingId,
    paused: bool,
    recorder: Recorder,
}

/// The actor's own state.
pub struct Call {
    worker: Worker,
    id: CallId,
    epoch: i32,
    handle: CallHandle,
    plan: CallPlan,
    running: Option<Running>,
    /// What the engine says of each leg and the database has not been told yet: connected or not.
    unreported: BTreeMap<Uuid, bool>,
}

impl Call {
    pub fn start(worker: Worker, plan: CallPlan) -> CallHandle {
        let (messages, inbox) = mpsc::channel(WAITING);
        let handle = CallHandle { epoch: plan.epoch, version: Arc::new(AtomicI32::new(-1)), legs: Arc::new(AtomicUsize::new(plan.legs.len().max(2))), messages };
        let call = Self { id: plan.call, epoch: plan.epoch, handle: handle.clone(), plan, worker: worker.clone(), running: None, unreported: BTreeMap::new() };
        let span = tracing::info_span!("call", call = %call.id, epoch = call.epoch);
        worker.tasks().spawn(call.live(inbox).instrument(span));
        handle
    }

    async fn live(mut self, mut inbox: mpsc::Receiver<Message>) {
        self.carry_out().await;
        let mut stale = false;
        loop {
            let pending = stale || !self.unreported.is_empty();
            let message = tokio::select! {
                message = inbox.recv() => message,
                () = sleep(AGAIN), if pending => Some(Message::Sync(None)),
            };
            let mut waiting = Vec::new();
            match message {
                None => break,
                Some(Message::Engine(event)) => self.note(event),
                Some(Message::Sync(done)) => waiting.extend(done),
            }
            self.report().await;
            match self.worker.platform().call_plan(self.id, self.worker.id()).await {
                Ok(Some(plan)) if plan.epoch == self.epoch => {
                    stale = false;
                    self.plan = plan;
                    self.carry_out().await;
                }
                Ok(_) => {
                    self.end().await;
                    break;
                }
                // The database is away: what is, goes on.
                Err(_) => stale = true,
            }
            for done in waiting {
                let _ = done.send(());
            }
        }
        self.worker.forget(self.id, self.epoch);
    }

    fn note(&mut self, event: EngineEvent) {
        match event {
            EngineEvent::MediaBothWays { leg, .. } | EngineEvent::Reconnected { leg, .. } => {
                self.unreported.insert(leg, true);
            }
            EngineEvent::Disconnected { leg, .. } => {
                self.unreported.insert(leg, false);
            }
            EngineEvent::Closed { leg, reason, .. } => {
                tracing::info!(%leg, reason, "leg closed");
                self.unreported.remove(&leg);
            }
        }
    }

    /// Tells the database what became of the legs; what it cannot take now stays for the next time.
    async fn report(&mut self) {
        while let Some((leg, connected)) = self.unreported.first_key_value().map(|(leg, connected)| (*leg, *connected)) {
            let platform = self.worker.platform();
            let told = if connected {
                platform.leg_connected(self.id, self.epoch, LegId(leg)).await
            } else {
                platform.leg_disconnected(self.id, self.epoch, LegId(leg)).await
            };
            if let Err(error) = told {
                tracing::warn!(%leg, connected, %error, "not reported yet");
                return;
            }
            tracing::info!(%leg, connected, "leg reported");
            self.unreported.remove(&leg);
        }
    }

    /// Makes engine and recorder do what the plan says.
    async fn carry_out(&mut self) {
        let engine = self.worker.engine();
        let present: Vec<_> = self.plan.legs.iter().filter(|leg| leg.state != LegState::Left).collect();
        let routes = present.iter().flat_map(|to| present.iter().map(move |from| (from, to)));
        let routes = routes.filter(|(from, to)| from.id != to.id && hears(to.ear, from.ear)).map(|(from, to)| Route { from: from.id.0, to: to.id.0 });
        engine.route(self.id.0, routes.collect()).await;
        for leg in self.plan.legs.iter().filter(|leg| leg.state == LegState::Left) {
            engine.close_leg(self.id.0, leg.id.0, "left").await;
        }
        self.handle.legs.store(present.len().max(2), Ordering::Relaxed);
        if let Err(error) = self.follow_recording().await {
            tracing::error!(%error, "recording");
        }
        self.handle.version.store(self.plan.version, Ordering::Relaxed);
    }

    async fn follow_recording(&mut self) -> Result<()> {
        let wanted = self.plan.recording.clone();
        if self.running.as_ref().map(|running| running.id) != wanted.as_ref().map(|wanted| wanted.id) {
            self.stop_recorder().await;
            if let Some(wanted) = &wanted {
                self.start_recorder(wanted)?;
            }
        }
        let (Some(running), Some(wanted)) = (&mut self.running, wanted) else { return Ok(()) };
        if running.paused != wanted.paused {
            let done = if wanted.paused { running.recorder.pause().await } else { running.recorder.resume().await };
            done.map_err(|e| domain::Error::Internal(e.to_string()))?;
            running.paused = wanted.paused;
        }
        let legs = self.plan.legs.iter().filter(|leg| leg.state != LegState::Left && is_recorded(leg.ear)).map(|leg| leg.id.0).collect();
        let tap = RecordedLegs { legs, input: running.recorder.input() };
        self.worker.engine().tap(self.id.0, Some(Box::new(tap))).await;
        Ok(())
    }

    fn start_recorder(&mut self, wanted: &PlannedRecording) -> Result<()> {
        let platform = self.worker.platform();
        let internal = |error: String| domain::Error::Internal(error);
        let data_key = DataKey::unwrap(&wanted.data_key, &platform.config.secret).map_err(|e| internal(e.to_string()))?;
        let config = RecorderConfig {
            directory: platform.config.media.spool_dir.join(wanted.id.0.simple().to_string()).join(self.epoch.to_string()),
            key_prefix: recordings::capture_prefix(wanted.id, self.epoch),
            data_key,
            object_seconds: OBJECT_SECONDS,
        };
        let (events, heard) = mpsc::unbounded_channel();
        let recorder = Recorder::start(config, events).map_err(|e| internal(e.to_string()))?;
        tracing::info!(recording = %wanted.id, "recording");
        self.worker.tasks().spawn(capture::bring(self.worker.clone(), wanted.id, self.epoch, heard).in_current_span());
        self.running = Some(Running { id: wanted.id, paused: false, recorder });
        Ok(())
    }

    async fn stop_recorder(&mut self) {
        let Some(running) = self.running.take() else { return };
        self.worker.engine().tap(self.id.0, None).await;
        if let Err(error) = running.recorder.stop().await {
            tracing::error!(recording = %running.id, %error, "the recorder did not stop in order");
        }
    }

    /// The call is over, or another worker's.
    async fn end(&mut self) {
        self.stop_recorder().await;
        self.worker.engine().close_call(self.id.0).await;
        tracing::info!("call closed");
    }
}
