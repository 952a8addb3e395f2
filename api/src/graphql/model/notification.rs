//! What a user is told in the app.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use domain::{
    events::{Aggregate, Cursor, Filter},
    tasks,
};

use super::Node;
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::{Answer, Fault},
    id::global,
    scalars::DateTime,
};

/// Something that a user is told, once.
#[derive(Clone)]
pub struct Notification {
    row: tasks::Notification,
    /// Its place in the log, where it came from there.
    cursor: Option<Cursor>,
}

listed!(Notification);

impl From<tasks::Notification> for Notification {
    fn from(row: tasks::Notification) -> Self {
        Self { row, cursor: None }
    }
}

impl Notification {
    /// As the log told it.
    pub fn told(row: tasks::Notification, cursor: Cursor) -> Self {
        Self { row, cursor: Some(cursor) }
    }

    /// A page of the viewer's own, the newest first.
    pub async fn page(context: &Context<'_>, window: &Window, unread_only: bool) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_notifications(context.actor(), unread_only, &window.slice()?).await?;
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self::from, move || {
            let (platform, actor) = (platform.clone(), Arc::clone(&actor));
            async move { platform.count_notifications(&actor, unread_only).await }
        }))
    }
}

/// Something that a user is told, once.
#[Object]
impl Notification {
    /// `notification_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.row.id)
    }

    /// Its place in the log: good as `after` of the subscription `notifications`.
    async fn cursor(&self, context: &Context<'_>) -> Answer<String> {
        if let Some(cursor) = self.cursor {
            return Ok(cursor.to_string());
        }
        let mut filter = Filter::of(Aggregate::User, self.row.user_id.0);
        filter.fields = Some((&["notificationId"], self.row.id.to_string()));
        let events = context.platform().events_after(&filter, None, 1).await?;
        // One that was told before the log's oldest month.
        events.first().map(|event| event.cursor.to_string()).ok_or(Fault::CursorExpired)
    }

    /// What kind it is, such as `task.reminder`.
    async fn kind(&self) -> &str {
        &self.row.kind
    }

    /// One line.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// More, where needed.
    async fn body(&self) -> Option<&str> {
        self.row.body.as_deref()
    }

    /// When it was told.
    async fn at(&self) -> DateTime {
        self.row.at.into()
    }

    /// When the user saw it.
    async fn read_at(&self) -> Option<DateTime> {
        self.row.read_at.map(DateTime)
    }

    /// What it is about.
    async fn subject(&self, context: &Context<'_>) -> Answer<Option<Node>> {
        match &self.row.subject {
            Some(id) => Node::load(context, &ID(id.clone())).await,
            None => Ok(None),
        }
    }
}
