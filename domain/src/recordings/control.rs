//! Start, pause, resume, stop: by policy and by hand. The row says what shall be; the worker follows it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Recording, RecordingState};
use crate::{
    Error, Platform, Result,
    calls::{CallEventKind, CallState, Change, Leg, LegRole},
    config::ConsentPolicy,
    db::schema::{recording, recording_pause},
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, RecordingId, UserId},
    limits,
    objects::crypt::DataKey,
    people::Actor,
    validate,
};

const NOT_AGREED: &str = "Not everybody in this call has agreed to be recorded.";

async fn live(change: &mut Change) -> Result<Option<Recording>> {
    Ok(recording::table
        .filter(recording::call_id.eq(change.call.id).and(recording::state.eq_any(RecordingState::LIVE)))
        .select(Recording::as_select())
        .first(change.unit.connection())
        .await
        .optional()?)
}

/// Whether all who must agree have agreed. Nobody is recorded before. Whoever works here agrees by it and is not asked,
/// but may refuse.
fn all_agreed(change: &Change, policy: ConsentPolicy) -> bool {
    let mut parties = change.legs.iter().filter(|leg| leg.state.is_present());
    match policy {
        ConsentPolicy::AllParties => parties.all(|leg| leg.consent.unwrap_or(leg.is_staff())),
        ConsentPolicy::OneParty => {
            parties.any(|leg| leg.role == LegRole::Agent && leg.consent != Some(false))
        }
        ConsentPolicy::None => true,
    }
}

/// Starts the recording when the call is to be recorded, runs, and all have agreed. One that runs pauses by itself as long
/// as somebody is there who came later and has yet to agree.
pub(crate) async fn follow_consent(change: &mut Change) -> Result<()> {
    let policy = change.unit.platform().config.consent_policy;
    // A message is recorded from the beep on, once whoever leaves it has agreed.
    if change.voicemail.is_some() {
        return Ok(());
    }
    let agreed = all_agreed(change, policy);
    let Some(recording) = live(change).await? else {
        let due = change.call.record
            && !change.call.recording_stopped
            && change.call.state == CallState::InProgress
            && agreed;
        if due {
            begin(change, "system").await?;
        }
        return Ok(());
    };
    if policy != ConsentPolicy::AllParties {
        return Ok(());
    }
    let is_awaited = |leg: &&Leg| leg.is_outsider() && leg.state.is_present() && leg.consent.is_none();
    let awaited = change.legs.iter().find(is_awaited).map(|leg| leg.name.chars().take(100).collect());
    match (recording.state, awaited) {
        (RecordingState::Recording, Some::<String>(name)) => {
            let by = whose_call(change)?;
            pause(change, recording.id, &format!("consent of {name} is awaited"), by, true).await
        }
        (RecordingState::Paused, None) if agreed && pauses_by_itself(change, recording.id).await? => {
            resume(change, recording.id, "system").await
        }
        _ => Ok(()),
    }
}

/// Who stands for what the call does by itself: its agent, or the last one it had.
fn whose_call(change: &Change) -> Result<UserId> {
    let last = || change.legs.iter().rev().find(|leg| leg.role == LegRole::Agent).and_then(|leg| leg.user_id);
    change
        .call
        .agent_id
        .or_else(last)
        .ok_or_else(|| Error::Internal("a call is recorded that nobody answered".into()))
}

async fn pause(
    change: &mut Change,
    id: RecordingId,
    reason: &str,
    by: UserId,
    automatic: bool,
) -> Result<()> {
    diesel::update(recording::table.find(id))
        .set(recording::state.eq(RecordingState::Paused))
        .execute(change.unit.connection())
        .await?;
    let row = (
        recording_pause::recording_id.eq(id),
        recording_pause::started_at.eq(change.now()),
        recording_pause::reason.eq(reason),
        recording_pause::user_id.eq(by),
        recording_pause::automatic.eq(automatic),
    );
    // In the same instant as the one before: that one goes on.
    diesel::insert_into(recording_pause::table)
        .values(&row)
        .on_conflict((recording_pause::recording_id, recording_pause::started_at))
        .do_update()
        .set((
            recording_pause::ended_at.eq(None::<DateTime<Utc>>),
            recording_pause::user_id.eq(by),
            recording_pause::automatic.eq(automatic),
        ))
        .execute(change.unit.connection())
        .await?;
    let actor = if automatic { "system".to_owned() } else { by.to_string() };
    change.event(CallEventKind::RecordingPaused, &actor, None, None).await
}

