//! What the leasing worker reads of a call, and what it reports. Every report carries the epoch of its lease; one of an
//! older epoch changes nothing.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{
    Call, CallEventKind, CallState, Change, Direction, Leg, LegRole, LegState, MediaKind, audience::Ear,
};
use crate::{
    Error, Platform, Result,
    bus::Job,
    db::schema::{call, leg, media_worker, queue, recording},
    fleet::WorkerState,
    ids::{AudioFileId, CallId, LegId, QueueId, RecordingId, WorkerId},
    limits,
    recordings::RecordingState,
    routing::{OfferPurpose, VisitOutcome},
    voicemail::{open_message, speaker},
};

/// What the worker shall do for a call.
#[derive(Debug, Clone)]
pub struct CallPlan {
    pub call: CallId,
    pub version: i32,
    pub epoch: i32,
    /// Between users: there is no outsider by whose ear the recorder could go.
    pub internal: bool,
    pub legs: Vec<PlannedLeg>,
    pub recording: Option<PlannedRecording>,
}

#[derive(Debug, Clone)]
pub struct PlannedLeg {
    pub id: LegId,
    pub ear: Ear,
    pub state: LegState,
    /// What it hears from us. Then it hears nobody else.
    pub prompt: Option<PlannedPrompt>,
}

/// What a party hears from us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlannedPrompt {
    /// Somebody waits, or is on hold.
    Music(PlannedMusic),
    /// Once: what is said to whoever leaves a message, if anything, then the beep, then nothing.
    Greeting(Option<AudioFileId>),
}

/// What somebody hears who waits or is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlannedMusic {
    /// None: the music that we bring along.
    pub music: Option<AudioFileId>,
    /// Said in the music's place: at the beginning …
    pub announcement: Option<AudioFileId>,
    /// … and again whenever so much music has been heard; 0: not again.
    pub every_seconds: u32,
}

#[derive(Debug, Clone)]
pub struct PlannedRecording {
    pub id: RecordingId,
    pub paused: bool,
    /// Pictures are left out.
    pub sound_only: bool,
    /// Wrapped; see [`crate::objects::crypt::DataKey`].
    pub data_key: Vec<u8>,
}

/// What those hear who wait in a queue.
async fn queue_prompt(connection: &mut AsyncPgConnection, id: QueueId) -> Result<Option<PlannedMusic>> {
    let found: Option<(Option<AudioFileId>, Option<AudioFileId>, i32)> = queue::table
        .find(id)
        .select((queue::music_id, queue::announcement_id, queue::announcement_seconds))
        .first(connection)
        .await
        .optional()?;
    Ok(found.map(|(music, announcement, seconds)| PlannedMusic {
        music,
        announcement,
        every_seconds: seconds.unsigned_abs(),
    }))
}

impl Change {
    fn is_connected(&self, is_it: impl Fn(&Leg) -> bool) -> bool {
        self.legs.iter().any(|leg| leg.state == LegState::Connected && is_it(leg))
    }

    /// The call's own agent: another one may be in it, too, who hands it over just now.
    fn agent_connected(&self) -> bool {
        let agent = self.call.agent_id;
        self.is_connected(|leg| leg.role == LegRole::Agent && leg.user_id == agent)
    }

    fn other_side_connected(&self) -> bool {
        let agent = self.call.agent_id;
        match self.call.direction {
            Direction::Internal => {
                self.is_connected(|leg| leg.role == LegRole::Agent && leg.user_id != agent)
            }
            _ => self.is_connected(|leg| leg.role == LegRole::Contact),
        }
    }
}

impl Change {
    /// One that has had media, while no worker has the call: nobody could hear it, so its time to come back has not begun.
    /// An agent with whom the contact does not talk yet is not waited for, since others could take the call.
    pub(super) fn waits_for_worker(&self, place: usize) -> bool {
        let leg = &self.legs[place];
        self.call.worker_id.is_none()
            && leg.connected_at.is_some()
            && (self.call.visit_id.is_none() || leg.is_outsider())
    }
}

impl PlannedMusic {
    /// On hold: the music alone, since nobody has to be told that he waits.
    const fn on_hold(queue: Option<Self>) -> Self {
        let music = match queue {
            Some(prompt) => prompt.music,
            None => None,
        };
        Self { music, announcement: None, every_seconds: 0 }
    }
}

