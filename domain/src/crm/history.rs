//! What came of the calls with a contact, for whoever sees the contact. The calls themselves, with what was said and
//! written in them, stay with those who may see them.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;

use super::timeline::{CALL_SHOWN, Number};
use crate::{
    Platform, Result,
    calls::{CallResult, Direction},
    ids::{CallId, ContactId},
    page::{Key, Page, Slice},
    people::Actor,
};

/// What came of a call that is over.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct PastCall {
    #[diesel(sql_type = sql_types::Uuid)]
    id: CallId,
    #[diesel(sql_type = sql_types::Uuid)]
    contact_id: ContactId,
    /// When it was placed.
    #[diesel(sql_type = sql_types::Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = sql_types::Text)]
    pub direction: Direction,
    #[diesel(sql_type = sql_types::Text)]
    pub result: CallResult,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub outcome: Option<String>,
    /// The last one.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub queue: Option<String>,
    /// The last one.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub agent: Option<String>,
    #[diesel(sql_type = sql_types::Double)]
    pub talk_seconds: f64,
}

/// Which rows of `call` are meant. `$4`: without those that stand in the timeline.
fn past() -> String {
    format!("call.state = 'ENDED' AND NOT ($4 AND {CALL_SHOWN})")
}

impl Platform {
    /// A page of the calls with each of several contacts that are over, the newest first, in one query. `others_only`:
    /// without those that stand in the actor's timeline of the contact.
    ///
    /// # Errors
    /// INVALID for a key that is not of this list.
    pub async fn history_of_contacts(
        &self,
        actor: &Actor,
        contacts: &[ContactId],
        others_only: bool,
        slice: &Slice,
    ) -> Result<Vec<(ContactId, Page<PastCall>)>> {
        let user = actor.user()?.id;
        let behind = match &slice.after {
            Some(key) => Some((key.instant()?, key.id)),
            None => None,
        };
        let (at, id) = behind.unzip();
        let mut connection = self.db.get().await?;
        let query = format!(
            "SELECT past.* FROM unnest($1::uuid[]) AS of (id) CROSS JOIN LATERAL (
                SELECT call.id, call.contact_id, call.created_at AS at, call.direction, call.result,
                    outcome.name AS outcome, queue.name AS queue, app_user.name AS agent,
                    (SELECT coalesce(sum(extract(epoch FROM talk.ended_at - talk.started_at)), 0)::float8
                        FROM call_interval AS talk WHERE talk.call_id = call.id AND talk.kind = 'TALK') AS talk_seconds
                FROM call
                LEFT JOIN outcome ON outcome.id = call.outcome_id
                LEFT JOIN queue ON queue.id = call.queue_id
                LEFT JOIN app_user ON app_user.id = call.agent_id
                WHERE call.contact_id = of.id AND {}
                    AND ($5::timestamptz IS NULL OR (call.created_at, call.id) < ($5, $6))
                ORDER BY call.created_at DESC, call.id DESC LIMIT $7
            ) AS past ORDER BY past.at DESC, past.id DESC",
            past()
        );
        let rows: Vec<PastCall> = sql_query(query)
            .bind::<sql_types::Array<sql_types::Uuid>, _>(contacts)
            .bind::<sql_types::Uuid, _>(user)
            .bind::<sql_types::Bool, _>(actor.sees_all())
            .bind::<sql_types::Bool, _>(others_only)
            .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(at)
            .bind::<sql_types::Nullable<sql_types::Uuid>, _>(id)
            .bind::<sql_types::BigInt, _>(slice.limit + 1)
            .load(&mut connection)
            .await?;
        let pages = contacts.iter().map(|contact| {
            let own = rows.iter().filter(|row| row.contact_id == *contact).cloned().collect();
            (*contact, slice.page(own, |row: &PastCall| Key::at(row.at, row.id.0)))
        });
        Ok(pages.collect())
    }

    pub async fn count_history_of_contact(
        &self,
        actor: &Actor,
        contact: ContactId,
        others_only: bool,
    ) -> Result<i64> {
        let user = actor.user()?.id;
        let mut connection = self.db.get().await?;
        let query = format!("SELECT count(*) AS number FROM call WHERE call.contact_id = $1 AND {}", past());
        let count: Number = sql_query(query)
            .bind::<sql_types::Uuid, _>(contact)
            .bind::<sql_types::Uuid, _>(user)
            .bind::<sql_types::Bool, _>(actor.sees_all())
            .bind::<sql_types::Bool, _>(others_only)
            .get_result(&mut connection)
            .await?;
        Ok(count.number)
    }
}
