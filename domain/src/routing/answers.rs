//! The answers to offers: an agent takes the call or lets it go, does not answer in time, or is no longer there.

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*};
use diesel_async::RunQueryDsl;

use super::{Offer, OfferPurpose, OfferState, offers::GONE};
use crate::{
    Platform, Result,
    calls::{CallEventKind, CallState, Leg, LegRole, join::Joined},
    db::schema::{agent, agent_presence, offer},
    error::{Refusal, RefusalCode, each, refuse},
    ids::{AgentId, OfferId},
    people::{Actor, User},
    validate,
};

impl Platform {
    /// Takes a call that is offered, and joins it. The first one who accepts has it; for all others it is gone.
    ///
    /// # Errors
    /// NOT_FOUND for an offer that is not the caller's, OFFER_GONE.
    pub async fn accept_offer(&self, actor: &Actor, id: OfferId) -> Result<(Offer, Joined)> {
        let (user, seen) = self.own_offer(actor, id).await?;
        let mut change = self.change(seen.call_id).await?;
        let live = change.live_offers().await?;
        let (mine, others): (Vec<Offer>, Vec<Offer>) = live.into_iter().partition(|it| it.id == id);
        let Some(mut offer) = mine.into_iter().next().filter(|it| it.state == OfferState::Pending) else {
            return refuse(RefusalCode::OfferGone, GONE);
        };
        // Those who rang together for the same visit.
        for mut other in
            others.into_iter().filter(|it| it.visit_id == offer.visit_id && it.visit_id.is_some())
        {
            change.offer_becomes(&mut other, OfferState::Cancelled, Some("answered by a colleague")).await?;
        }
        change.offer_becomes(&mut offer, OfferState::Accepted, None).await?;
        let place = change.add_leg(Leg::of_user(&change.call, LegRole::Agent, &user, change.now()));
        match offer.purpose {
            OfferPurpose::Queue => {
                change.call.agent_id = Some(user.id);
                change.become_state(CallState::Connecting).await?;
            }
            OfferPurpose::Call => change.colleague_comes().await?,
            // The call goes on, and the agent comes into it.
            OfferPurpose::Transfer | OfferPurpose::Invitation => {}
        }
        change.dispatch().await?;
        let leg = change.legs[place].id;
        change.event(CallEventKind::Accepted, &actor.key(), Some(leg), None).await?;
        let joined = self.join(change, place, actor, None, None).await?;
        tracing::info!(offer = %id, call = %offer.call_id, "offer accepted");
        Ok((offer, joined))
    }

    /// Lets a call go to somebody else. Declined already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND, OFFER_GONE, INVALID for the reason.
    pub async fn decline_offer(&self, actor: &Actor, id: OfferId, reason: Option<String>) -> Result<Offer> {
        let (_, seen) = self.own_offer(actor, id).await?;
        let reason = match reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
            Some(reason) => validate::text_of("reason", reason, 200)?,
            None => "declined".into(),
        };
        let mut change = self.change(seen.call_id).await?;
        if !change.decline(&seen, OfferState::Declined, &reason).await? {
            // Its connection goes back before another is asked for.
            drop(change);
            let declined = self.offers(&[id]).await?.pop().filter(|it| it.state == OfferState::Declined);
            return declined.ok_or_else(|| Refusal::new(RefusalCode::OfferGone, GONE).into());
        }
        // One who says no is there: what was missed before is in no row with what comes.
        diesel::update(agent::table.find(seen.agent_id).filter(agent::missed_in_row.ne(0)))
            .set(agent::missed_in_row.eq(0))
            .execute(change.unit.connection())
            .await?;
        change.commit().await?;
        self.offers(&[id]).await?.pop().ok_or_else(|| Refusal::not_found("offer").into())
    }

    async fn own_offer(&self, actor: &Actor, id: OfferId) -> Result<(User, Offer)> {
        let user = actor.user()?.clone();
        let found = self.offers(&[id]).await?.pop();
        match found.filter(|offer| offer.agent_id == AgentId::from(user.id)) {
            Some(offer) => Ok((user, offer)),
            None => Err(Refusal::not_found("offer").at("offerId").into()),
        }
    }

    /// Offers that nobody answered in time come to nothing. Returns how many.
    pub async fn expire_offers(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<OfferId> = offer::table
            .filter(offer::state.eq(OfferState::Pending).and(offer::expires_at.le(now)))
            .order(offer::expires_at)
            .limit(200)
            .select(offer::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        self.lapse(due, OfferState::TimedOut, "no answer").await
    }

    /// So do those whose agent is no longer there. Returns how many.
    pub async fn withdraw_offers(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<OfferId> = offer::table
            .left_join(agent_presence::table.on(agent_presence::agent_id.eq(offer::agent_id)))
            .filter(offer::state.eq(OfferState::Pending))
            .filter(agent_presence::until.le(now).or(agent_presence::until.is_null()))
            .order(offer::id)
            .limit(200)
            .select(offer::id)
            .load(&mut connection)
            .await?;
        drop(connection);
        self.lapse(due, OfferState::Cancelled, "the agent is no longer there").await
    }

    /// Offers come to nothing without their agents, those that have not moved on meanwhile. Returns how many.
    async fn lapse(&self, due: Vec<OfferId>, next: OfferState, reason: &str) -> Result<usize> {
        each(due, async |id| {
            let Some(seen) = self.offers(&[id]).await?.pop() else { return Ok(false) };
            let mut change = self.change(seen.call_id).await?;
            if !change.decline(&seen, next, reason).await? {
                return Ok(false);
            }
            change.commit().await?;
            tracing::info!(offer = %id, reason, "offer lapsed");
            Ok(true)
        })
        .await
    }

    pub(crate) async fn next_offer_expiry(&self) -> Result<Option<DateTime<Utc>>> {
        let mut connection = self.db.get().await?;
        Ok(offer::table
            .filter(offer::state.eq(OfferState::Pending))
            .select(dsl::min(offer::expires_at))
            .first(&mut connection)
            .await?)
    }
}
