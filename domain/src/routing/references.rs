//! What queues name: where calls go on to, what is heard, and the outcome of a wrap-up that runs out.
//!
//! What a queue names that takes calls is not archived: forms would no longer show it, and it would be used all the same.
//! Nor is the file that an agent's messages begin with.

use diesel::{QueryableByName, sql_query, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Queue, queues::find};
use crate::{
    Result, audio,
    db::{Unit, statement},
    desk,
    error::Refusal,
    ids::{AudioFileId, OutcomeId, QueueId},
};

/// So many users are named to whoever may not archive what they use.
const NAMED: usize = 3;

/// One more than are named. An id is nothing else's, so that one statement serves for all that can be archived.
/// Whoever can't sign in any more is asked for by nobody, and could choose no other greeting.
const USERS: &str = "SELECT name, greets FROM (
        SELECT q.id, q.name, false AS greets FROM queue q LEFT JOIN voicemail_box b ON b.queue_id = q.id
        WHERE q.archived_at IS NULL
            AND $1 IN (q.overflow_queue_id, q.default_outcome_id, q.music_id, q.announcement_id, b.greeting_id)
        UNION ALL
        SELECT u.id, u.name, true FROM voicemail_box b JOIN app_user u ON u.id = b.agent_id
        WHERE u.disabled_at IS NULL AND b.greeting_id = $1
    ) AS users
    ORDER BY greets, lower(name), id LIMIT 4";

#[derive(QueryableByName)]
struct User {
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    /// An agent, by whose greeting it is used; otherwise a queue.
    #[diesel(sql_type = sql_types::Bool)]
    greets: bool,
}

impl User {
    fn named(&self) -> String {
        if self.greets { format!("the greeting of {}", self.name) } else { format!("“{}”", self.name) }
    }
}

/// Nobody archives what queues or greetings use. Whoever asks holds the row, and whoever chooses it does.
///
/// # Errors
/// INVALID with the names of the first few.
pub(crate) async fn refuse_while_used(unit: &mut Unit, id: Uuid) -> Result<()> {
    let users: Vec<User> = sql_query(USERS).bind::<sql_types::Uuid, _>(id).load(unit.connection()).await?;
    if users.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = users.iter().take(NAMED).map(User::named).collect();
    let more = if users.len() > NAMED { " and others" } else { "" };
    let says = format!("These use it: {}{more}. Choose something else there first.", names.join(", "));
    Err(Refusal::invalid("archived", says).into())
}

/// Until the end of the unit no other queue is archived, brought back, or made to overflow elsewhere. Asked for before
/// any row: to hold the rows of both queues, two that are made to overflow into each other would wait for each other.
pub(super) async fn hold_overflows(unit: &mut Unit) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('queue overflows', 0))")
        .execute(unit.connection())
        .await?;
    Ok(())
}

/// What a queue names.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct References {
    outcome: Option<OutcomeId>,
    overflow: Option<QueueId>,
    music: Option<AudioFileId>,
    announcement: Option<AudioFileId>,
    greeting: Option<AudioFileId>,
}

/// What is named now and was not before.
fn anew<T: PartialEq>(now: Option<T>, before: Option<T>) -> Option<T> {
    if now == before { None } else { now }
}

impl References {
    pub fn of(queue: &Queue, greeting: Option<AudioFileId>) -> Self {
        Self {
            outcome: queue.default_outcome_id,
            overflow: queue.overflow_queue_id,
            music: queue.music_id,
            announcement: queue.announcement_id,
            greeting,
        }
    }

    /// What is named anew is there and may be used. What was named before stays, though it was archived before that was
    /// refused.
    ///
    /// # Errors
    /// NOT_FOUND, INVALID for what is archived or cannot be played; with the field.
    pub async fn check(self, before: Self, unit: &mut Unit) -> Result<()> {
        if let Some(outcome) = anew(self.outcome, before.outcome) {
            desk::usable_outcome(unit, outcome, "defaultOutcomeId").await?;
        }
        if let Some(to) = anew(self.overflow, before.overflow) {
            let found = find(unit.connection(), to).await?;
            let found = found.ok_or_else(|| Refusal::not_found("queue").at("overflow"))?;
            if found.archived_at.is_some() {
                let says = format!("“{}” is archived. Choose another queue, or bring it back.", found.name);
                return Err(Refusal::invalid("overflow", says).into());
            }
        }
        for (field, now, before) in [
            ("holdMusicId", self.music, before.music),
            ("announcementId", self.announcement, before.announcement),
            ("voicemailGreetingId", self.greeting, before.greeting),
        ] {
            if let Some(file) = anew(now, before) {
                audio::check_usable(unit, file, field).await?;
            }
        }
        Ok(())
    }
}
