//! Where contacts work. Every user may see and change every company.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, pg::Pg, prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::like;
use crate::{
    Platform, Result,
    db::schema::company,
    error::Refusal,
    ids::CompanyId,
    page::{Key, Page, Slice},
    people::{Actor, idempotency::Key as IdempotencyKey},
    validate,
};

/// Where contacts work.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = company, check_for_backend(Pg), treat_none_as_null = true)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    pub domain: Option<String>,
    pub tags: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What shall be set; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct CompanyChange {
    pub name: Option<String>,
    /// Outer none: leave it; inner none: clear it.
    pub domain: Option<Option<String>>,
    pub tags: Option<Vec<String>>,
}

/// Which companies are wanted.
#[derive(Debug, Clone, Default)]
pub struct CompanyFilter {
    /// Part of a name or a domain.
    pub search: Option<String>,
}

impl CompanyChange {
    fn apply(self, company: &mut Company) -> Result<()> {
        if let Some(name) = self.name {
            company.name = validate::name("name", &name)?;
        }
        if let Some(domain) = self.domain {
            company.domain = domain.map(|domain| validate::domain("domain", &domain)).transpose()?;
        }
        if let Some(tags) = self.tags {
            company.tags = validate::tags("tags", tags)?;
        }
        Ok(())
    }
}

type Boxed<'a> = company::BoxedQuery<'a, Pg>;

fn filtered<'a>(filter: &CompanyFilter) -> Boxed<'a> {
    let query = company::table.into_boxed();
    match filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => query.filter(company::name.ilike(like(text)).or(company::domain.ilike(like(text)))),
        None => query,
    }
}

impl Platform {
    /// # Errors
    /// INVALID with the field.
    pub async fn create_company(
        &self,
        actor: &Actor,
        change: CompanyChange,
        key: Option<IdempotencyKey>,
    ) -> Result<Company> {
        actor.user()?;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<CompanyId>(key.as_ref()).await? {
            return Ok(company::table
                .find(first)
                .select(Company::as_select())
                .first(unit.connection())
                .await
                .optional()?
                .ok_or_else(|| Refusal::not_found("company"))?);
        }
        let mut made = Company {
            id: CompanyId::new(),
            name: String::new(),
            domain: None,
            tags: Vec::new(),
            created_at: unit.now,
            updated_at: unit.now,
        };
        CompanyChange { name: Some(change.name.clone().unwrap_or_default()), ..change }.apply(&mut made)?;
        diesel::insert_into(company::table).values(&made).execute(unit.connection()).await?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// # Errors
    /// NOT_FOUND, INVALID with the field.
    pub async fn update_company(
        &self,
        actor: &Actor,
        id: CompanyId,
        change: CompanyChange,
    ) -> Result<Company> {
        actor.user()?;
        let mut unit = self.begin().await?;
        let found: Option<Company> = company::table
            .find(id)
            .select(Company::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let mut found = found.ok_or_else(|| Refusal::not_found("company"))?;
        change.apply(&mut found)?;
        found.updated_at = unit.now;
        diesel::update(company::table.find(id)).set(&found).execute(unit.connection()).await?;
        unit.commit().await?;
        Ok(found)
    }

    /// Companies by id; in no order.
    pub async fn companies(&self, ids: &[CompanyId]) -> Result<Vec<Company>> {
        let mut connection = self.db.get().await?;
        Ok(company::table
            .filter(company::id.eq_any(ids))
            .select(Company::as_select())
            .load(&mut connection)
            .await?)
    }

    pub async fn count_companies(&self, filter: &CompanyFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(filter).count().get_result(&mut connection).await?)
    }

    /// By name, from A.
    pub async fn list_companies(&self, filter: &CompanyFilter, slice: &Slice) -> Result<Page<Company>> {
        let mut query = filtered(filter);
        for (key, relation) in [(&slice.after, ">"), (&slice.before, "<")] {
            let Some(key) = key else { continue };
            query = query.filter(
                sql::<sql_types::Bool>(&format!("(lower(company.name), company.id) {relation} ("))
                    .bind::<sql_types::Text, _>(key.sort.clone())
                    .sql(", ")
                    .bind::<sql_types::Uuid, _>(key.id)
                    .sql(")"),
            );
        }
        let direction = if slice.from_end { "DESC" } else { "ASC" };
        let mut connection = self.db.get().await?;
        // The database's own lower case, as in the index.
        let folded = sql::<sql_types::Text>("lower(company.name)");
        let rows: Vec<(Company, String)> = query
            .order(sql::<sql_types::Bool>(&format!(
                "lower(company.name) {direction}, company.id {direction}"
            )))
            .limit(slice.limit + 1)
            .select((Company::as_select(), folded))
            .load(&mut connection)
            .await?;
        let page = slice.page(rows, |(company, folded)| Key { sort: folded.clone(), id: company.id.0 });
        Ok(Page {
            rows: page.rows.into_iter().map(|(key, (company, _))| (key, company)).collect(),
            more: page.more,
        })
    }
}
