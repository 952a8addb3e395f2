//! Users and their sessions.

use async_graphql::{Context, ID, Object};
use domain::{ids::AgentId, people};

use super::{Agent, Role};
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id::global,
    scalars::{DateTime, EmailAddress, TimeZone},
};

/// Someone who signs in: agent, supervisor or administrator.
#[derive(Clone)]
pub struct User(pub people::User);

/// Someone who signs in: agent, supervisor or administrator.
#[Object]
impl User {
    /// `user_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Shown to colleagues, and to contacts who are called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The sign-in name.
    async fn email(&self) -> EmailAddress {
        EmailAddress(self.0.email.clone())
    }

    /// What the user may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Where the user's browser was when it last told a session its `timeZone`; UTC until then. For the user, today
    /// begins at its midnight, and reminders tell the time by it.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.0.time_zone.clone())
    }

    /// The user as one who takes calls.
    async fn agent(&self, context: &Context<'_>) -> Answer<Option<Agent>> {
        Ok(context.loaders().load_one(AgentId::from(self.0.id)).await?.map(Agent))
    }
}

/// A sign-in: an access token for ten minutes, and a refresh token for the next.
pub struct Session {
    pub access_token: String,
    pub refresh_token: String,
    pub expires_at: chrono::DateTime<chrono::Utc>,
    pub user: people::User,
}

/// A sign-in: an access token for ten minutes, and a refresh token for the next.
#[Object]
impl Session {
    /// Goes into `Authorization: Bearer …`, and into a WebSocket's connection_init as `{"authorization": "Bearer …"}`.
    async fn access_token(&self) -> &str {
        &self.access_token
    }

    /// For `sessionRefresh`, once. Empty where it went into a cookie.
    async fn refresh_token(&self) -> &str {
        &self.refresh_token
    }

    /// When the access token ends.
    async fn expires_at(&self) -> DateTime {
        self.expires_at.into()
    }

    /// Who signed in.
    async fn user(&self) -> User {
        User(self.user.clone())
    }
}
