//! A party joins its call, or takes it up again after a reload.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use hmac::Mac;
use serde_json::json;
use uuid::Uuid;

use super::{Call, CallEventKind, CallState, Change, LEG_TAKEN, Leg, LegRole, LegState};
use crate::{
    Platform, Result,
    config::ConsentPolicy,
    db::schema::{call, leg},
    error::{Refusal, RefusalCode, refuse},
    events::Aggregate,
    ids::{CallId, LegId},
    limits,
    people::{Actor, Guest, tokens},
    validate,
    voicemail::open_message,
};

/// Kind of the event of a leg whose link was bound to another browser.
pub const BOUND_ANEW: &str = "BOUND_ANEW";

/// Kind of the event of a leg that another page of its party has taken up.
pub(super) const TAKEN: &str = "TAKEN";

/// What a party needs to bring up its side.
#[derive(Debug)]
pub struct Joined {
    pub call: Call,
    pub leg: Leg,
    /// The bearer token that the link is bound to; none for one who joined with it.
    pub guest_token: Option<String>,
    /// To be shown, and answered by `consentGive`; none when nothing is to be asked.
    pub consent_wording: Option<String>,
}

/// What a person may see of a link before joining.
#[derive(Debug)]
pub struct Invitation {
    pub call: Call,
    pub leg: Leg,
    /// Name of the one who calls.
    pub caller: String,
    pub consent_wording: Option<String>,
}

impl Change {
    /// A party comes, for the first time or again.
    async fn come_in(&mut self, place: usize, actor: &Actor, told: Option<i32>) -> Result<()> {
        let (now, contact) = (self.now(), !self.legs[place].is_staff());
        let first = self.legs[place].joined_at.is_none();
        // A reload takes up a connected leg as it is: the worker notices the new connection, and media goes on.
        if self.legs[place].state != LegState::Connected {
            self.begin_joining(place).await?;
        }
        self.claim(place, told)?;
        self.legs[place].joined_at.get_or_insert(now);
        // Whoever joins makes a new connection: what was offered to an earlier one is not for it.
        let leg = self.legs[place].id;
        self.forget_media_offers(&[leg]).await?;
        if contact && first {
            self.contact_is_there().await?;
        }
        // The party is told this epoch: a later one is news to it.
        self.legs[place].epoch = self.call.epoch;
        let rung = match self.call.visit_id {
            // Waiting in a queue, a contact who joins is there, but has not answered anybody.
            Some(_) => self.call.answer_by.is_some() && self.call.state == CallState::Ringing,
            None => first && matches!(self.call.state, CallState::Ringing | CallState::Created),
        };
        if contact && rung {
            self.call.contact_id = self.call.contact_id.or(self.legs[place].contact_id);
            if self.call.state == CallState::Created {
                self.become_state(CallState::Ringing).await?;
            }
            self.become_state(CallState::Connecting).await?;
            self.call.answer_by = Some(now + limits::JOIN_TO_MEDIA);
            self.event(CallEventKind::Accepted, &actor.key(), Some(leg), None).await?;
        }
        Ok(())
    }

    /// A page that has the leg and makes its connection anew says which generation it was `told`. Any other one has the leg
    /// from now on, and the one before learns so: two that each mended their connection would take it from each other for ever.
    ///
    /// # Errors
    /// LEG_TAKEN.
    fn claim(&mut self, place: usize, told: Option<i32>) -> Result<()> {
        let leg = &mut self.legs[place];
        if leg.is_taken_from(told) {
            return refuse(RefusalCode::LegTaken, LEG_TAKEN);
        }
        if told == Some(leg.generation) {
            return Ok(());
        }
        leg.generation += 1;
        let (id, generation) = (leg.id, leg.generation);
        if generation > 1 {
            let news = json!({ "callId": self.call.id, "legId": id, "generation": generation });
            self.unit.event(Aggregate::Leg, id.0, 0, TAKEN, news)?;
        }
        Ok(())
    }

    /// When media has to be there on a leg: an agent who accepted keeps others waiting, any other one has until `otherwise`.
    pub(super) async fn media_of_leg_by(
        &mut self,
        place: usize,
        otherwise: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        let leg = &self.legs[place];
        let accepted = match leg.user_id.filter(|_| leg.is_staff()) {
            Some(user) => self.accepted_offer(user.into()).await?.is_some(),
            None => false,
        };
        Ok(if accepted { self.now() + limits::ACCEPT_TO_MEDIA } else { otherwise })
    }