async fn resume(change: &mut Change, id: RecordingId, actor: &str) -> Result<()> {
    diesel::update(recording::table.find(id))
        .set(recording::state.eq(RecordingState::Recording))
        .execute(change.unit.connection())
        .await?;
    close_pause(change, id).await?;
    change.event(CallEventKind::RecordingResumed, actor, None, None).await
}

async fn pauses_by_itself(change: &mut Change, id: RecordingId) -> Result<bool> {
    let open = recording_pause::table
        .filter(recording_pause::recording_id.eq(id).and(recording_pause::ended_at.is_null()))
        .filter(recording_pause::automatic.eq(true));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(change.unit.connection()).await?)
}

/// Records from now on.
pub(crate) async fn begin(change: &mut Change, actor: &str) -> Result<RecordingId> {
    let data_key = DataKey::generate().wrap(&change.unit.platform().config.secret);
    let (id, now) = (RecordingId::new(), change.now());
    diesel::insert_into(recording::table)
        .values((
            recording::id.eq(id),
            recording::call_id.eq(change.call.id),
            recording::state.eq(RecordingState::Recording),
            recording::data_key.eq(data_key),
            recording::started_at.eq(now),
        ))
        .execute(change.unit.connection())
        .await?;
    change.event(CallEventKind::RecordingStarted, actor, None, None).await?;
    Ok(id)
}

/// The call is over, or recording was stopped: the worker brings the last objects, then it is transcoded.
pub(crate) async fn finalize(change: &mut Change) -> Result<()> {
    let now = change.now();
    let finalize_by = now + limits::FINALIZE;
    let closed = diesel::update(
        recording::table
            .filter(recording::call_id.eq(change.call.id).and(recording::state.eq_any(RecordingState::LIVE))),
    )
    .set((
        recording::state.eq(RecordingState::Finalizing),
        recording::ended_at.eq(now),
        recording::finalize_by.eq(finalize_by),
    ))
    .returning(recording::id)
    .get_results::<RecordingId>(change.unit.connection())
    .await?;
    for id in closed {
        close_pause(change, id).await?;
        change.event(CallEventKind::RecordingStopped, "system", None, None).await?;
    }
    Ok(())
}

/// Somebody refused: what was written of this call goes. The bucket is emptied by the scheduler, the key goes with it.
pub(crate) async fn discard(change: &mut Change) -> Result<()> {
    let now = change.now();
    let gone = diesel::update(
        recording::table.filter(
            recording::call_id
                .eq(change.call.id)
                .and(recording::state.ne(RecordingState::Deleted))
                .and(recording::legal_hold.eq(false)),
        ),
    )
    .set((
        recording::state.eq(RecordingState::Deleted),
        recording::ended_at.eq(now),
        recording::failure.eq("A party refused to be recorded."),
        recording::lease_until.eq(None::<chrono::DateTime<chrono::Utc>>),
    ))
    .returning(recording::id)
    .get_results::<RecordingId>(change.unit.connection())
    .await?;
    for id in gone {
        close_pause(change, id).await?;
        change.event(CallEventKind::RecordingStopped, "system", None, Some("refused".into())).await?;
    }
    Ok(())
}

async fn close_pause(change: &mut Change, id: RecordingId) -> Result<()> {
    let now = change.now();
    diesel::update(
        recording_pause::table
            .filter(recording_pause::recording_id.eq(id).and(recording_pause::ended_at.is_null())),
    )
    .set(recording_pause::ended_at.eq(now))
    .execute(change.unit.connection())
    .await?;
    Ok(())
}

enum Order {
    Pause(String),
    Resume,
    Stop,
}

