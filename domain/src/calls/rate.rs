//! What the contact thought of a call.

use super::{Call, CallEventKind, CallState, Leg, LegRole};
use crate::{
    Platform, Result,
    error::{Refusal, RefusalCode, refuse},
    ids::CallId,
    people::Actor,
};

/// Characters of what is said with the stars.
const LONGEST: usize = 1000;

impl Platform {
    /// The contact judges a call that is over: 1 to 5 stars, and words. Again replaces.
    ///
    /// # Errors
    /// NOT_FOUND for a call that is not the caller's, NOT_ALLOWED for all but its contact, ILLEGAL_TRANSITION before its end,
    /// INVALID for stars or words.
    pub async fn rate_call(
        &self,
        actor: &Actor,
        id: CallId,
        stars: i32,
        words: Option<&str>,
    ) -> Result<Call> {
        if !(1..=5).contains(&stars) {
            return Err(Refusal::invalid("stars", "Give 1 to 5 stars.").into());
        }
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        if words.is_some_and(|words| words.chars().count() > LONGEST) {
            let message = format!("This may have {LONGEST} characters at most.");
            return Err(Refusal::invalid("words", message).into());
        }
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        // Of several contacts it is the one whose call it was.
        let of = change.call.contact_id;
        let is_rater = |leg: &&Leg| leg.role == LegRole::Contact && leg.contact_id == of && actor.owns(leg);
        let rater = change.legs.iter().find(is_rater);
        let Some(leg) = rater.map(|leg| leg.id) else {
            return refuse(RefusalCode::NotAllowed, "Only the contact rates a call.");
        };
        if change.call.state != CallState::Ended {
            return refuse(RefusalCode::IllegalTransition, "A call is rated once it is over.");
        }
        let rating = (Some(stars), words.map(str::to_owned));
        let call = &mut change.call;
        if call.rated_at.is_some() && (call.rating_stars, &call.rating_words) == (rating.0, &rating.1) {
            return Ok(change.call);
        }
        (call.rating_stars, call.rating_words) = rating;
        call.rated_at = Some(change.unit.now);
        change.event(CallEventKind::Rated, &actor.key(), Some(leg), None).await?;
        Ok(change.commit().await?.0)
    }
}
