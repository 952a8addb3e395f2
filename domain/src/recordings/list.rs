//! Reading recordings.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;

use super::RecordingState;
use crate::{
    Platform, Result,
    db::schema::{leg, recording, recording_pause, rendition},
    ids::{CallId, RecordingId, UserId},
    page::{Page, Slice, page_by_id},
    people::Actor,
    voicemail::messages_of,
};

/// What was recorded of a call.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recording, check_for_backend(Pg))]
pub struct Recording {
    pub id: RecordingId,
    pub call_id: CallId,
    pub state: RecordingState,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub duration_ms: Option<i64>,
    pub bytes: Option<i64>,
    pub sha256: Option<String>,
    pub progress: Option<f64>,
    pub failure: Option<String>,
    pub retain_until: Option<DateTime<Utc>>,
    pub legal_hold: bool,
}

/// A stretch in which nothing was written.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recording_pause, check_for_backend(Pg))]
pub struct Pause {
    pub recording_id: RecordingId,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: String,
    /// Where it paused by itself: whose call it was.
    pub user_id: UserId,
    /// It paused by itself.
    pub automatic: bool,
}

/// A rung of the ladder.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = rendition, check_for_backend(Pg))]
pub struct Rendition {
    pub recording_id: RecordingId,
    pub name: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub kbps: i32,
    pub codecs: String,
}

#[derive(Debug, Clone, Default)]
pub struct RecordingFilter {
    pub states: Vec<RecordingState>,
    pub call: Option<CallId>,
}

type Boxed<'a> = recording::BoxedQuery<'a, Pg>;

/// Agents: of calls that they were a party of, and messages that they may hear; supervisors and administrators: all; a guest: of its own call. Deleted ones
/// stay, as the proof.
pub(super) fn visible<'a>(actor: &Actor) -> Result<Boxed<'a>> {
    let all = recording::table.into_boxed();
    if let Some(guest) = actor.guest() {
        return Ok(all.filter(recording::call_id.eq(guest.call)));
    }
    let user = actor.user()?.id;
    Ok(if actor.sees_all() {
        all
    } else {
        let party = leg::table.filter(leg::user_id.eq(user)).select(leg::call_id);
        // Of a call in which more was said than the message, the message alone.
        let messages = messages_of!(user, voicemail::recording_id.assume_not_null());
        all.filter(recording::call_id.eq_any(party).or(recording::id.eq_any(messages)))
    })
}

fn filtered<'a>(actor: &Actor, filter: &'a RecordingFilter) -> Result<Boxed<'a>> {
    let mut query = visible(actor)?;
    if !filter.states.is_empty() {
        query = query.filter(recording::state.eq_any(&filter.states));
    }
    if let Some(call) = filter.call {
        query = query.filter(recording::call_id.eq(call));
    }
    Ok(query)
}

impl Platform {
    pub async fn list_recordings(
        &self,
        actor: &Actor,
        filter: &RecordingFilter,
        slice: &Slice,
    ) -> Result<Page<Recording>> {
        let mut connection = self.db.get().await?;
        Ok(
            page_by_id!(&mut connection, filtered(actor, filter)?, recording::id, Recording, slice, newest_first: true),
        )
    }

    pub async fn count_recordings(&self, actor: &Actor, filter: &RecordingFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(actor, filter)?.count().get_result(&mut connection).await?)
    }

    /// Recordings by id, as far as the actor may see them; in no order.
    pub async fn recordings(&self, actor: &Actor, ids: &[RecordingId]) -> Result<Vec<Recording>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(recording::id.eq_any(ids))
            .select(Recording::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Recordings of several calls, the oldest first.
    pub async fn recordings_of_calls(&self, actor: &Actor, ids: &[CallId]) -> Result<Vec<Recording>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(recording::call_id.eq_any(ids))
            .order(recording::id)
            .select(Recording::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Renditions of several recordings, the best first.
    pub async fn renditions(&self, ids: &[RecordingId]) -> Result<Vec<Rendition>> {
        let mut connection = self.db.get().await?;
        Ok(rendition::table
            .filter(rendition::recording_id.eq_any(ids))
            .order((rendition::height.desc().nulls_last(), rendition::kbps.desc()))
            .select(Rendition::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Pauses of several recordings, in order.
    pub async fn pauses(&self, ids: &[RecordingId]) -> Result<Vec<Pause>> {
        let mut connection = self.db.get().await?;
        Ok(recording_pause::table
            .filter(recording_pause::recording_id.eq_any(ids))
            .order(recording_pause::started_at)
            .select(Pause::as_select())
            .load(&mut connection)
            .await?)
    }
}
