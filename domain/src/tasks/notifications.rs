//! What users are told in the app, exactly once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;

use super::{Task, TaskState};
use crate::{
    Platform, Result,
    db::{
        Unit,
        schema::{app_user, notification, task},
    },
    error::Refusal,
    events::Aggregate,
    ids::{NotificationId, UserId},
    page::{Page, Slice, page_by_id},
    people::Actor,
};

/// A line for a user.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notification, check_for_backend(Pg))]
pub struct Notification {
    pub id: NotificationId,
    pub user_id: UserId,
    pub kind: String,
    pub title: String,
    pub body: Option<String>,
    /// Typed id of what it is about.
    pub subject: Option<String>,
    pub dedupe: String,
    pub at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

impl Unit {
    /// Tells a user; the same cause tells once. The event carries the notification's id.
    pub(crate) async fn notify(&mut self, told: Notification) -> Result<bool> {
        let new = diesel::insert_into(notification::table)
            .values(&told)
            .on_conflict_do_nothing()
            .execute(self.connection())
            .await?
            == 1;
        if new {
            self.event(
                Aggregate::User,
                told.user_id.0,
                0,
                "NOTIFIED",
                serde_json::json!({ "notificationId": told.id }),
            )?;
        }
        Ok(new)
    }
}

impl Platform {
    /// Reminds of the tasks whose time has come. Returns how many; several schedulers share the work.
    pub async fn remind(&self) -> Result<usize> {
        let mut unit = self.begin().await?;
        let now = unit.now;
        let due: Vec<Task> = task::table
            .filter(task::state.eq(TaskState::Open).and(task::remind_at.le(now)))
            .order(task::remind_at)
            .limit(100)
            .select(Task::as_select())
            .for_no_key_update()
            .skip_locked()
            .load(unit.connection())
            .await?;
        let told: Vec<UserId> = due.iter().filter_map(|task| task.assignee_id).collect();
        let zones: HashMap<UserId, String> = app_user::table
            .filter(app_user::id.eq_any(told))
            .select((app_user::id, app_user::time_zone))
            .load::<(UserId, String)>(unit.connection())
            .await?
            .into_iter()
            .collect();
        for task in &due {
            if let Some(user) = task.assignee_id {
                let at = task.remind_at.unwrap_or(now);
                unit.notify(Notification {
                    id: NotificationId::new(),
                    user_id: user,
                    kind: "task.reminder".into(),
                    title: task.title.clone(),
                    body: task.due_at.map(|due| due_text(due, zones.get(&user).map(String::as_str))),
                    subject: Some(task.id.to_string()),
                    dedupe: format!("{}/{}", task.id, at.timestamp_micros()),
                    at: now,
                    read_at: None,
                })
                .await?;
            }
            diesel::update(task::table.find(task.id))
                .set(task::remind_at.eq(None::<DateTime<Utc>>))
                .execute(unit.connection())
                .await?;
        }
        unit.commit().await?;
        Ok(due.len())
    }

    /// When the next reminder is due.
    pub async fn next_reminder(&self) -> Result<Option<DateTime<Utc>>> {
        let mut connection = self.db.get().await?;
        // Not min(): the planner might go through the whole of another index of open tasks for it.
        let next: Option<Option<DateTime<Utc>>> = task::table
            .filter(task::state.eq(TaskState::Open).and(task::remind_at.is_not_null()))
            .order(task::remind_at)
            .select(task::remind_at)
            .first(&mut connection)
            .await
            .optional()?;
        Ok(next.flatten())
    }

    /// The user's own, the newest first.
    pub async fn list_notifications(
        &self,
        actor: &Actor,
        unread_only: bool,
        slice: &Slice,
    ) -> Result<Page<Notification>> {
        let mut query = notification::table.filter(notification::user_id.eq(actor.user()?.id)).into_boxed();
        if unread_only {
            query = query.filter(notification::read_at.is_null());
        }
        let mut connection = self.db.get().await?;
        Ok(page_by_id!(&mut connection, query, notification::id, Notification, slice, newest_first: true))
    }

    pub async fn count_notifications(&self, actor: &Actor, unread_only: bool) -> Result<i64> {
        let mut query = notification::table.filter(notification::user_id.eq(actor.user()?.id)).into_boxed();
        if unread_only {
            query = query.filter(notification::read_at.is_null());
        }
        let mut connection = self.db.get().await?;
        Ok(query.count().get_result(&mut connection).await?)
    }

    /// The user's own, by id; in no order.
    pub async fn notifications(&self, actor: &Actor, ids: &[NotificationId]) -> Result<Vec<Notification>> {
        let mut connection = self.db.get().await?;
        Ok(notification::table
            .filter(notification::user_id.eq(actor.user()?.id).and(notification::id.eq_any(ids)))
            .select(Notification::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Marks one as read. Read already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub async fn read_notification(&self, actor: &Actor, id: NotificationId) -> Result<Notification> {
        let user = actor.user()?.id;
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let mine = notification::table.filter(notification::id.eq(id).and(notification::user_id.eq(user)));
        diesel::update(mine.filter(notification::read_at.is_null()))
            .set(notification::read_at.eq(now))
            .execute(&mut connection)
            .await?;
        let found = mine.select(Notification::as_select()).first(&mut connection).await.optional()?;
        found.ok_or_else(|| Refusal::not_found("notification").into())
    }
}

/// When something is due, by the reader's own clock.
fn due_text(due: DateTime<Utc>, zone: Option<&str>) -> String {
    let zone = zone.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC);
    format!("Due {}", due.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_tells_the_time_of_the_readers_clock() {
        let due = "2026-07-01T12:00:00Z".parse().unwrap();
        assert_eq!(due_text(due, Some("Europe/Berlin")), "Due 2026-07-01 14:00 CEST");
        assert_eq!(due_text(due, None), "Due 2026-07-01 12:00 UTC");
        assert_eq!(due_text(due, Some("Nowhere")), "Due 2026-07-01 12:00 UTC");
    }
}
