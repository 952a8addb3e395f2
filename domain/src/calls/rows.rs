//! Rows of calls, legs and intervals.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    Audience, CallResult, CallState, Direction, IntervalKind, LegRole, LegState, MediaKind, TakeOver,
    audience::Ear,
};
use crate::{
    db::schema::{call, call_interval, leg},
    ids::{CallId, ContactId, LegId, OutcomeId, QueueId, UserId, VisitId, WorkerId},
    people::User,
};

/// One conversation.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = call, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Call {
    pub id: CallId,
    pub version: i32,
    pub direction: Direction,
    pub media: MediaKind,
    pub state: CallState,
    pub result: Option<CallResult>,
    pub contact_id: Option<ContactId>,
    pub contact_verified: bool,
    pub agent_id: Option<UserId>,
    pub subject: Option<String>,
    pub record: bool,
    pub recording_stopped: bool,
    pub worker_id: Option<WorkerId>,
    pub epoch: i32,
    pub dispatch_at: Option<DateTime<Utc>>,
    pub answer_by: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub answered_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub end_reason: Option<String>,
    pub queue_id: Option<QueueId>,
    /// The open visit to it.
    pub visit_id: Option<VisitId>,
    /// Head start in queues, in minutes of waiting.
    pub priority: i32,
    pub callback_of: Option<CallId>,
    pub callback_tries: i32,
    pub outcome_id: Option<OutcomeId>,
    pub tags: Vec<String>,
    pub rating_stars: Option<i32>,
    pub rating_words: Option<String>,
    pub rated_at: Option<DateTime<Utc>>,
}

impl Call {
    /// One that is just being made, with nobody in it and no worker sought.
    pub fn begun(
        direction: Direction,
        media: MediaKind,
        subject: Option<String>,
        record: bool,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: CallId::new(),
            version: 0,
            direction,
            media,
            state: CallState::Created,
            result: None,
            contact_id: None,
            contact_verified: false,
            agent_id: None,
            subject,
            record,
            recording_stopped: false,
            worker_id: None,
            epoch: 0,
            dispatch_at: None,
            answer_by: None,
            created_at: at,
            answered_at: None,
            ended_at: None,
            end_reason: None,
            queue_id: None,
            visit_id: None,
            priority: 0,
            callback_of: None,
            callback_tries: 0,
            outcome_id: None,
            tags: Vec::new(),
            rating_stars: None,
            rating_words: None,
            rated_at: None,
        }
    }
}

/// One party of a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = leg, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Leg {
    pub id: LegId,
    pub call_id: CallId,
    pub role: LegRole,
    pub state: LegState,
    pub name: String,
    pub user_id: Option<UserId>,
    pub contact_id: Option<ContactId>,
    pub audience: Audience,
    pub parked: bool,
    pub muted: bool,
    pub video_on: bool,
    pub screen_on: bool,
    pub consent: Option<bool>,
    pub consent_at: Option<DateTime<Utc>>,
    pub consent_wording: Option<String>,
    pub guest_token_hash: Option<Vec<u8>>,
    pub guest_token_expires_at: Option<DateTime<Utc>>,
    pub epoch: i32,
    pub away_since: Option<DateTime<Utc>>,
    pub leave_by: Option<DateTime<Utc>>,
    pub invited_at: DateTime<Utc>,
    pub joined_at: Option<DateTime<Utc>>,
    pub connected_at: Option<DateTime<Utc>>,
    pub left_at: Option<DateTime<Utc>>,
    /// Of a supervisor.
    pub take_over: Option<TakeOver>,
    /// How many pages have taken it up, one after the other; the last one has it.
    pub generation: i32,
}

impl Leg {
    /// A party that is invited and has not come yet.
    pub fn invited(call: &Call, role: LegRole, name: String, at: DateTime<Utc>) -> Self {
        Self {
            id: LegId::new(),
            call_id: call.id,
            role,
            state: LegState::Invited,
            name,
            user_id: None,
            contact_id: None,
            audience: Audience::Everyone,
            parked: false,
            muted: false,
            video_on: call.media == MediaKind::Video,
            screen_on: false,
            consent: None,
            consent_at: None,
            consent_wording: None,
            guest_token_hash: None,
            guest_token_expires_at: None,
            epoch: 0,
            away_since: None,
            leave_by: None,
            invited_at: at,
            joined_at: None,
            connected_at: None,
            left_at: None,
            take_over: None,
            generation: 0,
        }
    }

    /// One of the house.
    pub fn of_user(call: &Call, role: LegRole, user: &User, at: DateTime<Utc>) -> Self {
        Self { user_id: Some(user.id), ..Self::invited(call, role, user.name.clone(), at) }
    }

    /// A contact, or one who gave nothing by which to be known.
    pub fn of_contact(call: &Call, contact: Option<ContactId>, name: String, at: DateTime<Utc>) -> Self {
        Self { contact_id: contact, ..Self::invited(call, LegRole::Contact, name, at) }
    }

    pub fn ear(&self) -> Ear {
        Ear { role: self.role, parked: self.parked, audience: self.audience }
    }

    /// A newer page has it than the one that was told this generation; of one that doesn't say it is not known.
    pub fn is_taken_from(&self, told: Option<i32>) -> bool {
        told.is_some_and(|told| told < self.generation)
    }

    /// It has not left: its party is in the call, or asked into it.
    pub fn is_on(&self) -> bool {
        self.state != LegState::Left
    }

    /// An agent's, and not left.
    pub fn is_agent_on(&self) -> bool {
        self.role == LegRole::Agent && self.is_on()
    }

    pub(crate) fn is_contact_connected(&self) -> bool {
        self.role == LegRole::Contact && self.state == LegState::Connected
    }

    /// One of the house: an agent or a supervisor.
    pub fn is_staff(&self) -> bool {
        matches!(self.role, LegRole::Agent | LegRole::Supervisor)
    }

    /// Somebody with whom the house talks.
    pub fn is_outsider(&self) -> bool {
        !self.is_staff()
    }
}

/// A stretch of a call's life; open while `ended_at` is null.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = call_interval, check_for_backend(diesel::pg::Pg))]
pub struct Interval {
    pub call_id: CallId,
    pub ordinal: i32,
    pub kind: IntervalKind,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}