impl Platform {
    /// Leases a call for a worker. None when the call is over or somebody alive has it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for a worker that drains or was declared dead: another has to take it.
    pub async fn lease_call(&self, id: CallId, worker: WorkerId) -> Result<Option<CallPlan>> {
        let mut change = self.change(id).await?;
        if change.call.state == CallState::Ended
            || change.call.worker_id.is_some_and(|holder| holder != worker)
        {
            return Ok(None);
        }
        if change.call.worker_id.is_none() {
            // Locked until the commit: whoever declares the worker dead meanwhile finds this call among its calls.
            let active: Option<WorkerId> = media_worker::table
                .filter(media_worker::id.eq(worker).and(media_worker::state.eq(WorkerState::Active)))
                .select(media_worker::id)
                .for_share()
                .first(change.unit.connection())
                .await
                .optional()?;
            if active.is_none() {
                return Err(Error::Unavailable("this worker takes no calls any more".into()));
            }
            change.call.worker_id = Some(worker);
            change.call.dispatch_at = None;
            change.call.epoch += 1;
            // Those who lost their worker have their time from here, however long they were without one.
            let leave_by = change.now() + limits::RECONNECT;
            for leg in change.legs.iter_mut().filter(|leg| leg.connected_at.is_some()) {
                leg.leave_by = leg.leave_by.map(|_| leave_by);
            }
            if change.call.epoch > 1 {
                let epoch = change.call.epoch.to_string();
                change.event(CallEventKind::MediaMoved, "system", None, Some(epoch)).await?;
            } else if change.call.state == CallState::Created {
                change.become_state(CallState::Ringing).await?;
                change.event(CallEventKind::Ringing, "system", None, None).await?;
            }
            change.commit().await?;
        }
        self.call_plan(id, worker).await
    }

    /// What the worker shall do now; none when the call is no longer its own.
    pub async fn call_plan(&self, id: CallId, worker: WorkerId) -> Result<Option<CallPlan>> {
        let mut connection = self.db.get().await?;
        let row: Option<Call> = call::table
            .filter(call::id.eq(id).and(call::worker_id.eq(worker)).and(call::state.ne(CallState::Ended)))
            .select(Call::as_select())
            .first(&mut connection)
            .await
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        let legs: Vec<Leg> = leg::table
            .filter(leg::call_id.eq(id))
            .order(leg::id)
            .select(Leg::as_select())
            .load(&mut connection)
            .await?;
        let recording: Option<(RecordingId, RecordingState, Option<Vec<u8>>)> = recording::table
            .filter(recording::call_id.eq(id).and(recording::state.eq_any(RecordingState::LIVE)))
            .select((recording::id, recording::state, recording::data_key))
            .first(&mut connection)
            .await
            .optional()?;
        let message = match row.state {
            CallState::InProgress => open_message(&mut connection, id).await?,
            _ => None,
        };
        let queue = row.queue_id.filter(|_| row.visit_id.is_some() || legs.iter().any(|leg| leg.parked));
        let music = match queue {
            Some(queue) => queue_prompt(&mut connection, queue).await?,
            None => None,
        };
        // Who leaves a message is greeted; not again by a worker that took the call over after the beep.
        let greeting = message.as_ref().map(|message| {
            (message.epoch == 0 || message.epoch == row.epoch)
                .then_some(PlannedPrompt::Greeting(message.greeting_id))
        });
        // Who waits hears the queue's music until somebody answers; who is on hold, its music until he is taken back.
        let speaker = speaker(&row, &legs).map(|place| legs[place].id);
        let heard = |leg: &Leg| match (&greeting, music.filter(|_| row.visit_id.is_some())) {
            (Some(greeting), _) => greeting.filter(|_| Some(leg.id) == speaker),
            (None, Some(waiting)) if leg.is_outsider() => Some(PlannedPrompt::Music(waiting)),
            (None, _) => leg.parked.then(|| PlannedPrompt::Music(PlannedMusic::on_hold(music))),
        };
        Ok(Some(CallPlan {
            call: id,
            version: row.version,
            epoch: row.epoch,
            internal: row.direction == Direction::Internal,
            legs: legs
                .iter()
                .map(|leg| PlannedLeg { id: leg.id, ear: leg.ear(), state: leg.state, prompt: heard(leg) })
                .collect(),
            recording: recording.and_then(|(id, state, key)| {
                let (paused, sound_only) = (
                    state == RecordingState::Paused,
                    // As it was offered: a message is seen where the call has a picture.
                    message.is_some() && row.media == MediaKind::Audio,
                );
                Some(PlannedRecording { id, paused, sound_only, data_key: key? })
            }),
        }))
    }

    /// The live calls of a worker with their versions: what a command could not tell it.
    pub async fn calls_of_worker(&self, worker: WorkerId) -> Result<Vec<(CallId, i32)>> {
        let mut connection = self.db.get().await?;
        Ok(call::table
            .filter(call::worker_id.eq(worker).and(call::state.ne(CallState::Ended)))
            .select((call::id, call::version))
            .load(&mut connection)
            .await?)
    }

    /// Locks a call for a report; none when the lease is no longer the worker's.
    pub(crate) async fn report(&self, id: CallId, epoch: i32) -> Result<Option<Change>> {
        let change = self.change(id).await?;
        Ok((change.call.epoch == epoch
            && change.call.worker_id.is_some()
            && change.call.state != CallState::Ended)
            .then_some(change))
    }

