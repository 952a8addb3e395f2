//! Calls between colleagues: the one who calls is in it from the first, the other one gets a direct offer.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{
    Call, CallEventKind, CallResult, CallState, Change, Direction, Leg, LegRole, MediaKind,
    place::{free_to_call, subject_of},
};
use crate::{
    Platform, Result, agents,
    db::{
        Unit,
        schema::{app_user, call},
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, CallId, UserId},
    limits,
    people::{Actor, idempotency::Key},
    routing::{Offer, OfferPurpose, OfferState},
    voicemail::Recipient,
};

impl Platform {
    /// Calls a colleague. Not recorded unless it is wished.
    ///
    /// # Errors
    /// NOT_FOUND for the colleague, NO_AGENT for one who is not there, AGENT_BUSY for one who is not free or a caller who
    /// is not, NOT_ALLOWED for oneself, INVALID for the subject, LIMIT_REACHED for a user with five live calls.
    pub async fn call_colleague(
        &self,
        actor: &Actor,
        colleague: UserId,
        media: MediaKind,
        subject: Option<String>,
        record: Option<bool>,
        key: Option<Key>,
    ) -> Result<Call> {
        let user = actor.user()?.id;
        let subject = subject_of(subject)?;
        if colleague == user {
            return refuse(RefusalCode::NotAllowed, "You cannot call yourself. Choose a colleague.");
        }
        let unit = match self.lock_both(user, colleague, key.as_ref()).await? {
            ControlFlow::Continue(unit) => unit,
            ControlFlow::Break(first) => return Ok(first),
        };
        let now = unit.now;
        let call = Call {
            // The offer ends before; this stands behind it.
            answer_by: Some(now + limits::DIRECT_OFFER + limits::JOIN_TO_MEDIA),
            agent_id: Some(user),
            ..Call::begun(Direction::Internal, media, subject, record.unwrap_or(false), now)
        };
        let call = place_internal(unit, actor, call, key.as_ref(), async |change| {
            change.ask(colleague.into(), user.into(), OfferPurpose::Call, None).await?;
            Ok(())
        })
        .await?;
        tracing::info!(call = %call.id, media = %call.media, "colleague called");
        Ok(call)
    }

    /// Leaves a message for a colleague, who is not asked whether he is there.
    ///
    /// # Errors
    /// NOT_FOUND for the colleague, AGENT_BUSY for a caller who is not free, NOT_ALLOWED for oneself, INVALID for the
    /// subject, LIMIT_REACHED for a user with five live calls.
    pub async fn message_colleague(
        &self,
        actor: &Actor,
        colleague: UserId,
        subject: Option<String>,
        key: Option<Key>,
    ) -> Result<Call> {
        let user = actor.user()?.id;
        let subject = subject_of(subject)?;
        if colleague == user {
            return refuse(RefusalCode::NotAllowed, "You cannot leave yourself a message.");
        }
        let mut unit = match self.lock_both(user, colleague, key.as_ref()).await? {
            ControlFlow::Continue(unit) => unit,
            ControlFlow::Break(first) => return Ok(first),
        };
        let disabled: Option<DateTime<Utc>> =
            app_user::table.find(colleague).select(app_user::disabled_at).first(unit.connection()).await?;
        if disabled.is_some() {
            return Err(Refusal::not_found("user").at("userId").into());
        }
        let call = Call {
            agent_id: Some(user),
            ..Call::begun(Direction::Internal, MediaKind::Audio, subject, false, unit.now)
        };
        let call = place_internal(unit, actor, call, key.as_ref(), async |change| {
            change.legs[0].leave_by = Some(change.now() + limits::JOIN_TO_MEDIA);
            change.begin_voicemail(Recipient::Agent(colleague.into()), true, &actor.key()).await
        })
        .await?;
        tracing::info!(call = %call.id, "a message is left for a colleague");
        Ok(call)
    }

    /// Opens a unit of work with both locked; or gives the call that a repeated request has placed already.
    async fn lock_both(
        &self,
        user: UserId,
        colleague: UserId,
        key: Option<&Key>,
    ) -> Result<ControlFlow<Call, Unit>> {
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<CallId>(key).await? {
            let call = call::table.find(first).select(Call::as_select()).first(unit.connection()).await?;
            return Ok(ControlFlow::Break(call));
        }
        // Two who call each other at once do not wait for each other.
        let (caller, callee) = (AgentId::from(user), AgentId::from(colleague));
        for agent in [caller.min(callee), caller.max(callee)] {
            agents::lock(&mut unit, agent).await?;
        }
        Ok(ControlFlow::Continue(unit))
    }
}

/// Places a call with the one who calls in it, and reaches the colleague.
async fn place_internal(
    mut unit: Unit,
    actor: &Actor,
    call: Call,
    key: Option<&Key>,
    reach: impl AsyncFnOnce(&mut Change) -> Result<()>,
) -> Result<Call> {
    let user = actor.user()?;
    free_to_call(&mut unit, user.id).await?;
    let own = Leg::of_user(&call, LegRole::Agent, user, unit.now);
    let mut change = Change::create(unit, call, vec![own]).await?;
    change.event(CallEventKind::Created, &actor.key(), None, None).await?;
    reach(&mut change).await?;
    change.dispatch().await?;
    change.unit.keep_result(key, &change.call.id).await?;
    Ok(change.commit().await?.0)
}

impl Change {
    /// The colleague has accepted.
    pub(crate) async fn colleague_comes(&mut self) -> Result<()> {
        if self.call.state == CallState::Created {
            self.become_state(CallState::Ringing).await?;
        }
        self.become_state(CallState::Connecting).await?;
        self.call.answer_by = Some(self.now() + limits::JOIN_TO_MEDIA);
        Ok(())
    }

    /// The colleague said no, did not answer, or got no media: nobody is left to talk with.
    pub(crate) async fn colleague_did_not_come(&mut self, offer: &Offer) -> Result<()> {
        let result = match offer.state {
            OfferState::Declined => CallResult::Declined,
            OfferState::Failed => CallResult::Failed,
            _ => CallResult::Missed,
        };
        let says = self.told_of(offer).await?;
        let actor = UserId::from(offer.agent_id).to_string();
        self.end(result, &says, &actor).await
    }
}