    /// The leg is JOINING, and has its time for media to come.
    async fn begin_joining(&mut self, place: usize) -> Result<()> {
        let (now, contact) = (self.now(), !self.legs[place].is_staff());
        let first_try = self.legs[place].state == LegState::Invited;
        if contact && self.legs[place].state == LegState::Reconnecting {
            self.contact_is_back();
        }
        if self.legs[place].state != LegState::Joining {
            self.leg_becomes(place, LegState::Joining)?;
        }
        let by = self.media_of_leg_by(place, self.media_by()).await?;
        // One who tries again and again has no more time than the first try gave: somebody waits on the other side.
        let leg = &mut self.legs[place];
        leg.leave_by = leg.leave_by.filter(|_| !first_try).or(Some(by));
        // Somebody was there just now: the link is free for another browser only a while from here.
        leg.away_since = Some(now);
        Ok(())
    }
}

impl Platform {
    /// A user joins a call that he is a party of. A page that is in it already says which generation it was `told`.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, LEG_GONE, LEG_TAKEN.
    pub async fn join_as_user(&self, actor: &Actor, id: CallId, told: Option<i32>) -> Result<Joined> {
        let user = actor.user()?;
        let change = self.change(id).await?;
        let place = change
            .legs
            .iter()
            // One who was in it before and came back has an older leg, too.
            .rposition(|leg| leg.user_id == Some(user.id))
            .ok_or_else(|| Refusal::not_found("call"))?;
        self.join(change, place, actor, None, told).await
    }

    /// A guest joins by link, or takes up its leg again by its own token. `key` is a secret of its browser, which is known
    /// by it when the answer with the token was lost. A page that is in the call already says which generation it was `told`.
    ///
    /// # Errors
    /// LINK_EXPIRED for a link that is not ours or whose call is over, LINK_IN_USE while another browser has it, LEG_TAKEN,
    /// INVALID for a key that is no UUID.
    pub async fn join_by_link(
        &self,
        actor: &Actor,
        token: &str,
        name: Option<String>,
        key: Option<&str>,
        told: Option<i32>,
    ) -> Result<Joined> {
        let Some(id) = self.leg_of_token(token) else { return refuse(RefusalCode::LinkExpired, EXPIRED) };
        let (mut change, place) = self.change_by_leg(id).await.map_err(expired)?;
        let leg = &change.legs[place];
        if change.call.state == CallState::Ended || leg.state == LegState::Left {
            return refuse(RefusalCode::LinkExpired, EXPIRED);
        }
        let guest_token = match key {
            Some(key) => self.guest_token(id, key)?,
            None => tokens::random(),
        };
        let hash = tokens::hash(&guest_token);
        let has_token = actor.guest().is_some_and(|guest| guest.leg == id);
        let mine = has_token || leg.guest_token_hash.as_ref() == Some(&hash);
        // The answer to its first try was lost: the same page once more.
        let again = mine && !has_token && leg.state == LegState::Joining;
        let told = if again { Some(leg.generation) } else { told };
        let taken = leg.guest_token_hash.is_some()
            && leg.away_since.is_none_or(|since| change.now() - since <= limits::LINK_REBIND);
        if taken && !mine {
            return refuse(
                RefusalCode::LinkInUse,
                "This link is open in another window or on another device. Close it there, wait a minute and try again.",
            );
        }
        if !mine {
            let leg = &mut change.legs[place];
            if leg.guest_token_hash.replace(hash).is_some() {
                // The sockets of the browser that had the link go by this.
                change.unit.event(Aggregate::Leg, id.0, 0, BOUND_ANEW, json!({ "legId": id }))?;
                // It may be somebody else: what the one before agreed to is not this one's word.
                (leg.consent, leg.consent_at, leg.consent_wording) = (None, None, None);
            }
            leg.guest_token_expires_at = None;
        }
        if let Some(name) = name.filter(|_| change.legs[place].role == LegRole::Guest) {
            change.legs[place].name = validate::name("name", &name)?;
        }
        let ended = false;
        let actor = Actor::Guest(Guest { call: change.call.id, leg: id, ended });
        self.join(change, place, &actor, (!has_token).then_some(guest_token), told).await
    }

