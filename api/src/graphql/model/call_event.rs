//! What happened to a call, as the event log tells it.

use std::sync::Arc;

use async_graphql::{Context, Object};
use domain::{
    events::{Aggregate, Cursor, Event, Filter},
    ids::{CallId, LegId},
};

use super::{Call, CallEventKind, Leg};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::{Answer, Fault},
    scalars::DateTime,
};

/// Something that happened to a call.
pub struct CallEvent {
    event: Arc<Event>,
    kind: domain::calls::CallEventKind,
    call: CallId,
}

listed!(CallEvent);

impl CallEvent {
    /// None for what is no event of a call, or of a kind that a newer server wrote.
    pub fn of(event: Arc<Event>) -> Option<Self> {
        if event.aggregate != Aggregate::Call {
            return None;
        }
        Some(Self { kind: event.kind.parse().ok()?, call: CallId(event.aggregate_id), event })
    }

    /// A page of one call's events.
    pub async fn page(
        context: &Context<'_>,
        call: &domain::calls::Call,
        window: &Window,
    ) -> Answer<Connection<Self>> {
        let (limit, _) = window.size()?;
        let after = cursor(window.after.as_deref())?;
        let mut events = context
            .platform()
            .events_after(&Filter::of(Aggregate::Call, call.id.0), after, limit + 1)
            .await?;
        let size = usize::try_from(limit).unwrap_or_default();
        let more = events.len() > size;
        events.truncate(size);
        let rows = events
            .into_iter()
            .map(Arc::new)
            .filter_map(|event| Some((event.cursor.to_string(), Self::of(event)?)))
            .collect();
        // Each event raises the call's version by one, so the version is their number.
        let total = i64::from(call.version);
        Ok(Connection::with_cursors(rows, more, after.is_some(), move || async move { Ok(total) }))
    }
}

/// Reads the cursor of an event.
pub fn cursor(text: Option<&str>) -> Answer<Option<Cursor>> {
    text.map(str::parse)
        .transpose()
        .map_err(|_| Fault::bad_input("A cursor is not one that this server handed out."))
}

/// Something that happened to a call.
#[Object]
impl CallEvent {
    /// Its place in the log: good as `after` of `callEvents`.
    async fn cursor(&self) -> String {
        self.event.cursor.to_string()
    }

    /// The call's version that it made.
    async fn version(&self) -> i32 {
        self.event.version
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        self.event.at.into()
    }

    /// What happened.
    async fn kind(&self) -> CallEventKind {
        self.kind.into()
    }

    /// Who did it: the id of a user or a leg, or `system` or `worker`.
    async fn actor(&self) -> Option<&str> {
        self.event.payload.get("actor")?.as_str()
    }

    /// More about it, in plain words.
    async fn detail(&self) -> Option<&str> {
        self.event.payload.get("detail")?.as_str()
    }

    /// The call as it is now, which may be later than the event.
    async fn call(&self, context: &Context<'_>) -> Answer<Call> {
        // Whoever gets the event may see the call: it is gone only if it was erased meanwhile.
        context
            .loaders()
            .load_one(self.call)
            .await?
            .map(Call)
            .ok_or(Fault::Unavailable(std::time::Duration::from_secs(1)))
    }

    /// The party that it is about, where it is about one.
    async fn leg(&self, context: &Context<'_>) -> Answer<Option<Leg>> {
        let Some(id) = self.event.id::<LegId>("legId") else { return Ok(None) };
        Ok(context.loaders().load_one(id).await?.map(Leg))
    }
}
