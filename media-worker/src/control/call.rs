//! One call on this worker: an actor that makes the engine and the recorder do what the database says.

use std::{
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
    ids::{CallId, RecordingId},
    objects::crypt::DataKey,
    recordings,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tracing::Instrument;
use uuid::Uuid;

use super::{capture, pages::Pages, reports::Reports, tap::RecordedLegs, worker::Worker};
use crate::{
    engine::{LegChange, Route},
    recorder::{Recorder, RecorderConfig},
};

/// Looks that wait; one serves them all.
const WAITING: usize = 64;
/// Length of a recorded object: what the crash of a worker costs.
pub const OBJECT_SECONDS: u32 = 4;
/// Legs that a call is reckoned with at least: whoever was called may still come.
pub const LEGS_OF_A_CALL: usize = 2;
/// A report or a look that failed is tried again after this.
const AGAIN: Duration = Duration::from_millis(500);

/// Look at the database and at what the engine said; the answer comes once that is carried out.
type Look = Option<oneshot::Sender<()>>;

/// How the worker speaks to a call's actor.
#[derive(Clone)]
pub struct CallHandle {
    epoch: i32,
    version: Arc<AtomicI32>,
    legs: Arc<AtomicUsize>,
    looks: mpsc::Sender<Look>,
    reports: Arc<Reports>,
    pages: Pages,
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

    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// Look at the database; no answer needed.
    pub fn nudge(&self) {
        // Full: it will look anyway.
        let _ = self.looks.try_send(None);
    }

    /// Look at the database; true once that is carried out, or the call is gone. False when it could not be.
    pub async fn sync(&self) -> bool {
        let (done, carried_out) = oneshot::channel();
        self.looks.send(Some(done)).await.is_err() || carried_out.await.is_ok()
    }

    pub fn hear(&self, leg: Uuid, change: LegChange) {
        self.reports.hear(leg, change);
        self.nudge();
    }
}

/// The recorder of the call's live recording.
struct Running {
    id: RecordingId,
    paused: bool,
    recorder: Recorder,
    /// The legs that the recorder hears; none right after a start or a resume.
    tapped: Option<Vec<Uuid>>,
}

/// The actor's own state.
pub struct Call {
    worker: Worker,
    id: CallId,
    epoch: i32,
    handle: CallHandle,
    plan: CallPlan,
    running: Option<Running>,
}

impl Call {
    pub fn start(worker: Worker, plan: CallPlan) -> CallHandle {
        let (looks, inbox) = mpsc::channel(WAITING);
        let handle = CallHandle {
            epoch: plan.epoch,
            version: Arc::new(AtomicI32::new(-1)),
            legs: Arc::new(AtomicUsize::new(plan.legs.len().max(LEGS_OF_A_CALL))),
            looks,
            reports: Arc::default(),
            pages: Pages::default(),
        };
        let call = Self {
            id: plan.call,
            epoch: plan.epoch,
            handle: handle.clone(),
            plan,
            worker: worker.clone(),
            running: None,
        };
        let span = tracing::info_span!("call", call = %call.id, epoch = call.epoch);
        worker.tasks().spawn(call.live(inbox).instrument(span));
        handle
    }

    async fn live(mut self, mut inbox: mpsc::Receiver<Look>) {
        let mut stale = !self.carry_out().await;
        loop {
            let pending = stale || !self.handle.reports.is_empty();
            let look = tokio::select! {
                look = inbox.recv() => look,
                () = sleep(AGAIN), if pending => Some(None),
            };
            let Some(look) = look else { break };
            // One look serves all who wait for one.
            let mut waiting: Vec<_> = look.into_iter().collect();
            while let Ok(look) = inbox.try_recv() {
                waiting.extend(look);
            }
            self.handle.reports.tell(self.worker.platform(), self.id, self.epoch).await;
            match self.worker.platform().call_plan(self.id, self.worker.id()).await {
                Ok(Some(plan)) if plan.epoch == self.epoch => {
                    self.plan = plan;
                    stale = !self.carry_out().await;
                }
                Ok(_) => {
                    self.end().await;
                    break;
                }
                // The database is away: what is, goes on.
                Err(_) => stale = true,
            }
            // Dropped, they tell that it could not be carried out: a pause must not be believed in before it is one.
            for done in waiting.into_iter().filter(|_| !stale) {
                let _ = done.send(());
            }
        }
        self.worker.forget(self.id, self.epoch);
    }

    /// Makes engine and recorder do what the plan says; false when the recorder did not.
    async fn carry_out(&mut self) -> bool {
        let engine = self.worker.engine();
        let present: Vec<_> = self.plan.legs.iter().filter(|leg| leg.state != LegState::Left).collect();
        let routes = present.iter().flat_map(|to| present.iter().map(move |from| (from, to)));
        let routes = routes
            .filter(|(from, to)| from.id != to.id && to.prompt.is_none() && hears(to.ear, from.ear))
            .map(|(from, to)| Route { from: from.id.0, to: to.id.0 });
        engine.route(self.id.0, routes.collect()).await;
        for leg in &present {
            let heard = (self.id, &self.handle);
            let prompt =
                leg.prompt.and_then(|planned| self.worker.prompts().prompt(&self.worker, heard, planned));
            // What can't be had yet takes the place of nothing: a greeting that was heard would begin anew.
            if prompt.is_some() || leg.prompt.is_none() {
                engine.play(self.id.0, leg.id.0, prompt).await;
            }
        }
        for leg in self.plan.legs.iter().filter(|leg| leg.state == LegState::Left) {
            engine.close_leg(self.id.0, leg.id.0, "left").await;
        }
        self.handle.legs.store(present.len().max(LEGS_OF_A_CALL), Ordering::Relaxed);
        let recording = self.follow_recording().await;
        if let Err(error) = &recording {
            tracing::error!(%error, "recording");
        }
        self.handle.version.store(self.plan.version, Ordering::Relaxed);
        recording.is_ok()
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
            let done =
                if wanted.paused { running.recorder.pause().await } else { running.recorder.resume().await };
            done.map_err(|e| domain::Error::Internal(e.to_string()))?;
            running.paused = wanted.paused;
            running.tapped = None;
        }
        let here: Vec<_> = self.plan.legs.iter().filter(|leg| leg.state.is_present()).collect();
        let ears: Vec<_> = here.iter().map(|leg| leg.ear).collect();
        let recorded = here.iter().filter(|leg| is_recorded(leg.ear, &ears, self.plan.internal));
        let legs: Vec<Uuid> = recorded.map(|leg| leg.id.0).collect();
        // A new tap asks every sender for a key frame: once at the start and after a pause, not at every look.
        if running.tapped.as_ref() != Some(&legs) {
            running.tapped = Some(legs.clone());
            let (sound_only, input) = (wanted.sound_only, running.recorder.input());
            let tap = RecordedLegs { legs, sound_only, input };
            self.worker.engine().tap(self.id.0, Some(Box::new(tap))).await;
        }
        Ok(())
    }

    fn start_recorder(&mut self, wanted: &PlannedRecording) -> Result<()> {
        let platform = self.worker.platform();
        let internal = |error: String| domain::Error::Internal(error);
        let data_key = DataKey::unwrap(&wanted.data_key, &platform.config.secret)
            .map_err(|e| internal(e.to_string()))?;
        let config = RecorderConfig {
            directory: platform
                .config
                .media
                .spool_dir
                .join(wanted.id.0.simple().to_string())
                .join(self.epoch.to_string()),
            key_prefix: recordings::capture_prefix(wanted.id, self.epoch),
            data_key,
            object_seconds: OBJECT_SECONDS,
        };
        // Unbounded, for nothing of it may be lost and the recorder must not wait: an event is a file's name, one a track in
        // four seconds, and while storage is away the disk is full long before the memory.
        let (events, heard) = mpsc::unbounded_channel();
        let recorder = Recorder::start(config, events).map_err(|e| internal(e.to_string()))?;
        tracing::info!(recording = %wanted.id, "recording");
        self.worker
            .tasks()
            .spawn(capture::bring(self.worker.clone(), wanted.id, self.epoch, heard).in_current_span());
        self.running = Some(Running { id: wanted.id, paused: false, recorder, tapped: None });
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
