//! User accounts.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Role, password};
use crate::{
    Platform, Result,
    db::schema::app_user,
    error::{Refusal, RefusalCode},
    ids::UserId,
    validate,
};

/// Someone who signs in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = app_user, check_for_backend(diesel::pg::Pg))]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub time_zone: String,
    pub created_at: DateTime<Utc>,
    pub disabled_at: Option<DateTime<Utc>>,
}

impl Platform {
    /// Makes an account.
    ///
    /// # Errors
    /// INVALID for a name, address or password that will not do; TAKEN when the address is in use.
    pub async fn create_user(&self, name: &str, email: &str, role: Role, password: &str) -> Result<User> {
        let name = validate::name("name", name)?;
        let email = validate::email("email", email)?;
        let hash = password::hash(password).await?;
        let mut unit = self.begin().await?;
        let made: Option<User> = diesel::insert_into(app_user::table)
            .values((
                app_user::id.eq(UserId::new()),
                app_user::name.eq(name),
                app_user::email.eq(&email),
                app_user::role.eq(role),
                app_user::password_hash.eq(hash),
                app_user::created_at.eq(unit.now),
            ))
            .on_conflict_do_nothing()
            .returning(User::as_returning())
            .get_result(unit.connection())
            .await
            .optional()?;
        let Some(user) = made else {
            let says = format!("{email} has an account already.");
            return Err(Refusal::new(RefusalCode::Taken, says).at("email").into());
        };
        crate::agents::create(&mut unit, user.id.into()).await?;
        unit.commit().await?;
        Ok(user)
    }

    /// Users by id, in no order; missing ones are left out.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<User>> {
        let mut connection = self.db.get().await?;
        Ok(app_user::table
            .filter(app_user::id.eq_any(ids))
            .select(User::as_select())
            .load(&mut connection)
            .await?)
    }

    /// The user's browser is in this time zone; written only where it was another one before. A name that is not known
    /// changes nothing: a browser may be newer than our list, and that keeps nobody out.
    pub async fn keep_time_zone(&self, user: &mut User, told: &str) -> Result<()> {
        let Ok(zone) = validate::time_zone("timeZone", told) else { return Ok(()) };
        if zone == user.time_zone {
            return Ok(());
        }
        let mut connection = self.db.get().await?;
        diesel::update(app_user::table.find(user.id))
            .set(app_user::time_zone.eq(&zone))
            .execute(&mut connection)
            .await?;
        user.time_zone = zone;
        Ok(())
    }

    /// The account of an address, with its password hash.
    pub(super) async fn user_by_email(&self, email: &str) -> Result<Option<(User, String)>> {
        let mut connection = self.db.get().await?;
        Ok(app_user::table
            .filter(lower(app_user::email).eq(email.to_lowercase()))
            .filter(app_user::disabled_at.is_null())
            .select((User::as_select(), app_user::password_hash))
            .first(&mut connection)
            .await
            .optional()?)
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}
