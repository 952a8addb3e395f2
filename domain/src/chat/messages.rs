//! Messages: sent by those who are in the call, read by whoever may see it.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*, sql_query, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{LONGEST_MESSAGE, files};
use crate::{
    Platform, Result,
    calls::{Audience, CallEventKind, Change, LEG_LEFT, LegState, visible_calls},
    db::schema::{call, message},
    error::{RefusalCode, refuse},
    ids::{CallId, LegId, MessageFileId, MessageId},
    limits,
    page::{Key, Page, Slice},
    people::{Actor, idempotency},
    validate,
};

/// A message in the chat beside a call.
#[derive(Debug, Clone, PartialEq, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = message, check_for_backend(Pg))]
pub struct Message {
    pub id: MessageId,
    pub call_id: CallId,
    pub leg_id: LegId,
    pub body: String,
    pub at: DateTime<Utc>,
}

/// What a party writes or sends.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    /// May be empty where a file says it all.
    pub body: String,
    /// One that the party has uploaded.
    pub file: Option<MessageFileId>,
}

impl NewMessage {
    fn checked_body(&self) -> Result<String> {
        if self.file.is_some() && self.body.trim().is_empty() {
            return Ok(String::new());
        }
        validate::lines_of("body", &self.body, LONGEST_MESSAGE)
    }
}

/// The next id of a chat. It follows the last one, though that one's process had a clock that is ahead of ours.
fn following(last: Option<MessageId>) -> MessageId {
    let new = MessageId::new();
    match last {
        Some(last) if last >= new => MessageId(Uuid::from_u128(last.0.as_u128() + 1)),
        _ => new,
    }
}

/// The leg that the actor writes from.
pub(super) fn writing_leg(change: &Change, actor: &Actor) -> Result<LegId> {
    change.still_on()?;
    let mut own = change.legs.iter().filter(|leg| actor.owns(leg));
    let Some(leg) = own.clone().rfind(|leg| leg.state.is_present()) else {
        return match own.next_back() {
            Some(leg) if leg.state == LegState::Left => refuse(RefusalCode::LegGone, LEG_LEFT),
            _ => refuse(RefusalCode::NotAllowed, "Join the call first: only those who are in it write here."),
        };
    };
    // What is written here the contact reads, too.
    if leg.audience != Audience::Everyone {
        return refuse(
            RefusalCode::NotAllowed,
            "The contact doesn't know that you are here. Step into the call before you write.",
        );
    }
    Ok(leg.id)
}

/// # Errors
/// LIMIT_REACHED for one who writes faster than anybody reads.
async fn not_too_fast(change: &mut Change, leg: LegId) -> Result<()> {
    let since = change.now() - chrono::TimeDelta::minutes(1);
    let lately: i64 = message::table
        .filter(message::leg_id.eq(leg).and(message::at.gt(since)))
        .count()
        .get_result(change.unit.connection())
        .await?;
    if lately >= limits::MESSAGES_A_MINUTE {
        return refuse(RefusalCode::LimitReached, "These are too many messages at once. Wait a minute.");
    }
    Ok(())
}

impl Platform {
    /// A party writes to the others. After the end of the call a repeat still gives the first result.
    ///
    /// # Errors
    /// NOT_FOUND for a call that is not the actor's, CALL_ENDED, LEG_GONE, NOT_ALLOWED for one who is not in it or of whom
    /// the contact doesn't know, INVALID for the body, NOT_FOUND or INVALID for the file,
    /// LIMIT_REACHED.
    pub async fn send_message(
        &self,
        actor: &Actor,
        call: CallId,
        new: NewMessage,
        key: Option<idempotency::Key>,
    ) -> Result<Message> {
        let body = new.checked_body()?;
        let mut change = self.change(call).await?;
        change.belongs_to(actor)?;
        if let Some(first) = change.unit.first_result::<MessageId>(key.as_ref()).await? {
            return Ok(message::table
                .find(first)
                .select(Message::as_select())
                .first(change.unit.connection())
                .await?);
        }
        let leg_id = writing_leg(&change, actor)?;
        not_too_fast(&mut change, leg_id).await?;
        let last: Option<(MessageId, DateTime<Utc>)> = message::table
            .filter(message::call_id.eq(call))
            .order(message::id.desc())
            .select((message::id, message::at))
            .first(change.unit.connection())
            .await
            .optional()?;
        let (last, before) = last.unzip();
        let at = before.map_or(change.now(), |before| before.max(change.now()));
        let made = Message { id: following(last), call_id: call, leg_id, body, at };
        diesel::insert_into(message::table).values(&made).execute(change.unit.connection()).await?;
        if let Some(file) = new.file {
            files::attach(&mut change, leg_id, file, made.id).await?;
        }
        let id = made.id.to_string();
        change.event(CallEventKind::MessageSent, &actor.key(), Some(leg_id), Some(id)).await?;
        change.unit.keep_result(key.as_ref(), &made.id).await?;
        change.commit().await?;
        Ok(made)
    }

    /// Messages by id, of calls that the actor may see; in no order.
    pub async fn messages(&self, actor: &Actor, ids: &[MessageId]) -> Result<Vec<Message>> {
        let mut connection = self.db.get().await?;
        Ok(message::table
            .filter(message::id.eq_any(ids))
            .filter(message::call_id.eq_any(visible_calls(actor).select(call::id)))
            .select(Message::as_select())
            .load(&mut connection)
            .await?)
    }

    /// A page of the chat of each of several calls, the oldest first, in one query.
    pub async fn messages_of_calls(
        &self,
        calls: &[CallId],
        slice: &Slice,
    ) -> Result<Vec<(CallId, Page<Message>)>> {
        let mut connection = self.db.get().await?;
        let order = if slice.from_end { "DESC" } else { "ASC" };
        let rows: Vec<Message> = sql_query(format!(
            "SELECT message.* FROM unnest($1::uuid[]) AS of (id) CROSS JOIN LATERAL (
                SELECT * FROM message WHERE call_id = of.id AND ($2::uuid IS NULL OR id > $2) AND ($3::uuid IS NULL OR id < $3)
                ORDER BY id {order} LIMIT $4
            ) AS message ORDER BY message.id {order}"
        ))
        .bind::<sql_types::Array<sql_types::Uuid>, _>(calls)
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(slice.after.as_ref().map(|key| key.id))
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(slice.before.as_ref().map(|key| key.id))
        .bind::<sql_types::BigInt, _>(slice.limit + 1)
        .load(&mut connection)
        .await?;
        let pages = calls.iter().map(|call| {
            let own = rows.iter().filter(|row| row.call_id == *call).cloned().collect();
            (*call, slice.page(own, |row: &Message| Key::of(row.id.0)))
        });
        Ok(pages.collect())
    }

    pub async fn count_messages(&self, call: CallId) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(message::table.filter(message::call_id.eq(call)).count().get_result(&mut connection).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_one_of_a_clock_that_is_ahead() {
        let ahead = MessageId(Uuid::from_u128(MessageId::new().0.as_u128() + (3_600_000 << 80)));
        let next = following(Some(ahead));
        assert!(next > ahead);
        assert_eq!(next.0.get_version_num(), 7);
        assert!(following(Some(MessageId::new())) < next);
    }
}
