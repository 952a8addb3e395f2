//! A party of a call.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::calls;

use super::{Audience, Contact, LegRole, LegState, User};
use crate::graphql::{
    context::{ContextExt, named},
    fault::Answer,
    id::global,
    links::join_url,
    loaders::LegsOf,
    scalars::{DateTime, Url},
};

/// A party of a call, from its invitation to its leaving.
#[derive(Clone)]
pub struct Leg(pub calls::Leg);

/// A party of a call, from its invitation to its leaving.
#[Object]
impl Leg {
    /// `leg_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What the party is in the call.
    async fn role(&self) -> LegRole {
        self.0.role.into()
    }

    /// Where the party is in its life.
    async fn state(&self) -> LegState {
        self.0.state.into()
    }

    /// The name that the others see.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The user, where it is one.
    async fn user(&self, context: &Context<'_>) -> Answer<Option<User>> {
        Ok(named(context, self.0.user_id).await?.map(User))
    }

    /// The contact, where it is one.
    async fn contact(&self, context: &Context<'_>) -> Answer<Option<Contact>> {
        Ok(named(context, self.0.contact_id).await?.map(Contact))
    }

    /// Who may hear this leg.
    async fn audience(&self) -> Audience {
        self.0.audience.into()
    }

    /// Neither hears nor is heard, as on hold.
    async fn parked(&self) -> bool {
        self.0.parked
    }

    /// The microphone is off.
    async fn muted(&self) -> bool {
        self.0.muted
    }

    /// The camera is on.
    async fn video_on(&self) -> bool {
        self.0.video_on
    }

    /// The screen is shared.
    async fn screen_on(&self) -> bool {
        self.0.screen_on
    }

    /// When the party first came.
    async fn joined_at(&self) -> Option<DateTime> {
        self.0.joined_at.map(DateTime)
    }

    /// When the party left for good.
    async fn left_at(&self) -> Option<DateTime> {
        self.0.left_at.map(DateTime)
    }

    /// The link of one who is awaited and comes by link; for the agents of the call.
    async fn join_url(&self, context: &Context<'_>) -> Answer<Option<Url>> {
        if self.0.state != calls::LegState::Invited || self.0.is_staff() {
            return Ok(None);
        }
        let legs = context.loaders().load_one(LegsOf(self.0.call_id)).await?.unwrap_or_default();
        let is_own = |leg: &calls::Leg| leg.is_agent_on() && context.actor().owns(leg);
        let platform = context.platform();
        Ok(legs.iter().any(is_own).then(|| join_url(&platform.config, &platform.join_token(self.0.id))))
    }

    /// The party's answer to being recorded; null while it wasn't asked or didn't answer.
    async fn consent(&self) -> Option<Consent> {
        Consent::of(&self.0)
    }
}

/// A party's answer to being recorded.
#[derive(Clone, SimpleObject)]
pub struct Consent {
    /// Yes or no.
    pub given: bool,
    /// When it was answered.
    pub at: DateTime,
    /// The words that were shown.
    pub wording: String,
}

impl Consent {
    pub fn of(leg: &calls::Leg) -> Option<Self> {
        Some(Self { given: leg.consent?, at: leg.consent_at?.into(), wording: leg.consent_wording.clone()? })
    }
}
