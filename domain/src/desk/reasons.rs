//! Why an agent can be away.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, pg::Pg, prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{fits, taken};
use crate::{
    Platform, Result,
    db::schema::away_reason,
    error::Refusal,
    ids::ReasonId,
    people::{Actor, idempotency::Key},
    validate,
};

/// Why an agent can be away, as administrators name it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = away_reason, check_for_backend(Pg), treat_none_as_null = true)]
pub struct AwayReason {
    pub id: ReasonId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What shall be set; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct AwayReasonChange {
    pub name: Option<String>,
    pub archived: Option<bool>,
}

/// A reason to be away by its name, as the administrators wrote it.
///
/// # Errors
/// INVALID.
pub(crate) async fn usable_reason(connection: &mut AsyncPgConnection, name: &str) -> Result<String> {
    let found: Option<String> = away_reason::table
        .filter(
            sql::<sql_types::Bool>("lower(away_reason.name) = lower(")
                .bind::<sql_types::Text, _>(name)
                .sql(")"),
        )
        .filter(away_reason::archived_at.is_null())
        .select(away_reason::name)
        .first(connection)
        .await
        .optional()?;
    let says = "There is no such reason. Choose one of `awayReasons`, or give none.";
    found.ok_or_else(|| Refusal::invalid("reason", says).into())
}

impl Platform {
    /// # Errors
    /// INVALID or TAKEN for the name, LIMIT_REACHED.
    pub async fn create_away_reason(
        &self,
        actor: &Actor,
        name: &str,
        key: Option<Key>,
    ) -> Result<AwayReason> {
        actor.user()?;
        let name = validate::text_of("name", name, 100)?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<ReasonId>(key.as_ref()).await? {
            let made = away_reason::table.find(first).select(AwayReason::as_select());
            return Ok(made.first(unit.connection()).await?);
        }
        let number: i64 = away_reason::table.count().get_result(unit.connection()).await?;
        fits(number, "reasons")?;
        let made = AwayReason { id: ReasonId::new(), name, created_at: unit.now, archived_at: None };
        diesel::insert_into(away_reason::table)
            .values(&made)
            .execute(unit.connection())
            .await
            .map_err(taken)?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// # Errors
    /// NOT_FOUND, INVALID or TAKEN for the name.
    pub async fn update_away_reason(
        &self,
        actor: &Actor,
        id: ReasonId,
        change: AwayReasonChange,
    ) -> Result<AwayReason> {
        actor.user()?;
        let mut unit = self.begin().await?;
        let found: Option<AwayReason> = away_reason::table
            .find(id)
            .select(AwayReason::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let mut found = found.ok_or_else(|| Refusal::not_found("reason"))?;
        if let Some(name) = change.name {
            found.name = validate::text_of("name", &name, 100)?;
        }
        if let Some(archived) = change.archived {
            found.archived_at = archived.then(|| found.archived_at.unwrap_or(unit.now));
        }
        diesel::update(away_reason::table.find(id))
            .set(&found)
            .execute(unit.connection())
            .await
            .map_err(taken)?;
        unit.commit().await?;
        Ok(found)
    }

    /// All reasons, by name.
    pub async fn away_reasons(&self, archived_too: bool) -> Result<Vec<AwayReason>> {
        let mut connection = self.db.get().await?;
        let mut query = away_reason::table.into_boxed();
        if !archived_too {
            query = query.filter(away_reason::archived_at.is_null());
        }
        Ok(query
            .order(sql::<sql_types::Text>("lower(away_reason.name)"))
            .select(AwayReason::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Reasons by id; in no order.
    pub async fn away_reasons_by_id(&self, ids: &[ReasonId]) -> Result<Vec<AwayReason>> {
        let mut connection = self.db.get().await?;
        Ok(away_reason::table
            .filter(away_reason::id.eq_any(ids))
            .select(AwayReason::as_select())
            .load(&mut connection)
            .await?)
    }
}
