//! A caller leaves a message: by wish while waiting, instead of calling, or because nobody came in time.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Recipient, Voicemail, VoicemailState};
use crate::{
    Platform, Result,
    calls::{Call, CallEventKind, CallState, Change, Direction, Leg, LegRole},
    db::schema::{offer, voicemail},
    error::{RefusalCode, refuse},
    ids::{AgentId, CallId, VoicemailId},
    limits,
    people::Actor,
    routing::{OfferPurpose, VisitOutcome},
};

/// The party that leaves the message: the one who called.
pub(crate) fn speaker(call: &Call, legs: &[Leg]) -> Option<usize> {
    let called = |leg: &Leg| match call.direction {
        Direction::Internal => leg.role == LegRole::Agent && leg.user_id == call.agent_id,
        _ => leg.role == LegRole::Contact,
    };
    // One who is there rather than one who is awaited.
    let there = legs.iter().position(|leg| leg.state.is_present() && called(leg));
    there.or_else(|| legs.iter().position(|leg| leg.is_on() && called(leg)))
}

impl Change {
    fn speaker(&self) -> Option<usize> {
        speaker(&self.call, &self.legs)
    }

    fn is_attended(&self) -> bool {
        let speaker = self.speaker();
        self.legs.iter().enumerate().any(|(place, leg)| Some(place) != speaker && leg.is_agent_on())
    }

    /// For whom a message would be: whom the call waits for.
    async fn message_for(&mut self) -> Result<Option<Recipient>> {
        if self.call.direction != Direction::Internal {
            let visit = self.visit().await?.filter(|visit| !visit.callback);
            return Ok(visit.map(|visit| Recipient::Queue(visit.queue_id)));
        }
        let called: Option<AgentId> = offer::table
            .filter(offer::call_id.eq(self.call.id).and(offer::purpose.eq(OfferPurpose::Call)))
            .order(offer::id.desc())
            .select(offer::agent_id)
            .first(self.unit.connection())
            .await
            .optional()?;
        Ok(called.map(Recipient::Agent))
    }

    /// Whether there is anybody who did not refuse to be recorded, and nobody to talk with.
    pub(crate) fn may_leave_message(&self) -> bool {
        !self.is_attended() && self.speaker().is_some_and(|place| self.legs[place].consent != Some(false))
    }

    /// From now on a message is left. `wished` by the caller, who has read what becomes of it: that is the consent.
    ///
    /// # Errors
    /// CONSENT_REQUIRED for one who refused to be recorded.
    pub(crate) async fn begin_voicemail(
        &mut self,
        recipient: Recipient,
        wished: bool,
        actor: &str,
    ) -> Result<()> {
        let Some(place) = self.speaker() else {
            return refuse(RefusalCode::LegGone, "Nobody is there who could leave a message.");
        };
        if self.legs[place].consent == Some(false) {
            return refuse(
                RefusalCode::ConsentRequired,
                "You did not agree to being recorded, so no message can be taken. Stay on the line.",
            );
        }
        let now = self.now();
        if wished && self.legs[place].consent.is_none() {
            let wording = self.unit.platform().config.voicemail_wording.clone();
            let leg = &mut self.legs[place];
            (leg.consent, leg.consent_at, leg.consent_wording) = (Some(true), Some(now), Some(wording));
            let id = leg.id;
            self.event(CallEventKind::ConsentGiven, actor, Some(id), None).await?;
        }
        // What was said before is a recording of its own.
        crate::recordings::finalize(self).await?;
        self.silence_supervisors();
        let greeting_id = recipient.greeting(self.unit.connection()).await?;
        self.cancel_offers(|_| true, "a message is left instead").await?;
        self.end_transfer("The contact leaves a message instead.", actor).await?;
        self.leave_queue(VisitOutcome::Voicemail).await?;
        let (queue_id, agent_id) = match recipient {
            Recipient::Queue(id) => (Some(id), None),
            Recipient::Agent(id) => (None, Some(id)),
        };
        let begun = Voicemail {
            id: VoicemailId::new(),
            call_id: self.call.id,
            queue_id,
            agent_id,
            greeting_id,
            state: VoicemailState::Greeting,
            epoch: 0,
            until: Some(now + limits::GREETING),
            started_at: now,
            recording_id: None,
            task_id: None,
            left_at: None,
            heard_at: None,
            heard_by: None,
        };
        diesel::insert_into(voicemail::table).values(&begun).execute(self.unit.connection()).await?;
        self.voicemail = Some(begun);
        self.call.answer_by = None;
        self.become_state(CallState::InProgress).await?;
        let leg = self.legs[place].id;
        self.event(CallEventKind::VoicemailStarted, actor, Some(leg), None).await
    }
}

impl Platform {
    /// The contact, or who calls a colleague, waits no longer and leaves a message. A repeat changes nothing.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, NOT_ALLOWED where no messages are taken or the call does not wait, CONSENT_REQUIRED.
    pub async fn leave_voicemail(&self, actor: &Actor, id: CallId) -> Result<Call> {
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        change.still_on()?;
        if change.voicemail.is_some() {
            return Ok(change.call);
        }
        let Some(recipient) = change.message_for().await? else {
            return refuse(RefusalCode::NotAllowed, "This call waits for nobody who takes messages.");
        };
        if !change.speaker().is_some_and(|place| actor.owns(&change.legs[place])) {
            return refuse(RefusalCode::NotAllowed, "Only whoever called leaves a message.");
        }
        let waits = matches!(change.call.state, CallState::Created | CallState::Queued | CallState::Ringing);
        if !waits || change.is_attended() {
            return refuse(RefusalCode::NotAllowed, "An agent is about to answer.");
        }
        if !recipient.own_box(change.unit.connection()).await?.enabled {
            return refuse(RefusalCode::NotAllowed, "No messages are taken here. Stay on the line.");
        }
        change.begin_voicemail(recipient, true, &actor.key()).await?;
        tracing::info!(call = %id, "a message is left");
        Ok(change.commit().await?.0)
    }
}
