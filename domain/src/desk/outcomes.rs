//! How a call can turn out.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, pg::Pg, prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::{fits, taken};
use crate::{
    Platform, Result,
    db::{Unit, schema::outcome},
    error::Refusal,
    ids::OutcomeId,
    people::{Actor, idempotency::Key},
    routing, validate,
};

/// How a call can turn out, as administrators name it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = outcome, check_for_backend(Pg), treat_none_as_null = true)]
pub struct Outcome {
    pub id: OutcomeId,
    pub name: String,
    /// Counts as a success in the conversion.
    pub success: bool,
    pub created_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// What shall be set; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct OutcomeChange {
    pub name: Option<String>,
    pub success: Option<bool>,
    pub archived: Option<bool>,
}

/// An outcome that may be given to a call now. It is held until the end of the unit, so that nobody archives it meanwhile.
///
/// # Errors
/// NOT_FOUND, INVALID for an archived one; both at `field`.
pub(crate) async fn usable_outcome(unit: &mut Unit, id: OutcomeId, field: &'static str) -> Result<Outcome> {
    let found: Option<Outcome> = outcome::table
        .find(id)
        .select(Outcome::as_select())
        .for_share()
        .first(unit.connection())
        .await
        .optional()?;
    let found = found.ok_or_else(|| Refusal::not_found("outcome").at(field))?;
    if found.archived_at.is_some() {
        let message = format!("“{}” is no longer in use. Choose another outcome.", found.name);
        return Err(Refusal::invalid(field, message).into());
    }
    Ok(found)
}

impl Platform {
    /// # Errors
    /// INVALID or TAKEN for the name, LIMIT_REACHED.
    pub async fn create_outcome(
        &self,
        actor: &Actor,
        name: &str,
        success: bool,
        key: Option<Key>,
    ) -> Result<Outcome> {
        actor.user()?;
        let name = validate::text_of("name", name, 100)?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<OutcomeId>(key.as_ref()).await? {
            let made = outcome::table.find(first).select(Outcome::as_select());
            return Ok(made.first(unit.connection()).await?);
        }
        let number: i64 = outcome::table.count().get_result(unit.connection()).await?;
        fits(number, "outcomes")?;
        let made = Outcome { id: OutcomeId::new(), name, success, created_at: unit.now, archived_at: None };
        diesel::insert_into(outcome::table).values(&made).execute(unit.connection()).await.map_err(taken)?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// # Errors
    /// NOT_FOUND, INVALID or TAKEN for the name, INVALID to archive what queues give.
    pub async fn update_outcome(
        &self,
        actor: &Actor,
        id: OutcomeId,
        change: OutcomeChange,
    ) -> Result<Outcome> {
        actor.user()?;
        let mut unit = self.begin().await?;
        let found: Option<Outcome> = outcome::table
            .find(id)
            .select(Outcome::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let mut found = found.ok_or_else(|| Refusal::not_found("outcome"))?;
        if let Some(name) = change.name {
            found.name = validate::text_of("name", &name, 100)?;
        }
        found.success = change.success.unwrap_or(found.success);
        if let Some(archived) = change.archived {
            if archived && found.archived_at.is_none() {
                routing::refuse_while_used(&mut unit, id.0).await?;
            }
            found.archived_at = archived.then(|| found.archived_at.unwrap_or(unit.now));
        }
        diesel::update(outcome::table.find(id))
            .set(&found)
            .execute(unit.connection())
            .await
            .map_err(taken)?;
        unit.commit().await?;
        Ok(found)
    }

    /// All outcomes, by name.
    pub async fn list_outcomes(&self, archived_too: bool) -> Result<Vec<Outcome>> {
        let mut connection = self.db.get().await?;
        let mut query = outcome::table.into_boxed();
        if !archived_too {
            query = query.filter(outcome::archived_at.is_null());
        }
        Ok(query
            .order(sql::<sql_types::Text>("lower(outcome.name)"))
            .select(Outcome::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Outcomes by id; in no order.
    pub async fn outcomes(&self, ids: &[OutcomeId]) -> Result<Vec<Outcome>> {
        let mut connection = self.db.get().await?;
        Ok(outcome::table
            .filter(outcome::id.eq_any(ids))
            .select(Outcome::as_select())
            .load(&mut connection)
            .await?)
    }
}
