//! What happened with a contact, of every kind, in one order.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    Platform, Result,
    ids::ContactId,
    page::{Key, Page, Slice},
    people::Actor,
    text_enum::text_enum,
};

text_enum! {
    /// What a line of the timeline is; appointments don't happen yet.
    ActivityKind {
        Call = "CALL",
        Note = "NOTE",
        Task = "TASK",
        Appointment = "APPOINTMENT",
        Voicemail = "VOICEMAIL",
    }
}

/// Whether a row of `call` is a line of the timeline of the user `$2` (`$3`: all of them).
pub(super) const CALL_SHOWN: &str =
    "($3 OR EXISTS (SELECT FROM leg WHERE leg.call_id = call.id AND leg.user_id = $2)
        OR EXISTS (SELECT FROM offer WHERE offer.call_id = call.id AND offer.agent_id = $2))";

impl ActivityKind {
    /// Its rows of the contact `$1` that the user `$2` may see (`$3`: all of them). Each is at the instant it was made.
    fn source(self) -> Option<String> {
        let rows = match self {
            Self::Call => return Some(format!("FROM call WHERE contact_id = $1 AND {CALL_SHOWN}")),
            // Whoever sees a contact sees what was written down about it.
            Self::Note => "FROM note WHERE contact_id = $1",
            Self::Task => {
                "FROM task WHERE contact_id = $1 AND ($3 OR assignee_id = $2 OR assignee_id IS NULL AND EXISTS (
                    SELECT FROM call c JOIN queue_member m ON m.queue_id = c.queue_id WHERE c.id = task.call_id AND m.agent_id = $2))"
            }
            Self::Voicemail => {
                "FROM (SELECT voicemail.id, contact_id, started_at AS created_at FROM voicemail JOIN call ON call.id = call_id
                    WHERE contact_id = $1 AND voicemail.state = 'DONE' AND ($3 OR voicemail.agent_id = $2
                        OR EXISTS (SELECT FROM queue_member m WHERE m.queue_id = voicemail.queue_id AND m.agent_id = $2))) AS voicemail
                    WHERE contact_id = $1"
            }
            Self::Appointment => return None,
        };
        Some(rows.to_owned())
    }
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Activity {
    #[diesel(sql_type = sql_types::Text)]
    pub kind: ActivityKind,
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Of the call, the note, the task or the voicemail.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
}

#[derive(QueryableByName)]
pub(super) struct Number {
    #[diesel(sql_type = sql_types::BigInt)]
    pub(super) number: i64,
}

/// One query over the kinds that are wanted (none named: all), each cut to what the page can need by its own index.
fn lines(kinds: &[ActivityKind], of_each: &str) -> Option<String> {
    let wanted = |kind: &&ActivityKind| kinds.is_empty() || kinds.contains(kind);
    let parts: Vec<String> = ActivityKind::ALL
        .iter()
        .filter(wanted)
        .filter_map(|kind| {
            let source = kind.source()?;
            Some(format!("(SELECT '{kind}' AS kind, created_at AS at, id {source} {of_each})"))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(" UNION ALL "))
}

impl Platform {
    /// A page of what happened with a contact, as far as the actor may see it, the newest first. No kinds: all of them.
    ///
    /// # Errors
    /// INVALID for a key that is not of this list.
    pub async fn timeline(
        &self,
        actor: &Actor,
        contact: ContactId,
        kinds: &[ActivityKind],
        slice: &Slice,
    ) -> Result<Page<Activity>> {
        let user = actor.user()?.id;
        let behind = match &slice.after {
            Some(key) => Some((key.instant()?, key.id)),
            None => None,
        };
        let (at, id) = behind.unzip();
        let of_each = "AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5)) ORDER BY created_at DESC, id DESC LIMIT $6";
        let Some(lines) = lines(kinds, of_each) else { return Ok(Page { rows: Vec::new(), more: false }) };
        let mut connection = self.db.get().await?;
        let query = format!("SELECT * FROM ({lines}) AS line ORDER BY at DESC, id DESC LIMIT $6");
        let rows: Vec<Activity> = sql_query(query)
            .bind::<sql_types::Uuid, _>(contact)
            .bind::<sql_types::Uuid, _>(user)
            .bind::<sql_types::Bool, _>(actor.sees_all())
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(at)
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(id)
            .bind::<sql_types::BigInt, _>(slice.limit + 1)
            .load(&mut connection)
            .await?;
        Ok(slice.page(rows, |line| Key::at(line.at, line.id)))
    }

    pub async fn count_timeline(
        &self,
        actor: &Actor,
        contact: ContactId,
        kinds: &[ActivityKind],
    ) -> Result<i64> {
        let user = actor.user()?.id;
        let Some(lines) = lines(kinds, "") else { return Ok(0) };
        let mut connection = self.db.get().await?;
        let count: Number = sql_query(format!("SELECT count(*) AS number FROM ({lines}) AS line"))
            .bind::<sql_types::Uuid, _>(contact)
            .bind::<sql_types::Uuid, _>(user)
            .bind::<sql_types::Bool, _>(actor.sees_all())
            .get_result(&mut connection)
            .await?;
        Ok(count.number)
    }
}
