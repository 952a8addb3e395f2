//! Reading messages. Agents see their own and those of the queues that they serve; supervisors and administrators all.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;

use super::{Voicemail, VoicemailState};
use crate::{
    Platform, Result,
    calls::CallEventKind,
    db::schema::{queue_member, voicemail},
    error::Refusal,
    ids::{AgentId, CallId, QueueId, VoicemailId},
    page::{Page, Slice, page_by_id},
    people::Actor,
};

/// A column of the messages that a user may hear: a query, for whatever hangs on them to be read with. Each half by its index.
macro_rules! messages_of {
    ($user:expr, $column:expr) => {{
        use $crate::{
            db::schema::{queue_member, voicemail},
            voicemail::VoicemailState,
        };
        let agent = $crate::ids::AgentId::from($user);
        let own = voicemail::table
            .filter(voicemail::agent_id.eq(agent).and(voicemail::state.eq(VoicemailState::Done)))
            .select($column);
        let of_queues = voicemail::table
            .inner_join(queue_member::table.on(queue_member::queue_id.nullable().eq(voicemail::queue_id)))
            .filter(queue_member::agent_id.eq(agent).and(voicemail::state.eq(VoicemailState::Done)))
            .select($column);
        own.union_all(of_queues)
    }};
}
pub(crate) use messages_of;

/// Which messages are wanted; empty means all.
#[derive(Debug, Clone, Default)]
pub struct VoicemailFilter {
    pub queue: Option<QueueId>,
    pub agent: Option<AgentId>,
    /// Those that nobody has marked as heard.
    pub unheard: bool,
}

/// Where a message is in its life, and when that ends by itself.
pub type Progress = (VoicemailState, Option<DateTime<Utc>>);

type Boxed<'a> = voicemail::BoxedQuery<'a, Pg>;

fn visible<'a>(actor: &Actor) -> Result<Boxed<'a>> {
    let user = actor.user()?.id;
    let done = voicemail::table.filter(voicemail::state.eq(VoicemailState::Done)).into_boxed();
    if actor.sees_all() {
        return Ok(done);
    }
    let agent = AgentId::from(user);
    let served = queue_member::table
        .filter(queue_member::agent_id.eq(agent))
        .select(queue_member::queue_id.nullable());
    Ok(done.filter(voicemail::agent_id.eq(agent).or(voicemail::queue_id.eq_any(served))))
}

fn filtered<'a>(actor: &Actor, filter: &VoicemailFilter) -> Result<Boxed<'a>> {
    let mut query = visible(actor)?;
    if let Some(queue) = filter.queue {
        query = query.filter(voicemail::queue_id.eq(queue));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(voicemail::agent_id.eq(agent));
    }
    if filter.unheard {
        query = query.filter(voicemail::heard_at.is_null());
    }
    Ok(query)
}

impl Platform {
    /// A page of the messages that the actor may hear, the newest first.
    pub async fn list_voicemails(
        &self,
        actor: &Actor,
        filter: &VoicemailFilter,
        slice: &Slice,
    ) -> Result<Page<Voicemail>> {
        let mut connection = self.db.get().await?;
        let query = filtered(actor, filter)?;
        Ok(page_by_id!(&mut connection, query, voicemail::id, Voicemail, slice, newest_first: true))
    }

    pub async fn count_voicemails(&self, actor: &Actor, filter: &VoicemailFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(actor, filter)?.count().get_result(&mut connection).await?)
    }

    /// Messages by id, as far as the actor may hear them; in no order.
    pub async fn voicemails(&self, actor: &Actor, ids: &[VoicemailId]) -> Result<Vec<Voicemail>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(voicemail::id.eq_any(ids))
            .select(Voicemail::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Messages of several calls, as far as the actor may hear them.
    pub async fn voicemails_of_calls(&self, actor: &Actor, ids: &[CallId]) -> Result<Vec<Voicemail>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(voicemail::call_id.eq_any(ids))
            .select(Voicemail::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Where the messages of several calls are in their lives, and when one that is live ends by itself: for those who may see
    /// the calls.
    pub async fn voicemail_progress(&self, ids: &[CallId]) -> Result<Vec<(CallId, Progress)>> {
        let mut connection = self.db.get().await?;
        Ok(voicemail::table
            .filter(voicemail::call_id.eq_any(ids))
            .select((voicemail::call_id, (voicemail::state, voicemail::until)))
            .load(&mut connection)
            .await?)
    }

    /// Marks a message as heard; the first time holds.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub async fn hear_voicemail(&self, actor: &Actor, id: VoicemailId) -> Result<Voicemail> {
        let user = actor.user()?.id;
        let not_found = || Refusal::not_found("voicemail");
        let seen = self.voicemails(actor, &[id]).await?.pop().ok_or_else(not_found)?;
        let mut change = self.change(seen.call_id).await?;
        let mut row: Voicemail =
            voicemail::table.find(id).select(Voicemail::as_select()).first(change.unit.connection()).await?;
        if row.heard_at.is_some() {
            return Ok(row);
        }
        (row.heard_at, row.heard_by) = (Some(change.now()), Some(user));
        change.save_voicemail(&row).await?;
        change.event(CallEventKind::VoicemailHeard, &actor.key(), None, Some(id.to_string())).await?;
        change.commit().await?;
        Ok(row)
    }
}