    /// Media flows both ways on a leg. The call is IN_PROGRESS once that is so for its agent and a contact, or for two
    /// colleagues.
    pub async fn leg_connected(&self, id: CallId, epoch: i32, leg: LegId) -> Result<()> {
        let Some(mut change) = self.report(id, epoch).await? else { return Ok(()) };
        let Some(place) = change.legs.iter().position(|l| l.id == leg) else { return Ok(()) };
        let before = change.legs[place].state;
        let again = before == LegState::Connected && change.legs[place].epoch == epoch;
        if again || !before.is_present() {
            return Ok(());
        }
        if before != LegState::Connected {
            change.leg_becomes(place, LegState::Connected)?;
        }
        change.legs[place].epoch = epoch;
        if before == LegState::Reconnecting && change.legs[place].is_outsider() {
            change.contact_is_back();
        }
        change.event(CallEventKind::LegJoined, "worker", Some(leg), None).await?;
        if let (LegRole::Agent, Some(user)) = (change.legs[place].role, change.legs[place].user_id)
            && let Some(offer) = change.offer_connected(user.into()).await?
            && offer.purpose == OfferPurpose::Transfer
        {
            change.target_connected(&offer).await?;
        }
        change.take_over_if_wanted(place).await?;
        let agent = change.agent_connected();
        if change.call.state == CallState::Connecting && agent && change.other_side_connected() {
            change.become_state(CallState::InProgress).await?;
            // One that lost its agent and found another was answered before.
            let now = change.now();
            change.call.answered_at.get_or_insert(now);
            change.call.answer_by = None;
            change.leave_queue(VisitOutcome::Answered).await?;
            change.event(CallEventKind::Connected, "worker", None, None).await?;
            change.queue_answered().await?;
        } else if change.call.state == CallState::Connecting
            && agent
            && change.call.callback_of.is_some()
            && !change.legs.iter().any(|leg| leg.role == LegRole::Contact && leg.state.is_present())
        {
            change.ring_contact().await?;
        }
        crate::recordings::follow_consent(&mut change).await?;
        change.commit().await?;
        Ok(())
    }

    /// Nothing comes from a leg any more; it may be back within 30 s.
    pub async fn leg_disconnected(&self, id: CallId, epoch: i32, leg: LegId) -> Result<()> {
        let Some(mut change) = self.report(id, epoch).await? else { return Ok(()) };
        let Some(place) = change.legs.iter().position(|l| l.id == leg && l.state == LegState::Connected)
        else {
            return Ok(());
        };
        change.leg_becomes(place, LegState::Reconnecting)?;
        change.legs[place].leave_by = Some(change.now() + limits::RECONNECT);
        change.event(CallEventKind::LegReconnecting, "worker", Some(leg), None).await?;
        change.commit().await?;
        Ok(())
    }

    /// Takes a call away from a worker that is gone or drains, and has it dispatched anew. Its legs get their time to
    /// come over.
    pub async fn orphan_call(&self, id: CallId, worker: WorkerId) -> Result<bool> {
        let mut change = self.change(id).await?;
        if change.call.worker_id != Some(worker) || change.call.state == CallState::Ended {
            return Ok(false);
        }
        let leave_by = change.now() + limits::RECONNECT;
        for place in 0..change.legs.len() {
            if change.legs[place].state == LegState::Connected {
                change.leg_becomes(place, LegState::Reconnecting)?;
                change.legs[place].leave_by = Some(leave_by);
                let leg = change.legs[place].id;
                change
                    .event(
                        CallEventKind::LegReconnecting,
                        "system",
                        Some(leg),
                        Some("the media worker is gone".into()),
                    )
                    .await?;
            } else if change.legs[place].state.is_present() && change.legs[place].leave_by.is_some() {
                change.legs[place].leave_by = Some(leave_by);
            }
        }
        change.call.worker_id = None;
        change.dispatch().await?;
        change.commit().await?;
        Ok(true)
    }

    /// Calls that no worker has though they were placed or moved a while ago are dispatched again. Returns how many.
    pub async fn dispatch_again(&self) -> Result<usize> {
        let mut unit = self.begin().await?;
        let now = unit.now;
        let waiting: Vec<(CallId, i32)> = call::table
            .filter(
                call::dispatch_at
                    .le(now)
                    .and(call::worker_id.is_null())
                    .and(call::state.ne(CallState::Ended)),
            )
            .order(call::dispatch_at)
            .limit(100)
            .select((call::id, call::epoch))
            .for_no_key_update()
            .skip_locked()
            .load(unit.connection())
            .await?;
        let ids: Vec<CallId> = waiting.iter().map(|(id, _)| *id).collect();
        // Once in a while, not with every sweep: nobody may be there to take the jobs.
        diesel::update(call::table.filter(call::id.eq_any(ids)))
            .set(call::dispatch_at.eq(now + limits::DISPATCH_AGAIN))
            .execute(unit.connection())
            .await?;
        for (id, epoch) in &waiting {
            let job = if *epoch == 0 { Job::Calls } else { Job::Moves };
            unit.job(job, serde_json::json!({ "callId": id })).await?;
        }
        unit.commit().await?;
        Ok(waiting.len())
    }
}