    /// The token of a browser that has such a key. It is derived, so that a repeat gets it again though no secret is stored;
    /// and it takes the key: whoever else has the link does not come by it.
    fn guest_token(&self, leg: LegId, key: &str) -> Result<String> {
        let Ok(key) = Uuid::try_parse(key) else {
            return Err(Refusal::invalid("idempotencyKey", "The key of a browser is a UUID.").into());
        };
        let body = [leg.0.as_bytes().as_slice(), key.as_bytes()].concat();
        let mac = self.link_signature("guest-token", &body).finalize();
        Ok(URL_SAFE_NO_PAD.encode(mac.into_bytes()))
    }

    pub(crate) async fn join(
        &self,
        mut change: Change,
        place: usize,
        actor: &Actor,
        guest_token: Option<String>,
        told: Option<i32>,
    ) -> Result<Joined> {
        change.still_on()?;
        // Called back when its turn comes, and nobody is there yet who would talk.
        let waits = !change.legs[place].is_staff() && change.call.answer_by.is_none();
        if waits && change.is_callback().await? {
            // A round that comes just now shall not find it locked.
            change.unit.roll_back().await?;
            return refuse(
                RefusalCode::NotAllowed,
                "It is not your turn yet. Keep this page open: it rings when we call you back.",
            );
        }
        change.come_in(place, actor, told).await?;
        // Before the worker may have media of one who has not agreed.
        crate::recordings::follow_consent(&mut change).await?;
        let message = change.voicemail.is_some();
        let (call, mut legs) = change.commit().await?;
        let leg = legs.swap_remove(place);
        let consent_wording = self.wording(&call, &leg, message);
        Ok(Joined { call, leg, guest_token, consent_wording })
    }

    /// The words that a party has yet to answer; a message is recorded though the call would not be.
    fn wording(&self, call: &Call, leg: &Leg, message: bool) -> Option<String> {
        let asked = (message || call.record && !call.recording_stopped)
            && !leg.is_staff()
            && leg.consent.is_none()
            && self.config.consent_policy == ConsentPolicy::AllParties;
        let wording = if message { &self.config.voicemail_wording } else { &self.config.consent_wording };
        asked.then(|| wording.clone())
    }

    /// What a link says before it is taken up. Reading changes nothing: previewers open links too.
    ///
    /// # Errors
    /// LINK_EXPIRED.
    pub async fn invitation(&self, token: &str) -> Result<Invitation> {
        let Some(id) = self.leg_of_token(token) else { return refuse(RefusalCode::LinkExpired, EXPIRED) };
        let found = self.leg_with_call(id).await?;
        let Some((leg, call)) = found.filter(|(leg, call)| call.state != CallState::Ended && leg.is_on())
        else {
            return refuse(RefusalCode::LinkExpired, EXPIRED);
        };
        let mut connection = self.db.get().await?;
        // The present agent, or the last one; before anybody accepted, whoever placed it.
        let is_present = leg::user_id.is_not_distinct_from(call.agent_id);
        let caller: Option<String> = leg::table
            .filter(leg::call_id.eq(call.id).and(leg::role.eq(LegRole::Agent)))
            .order((is_present.desc(), leg::id))
            .select(leg::name)
            .first(&mut connection)
            .await
            .optional()?;
        let message =
            call.state == CallState::InProgress && open_message(&mut connection, call.id).await?.is_some();
        let consent_wording = self.wording(&call, &leg, message);
        Ok(Invitation { call, leg, caller: caller.unwrap_or_default(), consent_wording })
    }

    /// Whom a guest's bearer token stands for.
    pub async fn guest(&self, token: &str) -> Result<Option<Guest>> {
        let mut connection = self.db.get().await?;
        type Found = (LegId, LegState, CallId, CallState, Option<chrono::DateTime<chrono::Utc>>);
        let found: Option<Found> = leg::table
            .inner_join(call::table)
            .filter(leg::guest_token_hash.eq(tokens::hash(token)))
            .select((leg::id, leg::state, call::id, call::state, leg::guest_token_expires_at))
            .first(&mut connection)
            .await
            .optional()?;
        let now = self.clock.now();
        Ok(found.filter(|(.., until)| until.is_none_or(|until| until > now)).map(
            |(leg, party, call, state, _)| {
                // Others may go on talking: that is nothing to one who has left.
                Guest { call, leg, ended: state == CallState::Ended || party == LegState::Left }
            },
        ))
    }
}

pub(crate) const EXPIRED: &str = "This link is no longer good. Ask the person who sent it for a new call.";

pub(crate) fn expired(error: crate::Error) -> crate::Error {
    match error {
        crate::Error::Refused(_) => Refusal::new(RefusalCode::LinkExpired, EXPIRED).into(),
        other => other,
    }
}
