//! Signing in and out.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use axum::http::header::SET_COOKIE;
use domain::{
    error::{Refusal, RefusalCode},
    people::sessions::{Grant, SignInError},
};

use crate::{
    graphql::{
        context::ContextExt,
        fault::{Answer, Fault},
        model::Session,
        payload::{Payload, UserError, payloads, settle},
        scalars::EmailAddress,
    },
    http::cookie,
};

/// Who signs in.
#[derive(InputObject)]
struct SessionCreateInput {
    /// The account's address.
    email: EmailAddress,
    /// Its password.
    password: String,
    /// Keep the refresh token in a cookie that no script can read, rather than in the answer.
    cookie: Option<bool>,
    /// The browser's time zone as `Intl` names it, such as `Europe/Berlin`: it becomes the user's. Left out, or where the
    /// server does not know the name, the user's stays as it was; neither is an error.
    // Text: the scalar would refuse the whole request for a zone that is newer than our list.
    time_zone: Option<String>,
}

/// A refresh token for its successor.
#[derive(InputObject)]
struct SessionRefreshInput {
    /// The refresh token; left out where a cookie has it.
    refresh_token: Option<String>,
    /// The token is in the cookie, and its successor shall be.
    cookie: Option<bool>,
    /// The browser's time zone as `Intl` names it, such as `Europe/Berlin`: it becomes the user's. Left out, or where the
    /// server does not know the name, the user's stays as it was; neither is an error.
    time_zone: Option<String>,
}

/// Which session ends.
#[derive(InputObject)]
struct SessionRevokeInput {
    /// The session of this refresh token; left out: that of the cookie, or else of the access token.
    refresh_token: Option<String>,
    /// End all sessions of the user.
    everywhere: Option<bool>,
}

payloads! {
    /// What `sessionCreate` answers.
    SessionCreatePayload {
        /// The new session.
        session: Session,
    }
    /// What `sessionRefresh` answers.
    SessionRefreshPayload {
        /// The session, with new tokens.
        session: Session,
    }
}

/// What `sessionRevoke` answers.
#[derive(SimpleObject)]
pub struct SessionRevokePayload {
    /// Why it wasn't done; empty when it was.
    user_errors: Vec<UserError>,
}

impl Payload for SessionRevokePayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self { user_errors }
    }
}

#[derive(Default)]
pub struct SessionMutations;

#[Object]
impl SessionMutations {
    /// Signs in with e-mail and password. Attempts are limited by address of origin and by account. Open to everybody.
    async fn session_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: SessionCreateInput,
    ) -> Answer<SessionCreatePayload> {
        let origin = context.origin().address.to_string();
        let signed_in = context.platform().sign_in(&input.email.0, &input.password, &origin).await;
        let zone = input.time_zone.as_deref();
        match granted(context, signed_in, RefusalCode::NotAllowed, input.cookie, zone).await? {
            Ok(session) => Ok(SessionCreatePayload { session: Some(session), ..Default::default() }),
            Err(refusal) => Ok(SessionCreatePayload::refused(vec![refusal.into()])),
        }
    }

    /// New tokens for a refresh token. Each is good once; the same again within 30 s gives the same successor, later it
    /// ends the session. Open to everybody.
    async fn session_refresh(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The refresh token.")] input: SessionRefreshInput,
    ) -> Answer<SessionRefreshPayload> {
        let by_cookie = input.cookie.unwrap_or(false);
        let token =
            input.refresh_token.or_else(|| context.origin().refresh_cookie.clone().filter(|_| by_cookie));
        let refreshed = match &token {
            Some(token) => context.platform().refresh(token).await,
            None => Err(SignInError::Wrong),
        };
        let zone = input.time_zone.as_deref();
        match granted(context, refreshed, RefusalCode::NotFound, input.cookie, zone).await? {
            Ok(session) => Ok(SessionRefreshPayload { session: Some(session), ..Default::default() }),
            Err(refusal) => {
                if by_cookie && token.is_some() {
                    context.append_http_header(SET_COOKIE, cookie::forget(is_https(context)));
                }
                Ok(SessionRefreshPayload::refused(vec![refusal.into()]))
            }
        }
    }

    /// Signs out: here, or everywhere. Sockets of the session close. Open to everybody who has a token.
    async fn session_revoke(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which session.")] input: SessionRevokeInput,
    ) -> Answer<SessionRevokePayload> {
        let (platform, origin) = (context.platform(), context.origin());
        context.append_http_header(SET_COOKIE, cookie::forget(is_https(context)));
        let by_token = |token: &Option<String>| token.as_deref().and_then(|token| platform.session_of(token));
        let session = match &input.refresh_token {
            given @ Some(_) => by_token(given),
            None => by_token(&origin.refresh_cookie).or_else(|| origin.caller.session()),
        };
        let Some(session) = session else { return Err(Fault::Unauthenticated) };
        let revoked = platform.revoke(session, input.everywhere.unwrap_or(false)).await;
        settle(revoked.map(|()| SessionRevokePayload { user_errors: Vec::new() }))
    }
}

/// A grant as the client gets it, or why there is none.
async fn granted(
    context: &Context<'_>,
    grant: Result<Grant, SignInError>,
    code: RefusalCode,
    wants_cookie: Option<bool>,
    zone: Option<&str>,
) -> Answer<Result<Session, Refusal>> {
    let mut grant = match grant {
        Ok(grant) => grant,
        Err(SignInError::Wrong) => {
            let message = match code {
                RefusalCode::NotFound => "This session has ended. Sign in again.",
                _ => "E-mail or password is wrong.",
            };
            return Ok(Err(Refusal::new(code, message)));
        }
        Err(SignInError::TooMany(wait)) => return Err(Fault::RateLimited(wait.to_std().unwrap_or_default())),
        Err(SignInError::Failed(error)) => return Err(error.into()),
    };
    // The tokens are made already: they are not lost for this.
    if let Some(zone) = zone
        && let Err(error) = context.platform().keep_time_zone(&mut grant.signed.user, zone).await
    {
        tracing::warn!(%error, "the time zone was not kept");
    }
    let now = context.platform().clock.now();
    let (access_token, expires_at) = context.app().access_tokens.make(grant.signed.session, now)?;
    let mut refresh_token = grant.refresh_token;
    if wants_cookie.unwrap_or(false) {
        context.append_http_header(SET_COOKIE, cookie::keep(&refresh_token, is_https(context)));
        refresh_token.clear();
    }
    Ok(Ok(Session { access_token, refresh_token, expires_at, user: grant.signed.user }))
}

fn is_https(context: &Context<'_>) -> bool {
    let config = &context.platform().config;
    config.tls.is_some() || config.public_url.scheme() == "https"
}
