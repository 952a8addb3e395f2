//! Sign-in and its refresh tokens.
//!
//! A refresh token is `base64url(session id · generation · MAC)`. It is derived, so none is stored, and a repeat of the
//! last one within 30 s can be answered with the same successor.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::{Signed, User, password};
use crate::{
    Error, Platform, Result,
    db::schema::{app_user, session},
    error::{Refusal, RefusalCode},
    events::Aggregate,
    ids::{SessionId, UserId},
    limits,
};

/// What a sign-in or a refresh yields; the api makes the access token.
#[derive(Debug)]
pub struct Grant {
    pub signed: Signed,
    pub refresh_token: String,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("E-mail or password is wrong.")]
    Wrong,
    #[error("Too many attempts. Try again in {} s.", .0.num_seconds())]
    TooMany(chrono::TimeDelta),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<diesel::result::Error> for SignInError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Failed(error.into())
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = session, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: SessionId,
    user_id: UserId,
    generation: i32,
    rotated_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl Platform {
    /// Signs in. `origin` is the caller's network address, for the rate limit.
    pub async fn sign_in(&self, email: &str, given: &str, origin: &str) -> Result<Grant, SignInError> {
        let email: String =
            email.trim().to_lowercase().chars().filter(|c| !c.is_control()).take(254).collect();
        let counters = [
            (format!("sign-in/{origin}/{email}"), limits::SIGN_IN_ATTEMPTS),
            (format!("sign-in/*/{email}"), limits::SIGN_IN_ATTEMPTS * 5),
            // Many addresses with one password each, from one place.
            (format!("sign-in/{origin}/*"), limits::SIGN_IN_ATTEMPTS * 10),
        ]
        .map(|(key, limit)| (hex::encode(super::tokens::hash(&key)), limit));
        for (key, limit) in &counters {
            if let Some(wait) = self.count_attempt(key, *limit, limits::SIGN_IN_WINDOW).await? {
                return Err(SignInError::TooMany(wait));
            }
        }
        let found = self.user_by_email(&email).await?;
        let (user, hash) = found.unzip();
        if !password::verify(given, hash).await? {
            return Err(SignInError::Wrong);
        }
        let user = user.ok_or(SignInError::Wrong)?;
        // Counted before the password was looked at, so that many at once are counted too; the right one is no attempt.
        for (key, _) in &counters {
            self.forgive_attempt(key).await?;
        }
        let now = self.clock.now();
        let id = SessionId::new();
        let mut connection = self.db.get().await?;
        diesel::insert_into(session::table)
            .values((
                session::id.eq(id),
                session::user_id.eq(user.id),
                session::generation.eq(0),
                session::rotated_at.eq(now),
                session::created_at.eq(now),
                session::expires_at.eq(now + limits::SESSION_IDLE),
            ))
            .execute(&mut connection)
            .await?;
        Ok(Grant { refresh_token: self.refresh_token(id, 0), signed: Signed { user, session: id } })
    }

    /// Takes a refresh token for its successor. The last one again within 30 s gives the same successor; anything older
    /// means that somebody else has it, and revokes the family.
    pub async fn refresh(&self, token: &str) -> Result<Grant, SignInError> {
        let (id, generation) = self.read_refresh_token(token).ok_or(SignInError::Wrong)?;
        let mut unit = self.begin().await?;
        let row: Option<(Row, User)> = session::table
            .inner_join(app_user::table)
            .filter(session::id.eq(id))
            .select((Row::as_select(), User::as_select()))
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let Some((row, user)) = row.filter(|(row, user)| {
            row.revoked_at.is_none() && row.expires_at > unit.now && user.disabled_at.is_none()
        }) else {
            return Err(SignInError::Wrong);
        };
        let now = unit.now;
        let next = if generation == row.generation {
            diesel::update(session::table.find(id))
                .set((
                    session::generation.eq(generation + 1),
                    session::rotated_at.eq(now),
                    session::expires_at.eq(now + limits::SESSION_IDLE),
                ))
                .execute(unit.connection())
                .await?;
            generation + 1
        } else if generation + 1 == row.generation && now - row.rotated_at <= limits::REFRESH_REPEAT {
            row.generation
        } else {
            diesel::update(session::table.find(id))
                .set(session::revoked_at.eq(now))
                .execute(unit.connection())
                .await?;
            unit.event(Aggregate::Session, id.0, 0, "REVOKED", serde_json::json!({ "userId": row.user_id }))?;
            unit.commit().await?;
            tracing::warn!(session = %id, "a used refresh token came again: the session is revoked");
            return Err(SignInError::Wrong);
        };
        unit.commit().await?;
        Ok(Grant { refresh_token: self.refresh_token(id, next), signed: Signed { user, session: row.id } })
    }

    /// The user of a live session, as an access token names it.
    pub async fn signed_in(&self, id: SessionId) -> Result<Option<Signed>> {
        let mut connection = self.db.get().await?;
        let user: Option<User> = session::table
            .inner_join(app_user::table)
            .filter(
                session::id
                    .eq(id)
                    .and(session::revoked_at.is_null())
                    .and(session::expires_at.gt(self.clock.now())),
            )
            .filter(app_user::disabled_at.is_null())
            .select(User::as_select())
            .first(&mut connection)
            .await
            .optional()?;
        Ok(user.map(|user| Signed { user, session: id }))
    }

    /// The session that a refresh token belongs to, if it is one of ours; says nothing of whether it lives.
    pub fn session_of(&self, refresh_token: &str) -> Option<SessionId> {
        self.read_refresh_token(refresh_token).map(|(id, _)| id)
    }

    /// Signs out this session, or all of its user's.
    ///
    /// # Errors
    /// NOT_FOUND when there is no such live session.
    pub async fn revoke(&self, id: SessionId, everywhere: bool) -> Result<()> {
        let mut unit = self.begin().await?;
        let user: Option<UserId> =
            session::table.find(id).select(session::user_id).first(unit.connection()).await.optional()?;
        let Some(user) = user else { return Err(Refusal::not_found("session").into()) };
        let now = unit.now;
        let live = session::table.filter(session::revoked_at.is_null());
        let ended: Vec<Uuid> = if everywhere {
            diesel::update(live.filter(session::user_id.eq(user)))
                .set(session::revoked_at.eq(now))
                .returning(session::id)
                .get_results(unit.connection())
                .await?
        } else {
            diesel::update(live.filter(session::id.eq(id)))
                .set(session::revoked_at.eq(now))
                .returning(session::id)
                .get_results(unit.connection())
                .await?
        };
        if ended.is_empty() {
            return Err(Refusal::new(RefusalCode::NotFound, "This session has ended already.").into());
        }
        for id in ended {
            unit.event(Aggregate::Session, id, 0, "REVOKED", serde_json::json!({ "userId": user }))?;
        }
        unit.commit().await
    }

    fn refresh_mac(&self, id: SessionId, generation: i32) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.config.secret.derive("refresh-token")).ok()?;
        mac.update(id.0.as_bytes());
        mac.update(&generation.to_be_bytes());
        Some(mac)
    }

    fn refresh_token(&self, id: SessionId, generation: i32) -> String {
        let mut bytes = [id.0.as_bytes().as_slice(), &generation.to_be_bytes()].concat();
        if let Some(mac) = self.refresh_mac(id, generation) {
            bytes.extend_from_slice(&mac.finalize().into_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read_refresh_token(&self, token: &str) -> Option<(SessionId, i32)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, rest) = bytes.split_at_checked(16)?;
        let (generation, given) = rest.split_at_checked(4)?;
        let id = SessionId(Uuid::from_slice(id).ok()?);
        let generation = i32::from_be_bytes(generation.try_into().ok()?);
        self.refresh_mac(id, generation)?.verify_slice(given).ok()?;
        Some((id, generation))
    }
}
