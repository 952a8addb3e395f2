//! Whoever is asking.

use async_graphql::{Context, Object};
use domain::people::Actor;

use super::{Call, Leg, Role, User};
use crate::graphql::{
    access::{MUTATIONS, QUERIES, SUBSCRIPTIONS, may_use},
    context::ContextExt,
    fault::{Answer, Fault},
    loaders::Loaders,
};

/// Whoever is asking: a user, a guest of one call, or nobody.
pub struct Viewer;

/// Whoever is asking: a user, a guest of one call, or nobody.
#[Object]
impl Viewer {
    /// The signed-in user.
    async fn user(&self, context: &Context<'_>) -> Option<User> {
        match context.actor() {
            Actor::User(signed) => Some(User(signed.user.clone())),
            Actor::Anonymous | Actor::Guest(_) => None,
        }
    }

    /// The signed-in user's role.
    async fn role(&self, context: &Context<'_>) -> Option<Role> {
        match context.actor() {
            Actor::User(signed) => Some(signed.user.role.into()),
            Actor::Anonymous | Actor::Guest(_) => None,
        }
    }

    /// Names of the queries, mutations and subscriptions that the caller may use, so that a front end shows no button
    /// that can only fail.
    async fn permissions(&self, context: &Context<'_>) -> Vec<&'static str> {
        let standing = context.origin().caller.standing();
        let roots = [QUERIES, MUTATIONS, SUBSCRIPTIONS].concat();
        let mut names: Vec<_> = roots
            .iter()
            .filter(|(name, rule)| may_use(name, *rule, standing))
            .map(|(name, _)| *name)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The party that a join link made of the caller.
    async fn guest(&self, context: &Context<'_>) -> Answer<Option<Guest>> {
        let Some(guest) = context.actor().guest() else { return Ok(None) };
        let loaders: &Loaders = context.loaders();
        let call = loaders.load_one(guest.call).await?.ok_or(Fault::Unauthenticated)?;
        let leg = loaders.load_one(guest.leg).await?;
        Ok(Some(Guest { call: Call(call), leg: leg.map(Leg) }))
    }
}

/// A caller without an account: the one party that a join link is bound to.
pub struct Guest {
    call: Call,
    leg: Option<Leg>,
}

/// A caller without an account: the one party that a join link is bound to.
#[Object]
impl Guest {
    /// The call that the link is for.
    async fn call(&self) -> &Call {
        &self.call
    }

    /// The caller's own leg.
    async fn leg(&self) -> Option<&Leg> {
        self.leg.as_ref()
    }

    /// The name that the others see.
    async fn name(&self) -> &str {
        self.leg.as_ref().map_or("", |leg| &leg.0.name)
    }
}