impl Platform {
    /// Starts recording by hand.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, ILLEGAL_TRANSITION before the call is answered, CONSENT_REQUIRED.
    pub async fn start_recording(&self, actor: &Actor, call: CallId) -> Result<Recording> {
        let user = actor.user()?.id;
        let mut change = self.change(call).await?;
        change.belongs_to(actor)?;
        change.still_on()?;
        if let Some(running) = live(&mut change).await? {
            return Ok(running);
        }
        if change.call.state != CallState::InProgress || change.voicemail.is_some() {
            return refuse(RefusalCode::IllegalTransition, "Recording can start once the call is answered.");
        }
        if change.legs.iter().any(|leg| leg.consent == Some(false))
            || !all_agreed(&change, self.config.consent_policy)
        {
            return refuse(RefusalCode::ConsentRequired, NOT_AGREED);
        }
        change.call.record = true;
        change.call.recording_stopped = false;
        begin(&mut change, &user.to_string()).await?;
        let started = live(&mut change).await?.ok_or_else(|| Refusal::not_found("recording"))?;
        change.commit().await?;
        Ok(started)
    }

    /// Nothing is written until it is resumed; answers once the worker has stopped writing.
    ///
    /// # Errors
    /// NOT_FOUND, ILLEGAL_TRANSITION, INVALID for the reason, MEDIA_UNAVAILABLE when the worker did not answer (the pause
    /// holds all the same).
    pub async fn pause_recording(&self, actor: &Actor, id: RecordingId, reason: &str) -> Result<Recording> {
        let reason = validate::text_of("reason", reason, 200)?;
        self.order(actor, id, Order::Pause(reason)).await
    }

    /// # Errors
    /// NOT_FOUND, ILLEGAL_TRANSITION, MEDIA_UNAVAILABLE.
    pub async fn resume_recording(&self, actor: &Actor, id: RecordingId) -> Result<Recording> {
        self.order(actor, id, Order::Resume).await
    }

    /// Ends the recording; it does not start again by policy.
    ///
    /// # Errors
    /// NOT_FOUND, ILLEGAL_TRANSITION, MEDIA_UNAVAILABLE.
    pub async fn stop_recording(&self, actor: &Actor, id: RecordingId) -> Result<Recording> {
        self.order(actor, id, Order::Stop).await
    }

    async fn order(&self, actor: &Actor, id: RecordingId, order: Order) -> Result<Recording> {
        let user = actor.user()?.id;
        let mut connection = self.db.get().await?;
        let call: Option<CallId> =
            recording::table.find(id).select(recording::call_id).first(&mut connection).await.optional()?;
        drop(connection);
        let mut change = self
            .change(call.ok_or_else(|| Refusal::not_found("recording"))?)
            .await
            .map_err(|_| Refusal::not_found("recording"))?;
        change.belongs_to(actor).map_err(|_| Refusal::not_found("recording"))?;
        if change.voicemail.is_some() {
            return refuse(
                RefusalCode::IllegalTransition,
                "A message is recorded as it comes. End the call instead.",
            );
        }
        let found =
            recording::table.find(id).select(Recording::as_select()).first(change.unit.connection()).await?;
        match (order, found.state) {
            (Order::Pause(reason), RecordingState::Recording) => {
                pause(&mut change, id, &reason, user, false).await?;
            }
            (Order::Resume, RecordingState::Paused) => {
                if !all_agreed(&change, self.config.consent_policy) {
                    return refuse(RefusalCode::ConsentRequired, NOT_AGREED);
                }
                resume(&mut change, id, &user.to_string()).await?;
            }
            (Order::Stop, RecordingState::Recording | RecordingState::Paused) => {
                change.call.recording_stopped = true;
                finalize(&mut change).await?;
            }
            (_, state) => {
                return refuse(RefusalCode::IllegalTransition, format!("The recording is {state}."));
            }
        }
        let after =
            recording::table.find(id).select(Recording::as_select()).first(change.unit.connection()).await?;
        let (call, _) = change.commit().await?;
        self.sync(&call).await?;
        Ok(after)
    }
}
