//! Who sends a request: reads bearer tokens, and asks the domain whether they still stand.
//!
//! An access token is a JWT (HS256, 10 minutes) that names a session; the session and its user are read anew with every
//! request, so that a sign-out or a new role counts at once. A guest's token is opaque and the domain's.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    Platform,
    calls::{CallEventKind, join},
    events::{Aggregate, Filter},
    ids::SessionId,
    limits,
    people::{Actor, Guest, Role, Signed},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    graphql::fault::{Answer, Fault},
};

/// The caller of one request. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Actor>);

/// What a caller is, for the access rules. Each may what the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Anonymous,
    /// Of a call that is over, or that the guest has left. Less than anybody, but for what [`crate::graphql::access`] leaves to it.
    FormerGuest,
    Guest,
    Agent,
    Supervisor,
    Admin,
}

impl Caller {
    pub fn standing(&self) -> Standing {
        match &*self.0 {
            Actor::Anonymous => Standing::Anonymous,
            Actor::Guest(guest) if guest.ended => Standing::FormerGuest,
            Actor::Guest(_) => Standing::Guest,
            Actor::User(signed) => match signed.user.role {
                Role::Agent => Standing::Agent,
                Role::Supervisor => Standing::Supervisor,
                Role::Admin => Standing::Admin,
            },
        }
    }

    /// The same after the end of the call, if it is a guest.
    pub fn afterwards(&self) -> Self {
        match self.0.guest() {
            Some(guest) => Self(Arc::new(Actor::Guest(Guest { ended: true, ..guest }))),
            None => self.clone(),
        }
    }

    pub fn session(&self) -> Option<SessionId> {
        match &*self.0 {
            Actor::User(signed) => Some(signed.session),
            Actor::Anonymous | Actor::Guest(_) => None,
        }
    }
}

/// For the log: an id, never a name.
impl fmt::Display for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.key())
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// Makes and reads access tokens.
pub struct AccessTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl AccessTokens {
    pub fn new(key: &[u8; 32]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 5;
        validation.set_required_spec_claims(&["exp"]);
        Self { encoding: EncodingKey::from_secret(key), decoding: DecodingKey::from_secret(key), validation }
    }

    /// A token for a session, and when it ends.
    pub fn make(&self, session: SessionId, now: DateTime<Utc>) -> Answer<(String, DateTime<Utc>)> {
        let expires_at = now + limits::ACCESS_TOKEN;
        let claims = Claims { sid: session, iat: now.timestamp(), exp: expires_at.timestamp() };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(Fault::internal)?;
        Ok((token, expires_at))
    }

    /// The session that a token names, if it is ours and still good.
    fn read(&self, token: &str) -> Option<SessionId> {
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .ok()
            .map(|data| data.claims.sid)
    }
}

/// Finds the caller behind an `Authorization` header. None at all is nobody; a bad one is a fault, so that a client learns
/// that its token is worn out.
pub async fn identify(app: &App, authorization: Option<&str>) -> Answer<Caller> {
    let actor = match authorization {
        None => Actor::Anonymous,
        Some(header) => {
            let (scheme, token) = header.split_once(' ').ok_or(Fault::Unauthenticated)?;
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(Fault::Unauthenticated);
            }
            bearer(app, token.trim()).await?.ok_or(Fault::Unauthenticated)?
        }
    };
    Ok(Caller(Arc::new(actor)))
}

async fn bearer(app: &App, token: &str) -> Answer<Option<Actor>> {
    // A JWT has dots, a guest's token none.
    if !token.contains('.') {
        return Ok(app.platform.guest(token).await?.map(Actor::Guest));
    }
    match app.access_tokens.read(token) {
        Some(session) => Ok(app.platform.signed_in(session).await?.map(Actor::User)),
        None => Ok(None),
    }
}

/// A future that ends when the session is revoked, from now on.
pub async fn revoked(app: &App, session: SessionId) -> Answer<impl Future<Output = ()> + Send + use<>> {
    let mut watch = app.hub.watch(Filter::of(Aggregate::Session, session.0), None).await?;
    // It may have been revoked between the first look and the watch.
    let live = still_lives(&app.platform, session).await?;
    Ok(async move {
        if live.is_some() {
            // An error means that the log can't be followed any more: the client shall come again and be judged anew.
            let _ = watch.next().await;
        }
    })
}

/// Why a guest has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// The call is over, or the guest has left it.
    CallEnded,
    /// The link was bound to another browser.
    Replaced,
}

/// A future that ends when a guest's call ends, the guest leaves it, or its leg is bound to another browser, from now on. What happened before is
/// for a second look at the token.
pub async fn departed(app: &App, guest: Guest) -> Answer<impl Future<Output = Departure> + Send + use<>> {
    let mut call = app.hub.watch(Filter::of(Aggregate::Call, guest.call.0), None).await?;
    let mut leg = app.hub.watch(Filter::of(Aggregate::Leg, guest.leg.0), None).await?;
    let ended = async move {
        // As above, an error ends it, too.
        while let Ok(event) = call.next().await {
            let has_left =
                event.kind == CallEventKind::LegLeft.as_str() && event.id("legId") == Some(guest.leg);
            if has_left || event.kind == CallEventKind::Ended.as_str() {
                break;
            }
        }
    };
    let replaced = async move {
        while let Ok(event) = leg.next().await {
            if event.kind == join::BOUND_ANEW {
                break;
            }
        }
    };
    Ok(async move {
        tokio::select! {
            () = ended => Departure::CallEnded,
            () = replaced => Departure::Replaced,
        }
    })
}

async fn still_lives(platform: &Platform, session: SessionId) -> Answer<Option<Signed>> {
    Ok(platform.signed_in(session).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_session_until_it_is_old() {
        let (tokens, session) = (AccessTokens::new(&[7; 32]), SessionId::new());
        let now = DateTime::from_timestamp(4_000_000_000, 0).unwrap();
        let (token, expires_at) = tokens.make(session, now).unwrap();
        assert_eq!(expires_at - now, limits::ACCESS_TOKEN);
        assert_eq!(tokens.read(&token), Some(session));
        let (old, _) = tokens.make(session, DateTime::from_timestamp(1_000_000_000, 0).unwrap()).unwrap();
        assert_eq!(tokens.read(&old), None);
    }

    #[test]
    fn a_forged_token_names_nobody() {
        let session = SessionId::new();
        let now = DateTime::from_timestamp(4_000_000_000, 0).unwrap();
        let (foreign, _) = AccessTokens::new(&[8; 32]).make(session, now).unwrap();
        let tokens = AccessTokens::new(&[7; 32]);
        assert_eq!(tokens.read(&foreign), None);
        let (own, _) = tokens.make(session, now).unwrap();
        let (head, tail) = own.split_once('.').unwrap();
        // {"alg":"none"}
        assert_eq!(tokens.read(&format!("eyJhbGciOiJub25lIn0.{tail}")), None);
        assert_eq!(tokens.read(&format!("{head}.{}", tail.replace('.', ".x"))), None);
        assert_eq!(tokens.read("..."), None);
    }
}
