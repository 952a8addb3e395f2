//! What happened to a call, as the event log tells it.

use std::sync::Arc;

use async_graphql::{Context, Object};
use domain::{
    Platform,
    calls::{CallEventKind as Kind, visibility},
    events::{Aggregate, Cursor, Event, Filter},
    ids::{CallId, LegId, MessageId},
    people::Actor,
};

use super::{Call, CallEventKind, Leg, Message};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::{Answer, Fault},
    scalars::DateTime,
};

/// Something that happened to a call.
pub struct CallEvent {
    event: Arc<Event>,
    kind: Kind,
    call: CallId,
    /// A party comes out of hiding or goes into it, as far as the viewer can tell: that is all that there is to say.
    bare: bool,
}

listed!(CallEvent);

impl CallEvent {
    /// None for what is no event of a call, or of a kind that a newer server wrote.
    pub fn of(event: Arc<Event>) -> Option<Self> {
        if event.aggregate != Aggregate::Call {
            return None;
        }
        Some(Self { kind: event.kind.parse().ok()?, call: CallId(event.aggregate_id), event, bare: false })
    }

    /// The same for a viewer who may see the call: none for what is the house's business only, and of parties that the
    /// viewer may not know of.
    pub fn told(event: Arc<Event>, viewer: &Actor, platform: &Platform) -> Option<Self> {
        Self::of(event)?.seen_by(viewer, platform).filter(|it| it.is_for(viewer))
    }

    /// One who comes out of hiding has come, for those who did not know; one who goes into it has left.
    fn seen_by(mut self, viewer: &Actor, platform: &Platform) -> Option<Self> {
        if self.is_of(viewer) {
            return Some(self);
        }
        let (before, after) = visibility::hidden(&self.event);
        let kind = match (platform.reveals(viewer, before), platform.reveals(viewer, after)) {
            (true, true) => return Some(self),
            (false, false) => return None,
            (false, true) => Kind::LegJoined,
            (true, false) => Kind::LegLeft,
        };
        (self.kind, self.bare) = (kind, true);
        Some(self)
    }

    fn leg_id(&self) -> Option<LegId> {
        self.event.id("legId")
    }

    /// Notes, wrap-ups and who a caller is are written among colleagues, and a rating is between whoever gave it and the
    /// house.
    fn is_for(&self, viewer: &Actor) -> bool {
        match self.kind {
            Kind::NoteSaved | Kind::ContactSet | Kind::WrappedUp | Kind::Monitored | Kind::VoicemailHeard => {
                viewer.user_id().is_some()
            }
            Kind::Rated => viewer.user_id().is_some() || self.is_of(viewer),
            _ => true,
        }
    }

    /// It is about the guest's own leg.
    fn is_of(&self, viewer: &Actor) -> bool {
        viewer.guest().is_some_and(|guest| self.leg_id() == Some(guest.leg))
    }

    /// Whether a viewer may read who did it and what was said: an agent's reason to decline, and who was asked, are not for
    /// the contact.
    fn is_open_to(&self, viewer: &Actor) -> bool {
        viewer.user_id().is_some() || self.is_of(viewer)
    }

    /// A page of one call's events, or of those of the guest's own leg alone.
    pub async fn page(
        context: &Context<'_>,
        call: &domain::calls::Call,
        window: &Window,
        own_only: bool,
    ) -> Answer<Connection<Self>> {
        let (limit, _) = window.size()?;
        let size = usize::try_from(limit).unwrap_or_default();
        let after = cursor(window.after.as_deref())?;
        let (platform, viewer) = (context.platform(), context.actor());
        let filter = Filter::of(Aggregate::Call, call.id.0);
        let (mut told, mut place) = (Vec::new(), after);
        // One query, unless it meets what the viewer isn't told of.
        let more = loop {
            let events = platform.events_after(&filter, place, limit + 1).await?;
            let is_last = events.len() <= size;
            place = events.last().map(|event| event.cursor).or(place);
            let seen = events.into_iter().filter_map(|event| Self::told(Arc::new(event), viewer, platform));
            told.extend(seen.filter(|it| !own_only || it.is_of(viewer)));
            if is_last || told.len() > size {
                break told.len() > size;
            }
        };
        told.truncate(size);
        let rows = told.into_iter().map(|it| (it.event.cursor.to_string(), it)).collect();
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

    /// The call's version that it made. It only grows; a number is left out where you may not see the event.
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

    /// Who did it: the id of a user or a leg, or `system` or `worker`. Guests read it of their own leg's events only.
    async fn actor(&self, context: &Context<'_>) -> Option<&str> {
        self.event.payload.get("actor").filter(|_| self.is_open_to(context.actor()))?.as_str()
    }

    /// More about it, in plain words. Guests read it of their own leg's events, of a new place in the queue, of a message and
    /// of the end.
    async fn detail(&self, context: &Context<'_>) -> Option<&str> {
        let is_public = matches!(self.kind, Kind::PositionChanged | Kind::MessageSent | Kind::Ended);
        let is_open = !self.bare && (is_public || self.is_open_to(context.actor()));
        self.event.payload.get("detail").filter(|_| is_open)?.as_str()
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

    /// What was written, where it is about a message.
    async fn message(&self, context: &Context<'_>) -> Answer<Option<Message>> {
        if self.kind != Kind::MessageSent {
            return Ok(None);
        }
        Ok(named(context, self.event.id::<MessageId>("detail")).await?.map(Message))
    }

    /// The party that it is about, where it is about one.
    async fn leg(&self, context: &Context<'_>) -> Answer<Option<Leg>> {
        let Some(id) = self.leg_id() else { return Ok(None) };
        let leg = context.loaders().load_one(id).await?;
        Ok(leg.filter(|leg| context.platform().shows(context.actor(), leg)).map(Leg))
    }
}
