//! What a media worker offers by itself, once a leg has more to hear than it has slots for. Owns `leg_offer`: a leg's one
//! unanswered description, written by the worker that has the call. The description stands nowhere else; the log says only
//! that there is one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::Change;
use crate::{
    Platform, Result,
    db::schema::{call, leg, leg_offer},
    events::{Aggregate, Event},
    ids::{CallId, LegId},
};

/// Kind of the event that wakes the leg's browser.
const KIND: &str = "SDP_OFFER";

/// An offer that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = leg_offer, check_for_backend(diesel::pg::Pg))]
pub struct MediaOffer {
    pub sdp: String,
    pub revision: i32,
    pub epoch: i32,
}

/// Whether an event says that there is an offer for a leg.
#[must_use]
pub fn says_offer(event: &Event) -> bool {
    event.aggregate == Aggregate::Leg && event.kind == KIND
}

impl Platform {
    /// The worker offers more media to a leg; takes the place of an earlier offer.
    pub async fn offer_media(
        &self,
        id: CallId,
        epoch: i32,
        leg: LegId,
        revision: i32,
        sdp: &str,
    ) -> Result<()> {
        let Some(mut change) = self.report(id, epoch).await? else { return Ok(()) };
        if !change.legs.iter().any(|l| l.id == leg && l.is_on()) {
            return Ok(());
        }
        let row = (
            leg_offer::epoch.eq(epoch),
            leg_offer::revision.eq(revision),
            leg_offer::sdp.eq(sdp),
            leg_offer::at.eq(change.now()),
        );
        diesel::insert_into(leg_offer::table)
            .values((leg_offer::leg_id.eq(leg), row))
            .on_conflict(leg_offer::leg_id)
            .do_update()
            .set(row)
            .execute(change.unit.connection())
            .await?;
        let news = json!({ "callId": id, "legId": leg, "epoch": epoch, "revision": revision });
        change.unit.event(Aggregate::Leg, leg.0, 0, KIND, news)?;
        change.commit().await?;
        Ok(())
    }

    /// The worker's offer was answered, or is void.
    pub async fn withdraw_media_offer(&self, epoch: i32, leg: LegId) -> Result<()> {
        let mut connection = self.db.get().await?;
        diesel::delete(leg_offer::table.filter(leg_offer::leg_id.eq(leg).and(leg_offer::epoch.eq(epoch))))
            .execute(&mut connection)
            .await?;
        Ok(())
    }

    /// What a leg's browser has to answer; none of an older lease.
    pub async fn media_offer(&self, leg: LegId) -> Result<Option<MediaOffer>> {
        let mut connection = self.db.get().await?;
        Ok(leg_offer::table
            .inner_join(leg::table.inner_join(call::table))
            .filter(leg_offer::leg_id.eq(leg).and(leg_offer::epoch.eq(call::epoch)))
            .select(MediaOffer::as_select())
            .first(&mut connection)
            .await
            .optional()?)
    }
}

impl Change {
    /// These legs have no connection any more that an offer could be for.
    pub(crate) async fn forget_media_offers(&mut self, legs: &[LegId]) -> Result<()> {
        diesel::delete(leg_offer::table.filter(leg_offer::leg_id.eq_any(legs)))
            .execute(self.unit.connection())
            .await?;
        Ok(())
    }
}
