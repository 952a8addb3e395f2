//! People whom agents talk with. Every user may see and change every contact.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, pg::Pg, prelude::*, sql_types};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

use super::like;
use crate::{
    Error, Platform, Result,
    db::{Unit, schema::contact},
    error::Refusal,
    ids::{CompanyId, ContactId, UserId},
    page::{Key, Page, Slice},
    people::{Actor, idempotency::Key as IdempotencyKey},
    validate,
};

/// Addresses, numbers or labels of one contact.
pub(super) const LIST: usize = 20;
/// Custom facts of one contact.
pub(super) const ATTRIBUTES: usize = 50;

/// A person.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contact, check_for_backend(Pg), treat_none_as_null = true)]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub tags: Vec<String>,
    pub attributes: serde_json::Value,
    pub time_zone: Option<String>,
    pub owner_id: Option<UserId>,
    pub company_id: Option<CompanyId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub archived_at: Option<DateTime<Utc>>,
}

/// A custom fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub value: String,
}

impl Contact {
    pub fn attributes(&self) -> Vec<Attribute> {
        serde_json::from_value(self.attributes.clone()).unwrap_or_default()
    }
}

/// What shall be set; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ContactChange {
    pub name: Option<String>,
    pub emails: Option<Vec<String>>,
    pub phones: Option<Vec<String>>,
    pub tags: Option<Vec<String>>,
    pub attributes: Option<Vec<Attribute>>,
    /// Outer none: leave it; inner none: clear it.
    pub time_zone: Option<Option<String>>,
    pub owner: Option<Option<UserId>>,
    pub company: Option<Option<CompanyId>>,
}

/// Which contacts are wanted.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    /// Part of a name, an address, a number or a tag.
    pub search: Option<String>,
    pub tag: Option<String>,
    pub owner: Option<UserId>,
    pub company: Option<CompanyId>,
    pub archived: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContactOrder {
    #[default]
    Name,
    /// The newest first.
    Created,
    /// The last changed first.
    Updated,
}

fn all<T>(field: &'static str, texts: Vec<String>, check: impl Fn(&str) -> Result<T>) -> Result<Vec<T>>
where
    T: PartialEq,
{
    if texts.len() > LIST {
        return Err(Refusal::invalid(field, format!("At most {LIST} of them.")).into());
    }
    let mut kept = Vec::new();
    for text in texts {
        let value = check(&text)?;
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    Ok(kept)
}

impl ContactChange {
    fn apply(self, contact: &mut Contact) -> Result<()> {
        if let Some(name) = self.name {
            contact.name = validate::name("name", &name)?;
        }
        if let Some(emails) = self.emails {
            contact.emails = all("emails", emails, |text| validate::email("emails", text))?;
        }
        if let Some(phones) = self.phones {
            contact.phones = all("phones", phones, |text| validate::phone("phones", text))?;
        }
        if let Some(tags) = self.tags {
            contact.tags = validate::tags("tags", tags)?;
        }
        if let Some(attributes) = self.attributes {
            if attributes.len() > ATTRIBUTES {
                return Err(Refusal::invalid("attributes", format!("At most {ATTRIBUTES} of them.")).into());
            }
            for attribute in &attributes {
                validate::text_of("attributes", &attribute.name, 100)?;
                if attribute.value.chars().count() > 2000 {
                    return Err(
                        Refusal::invalid("attributes", "A value may have 2000 characters at most.").into()
                    );
                }
            }
            contact.attributes = serde_json::to_value(attributes)?;
        }
        if let Some(zone) = self.time_zone {
            contact.time_zone = zone.map(|zone| validate::time_zone("timeZone", &zone)).transpose()?;
        }
        if let Some(owner) = self.owner {
            contact.owner_id = owner;
        }
        if let Some(company) = self.company {
            contact.company_id = company;
        }
        Ok(())
    }
}

pub(crate) async fn find_contact(
    connection: &mut AsyncPgConnection,
    id: ContactId,
) -> Result<Option<Contact>> {
    Ok(contact::table.find(id).select(Contact::as_select()).first(connection).await.optional()?)
}

/// Makes a contact within a larger change; `owner` looks after it, unless the change says who does.
///
/// # Errors
/// INVALID with the field, NOT_FOUND for the owner.
pub(crate) async fn add_contact(unit: &mut Unit, owner: UserId, change: ContactChange) -> Result<Contact> {
    let now = unit.now;
    let mut made = Contact {
        id: ContactId::new(),
        name: String::new(),
        emails: Vec::new(),
        phones: Vec::new(),
        tags: Vec::new(),
        attributes: serde_json::json!([]),
        time_zone: None,
        owner_id: Some(owner),
        company_id: None,
        created_at: now,
        updated_at: now,
        archived_at: None,
    };
    ContactChange { name: Some(change.name.clone().unwrap_or_default()), ..change }.apply(&mut made)?;
    diesel::insert_into(contact::table).values(&made).execute(unit.connection()).await.map_err(dangling)?;
    Ok(made)
}

/// What a contact refers to is not there.
fn dangling(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind::ForeignKeyViolation, Error::DatabaseError};
    match &error {
        DatabaseError(ForeignKeyViolation, about) => {
            let (what, field) = match about.constraint_name() {
                Some("contact_company_id_fkey") => ("company", "companyId"),
                _ => ("user", "ownerId"),
            };
            Refusal::not_found(what).at(field).into()
        }
        _ => error.into(),
    }
}

type Boxed<'a> = contact::BoxedQuery<'a, Pg>;

fn filtered<'a>(filter: &ContactFilter) -> Boxed<'a> {
    let mut query = contact::table.into_boxed();
    query = if filter.archived {
        query.filter(contact::archived_at.is_not_null())
    } else {
        query.filter(contact::archived_at.is_null())
    };
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let pattern = like(text);
        // A number is stored without the spaces and dashes that people type.
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // The expression of the index `contact_search`.
        let text_like = |pattern: String| {
            sql::<sql_types::Bool>("contact_text(name, emails, phones, tags) ILIKE ")
                .bind::<sql_types::Text, _>(pattern)
        };
        query = if digits.len() >= 4 {
            query.filter(text_like(pattern).or(text_like(format!("%{digits}%"))))
        } else {
            query.filter(text_like(pattern))
        };
    }
    if let Some(tag) = &filter.tag {
        query = query.filter(contact::tags.contains(vec![tag.clone()]));
    }
    if let Some(owner) = filter.owner {
        query = query.filter(contact::owner_id.eq(owner));
    }
    if let Some(company) = filter.company {
        query = query.filter(contact::company_id.eq(company));
    }
    query
}

impl Platform {
    /// # Errors
    /// INVALID with the field, NOT_FOUND for the owner.
    pub async fn create_contact(
        &self,
        actor: &Actor,
        change: ContactChange,
        key: Option<IdempotencyKey>,
    ) -> Result<Contact> {
        let owner = actor.user()?.id;
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<ContactId>(key.as_ref()).await? {
            return find_contact(unit.connection(), first)
                .await?
                .ok_or_else(|| Refusal::not_found("contact").into());
        }
        let made = add_contact(&mut unit, owner, change).await?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// # Errors
    /// NOT_FOUND, INVALID with the field.
    pub async fn update_contact(
        &self,
        actor: &Actor,
        id: ContactId,
        change: ContactChange,
    ) -> Result<Contact> {
        self.edit_contact(actor, id, |contact, _| change.apply(contact)).await
    }

    /// Takes a contact out of the lists, or back. Archived already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub async fn archive_contact(&self, actor: &Actor, id: ContactId, archived: bool) -> Result<Contact> {
        self.edit_contact(actor, id, |contact, now| {
            contact.archived_at = archived.then(|| contact.archived_at.unwrap_or(now));
            Ok(())
        })
        .await
    }

    async fn edit_contact(
        &self,
        actor: &Actor,
        id: ContactId,
        edit: impl FnOnce(&mut Contact, DateTime<Utc>) -> Result<()>,
    ) -> Result<Contact> {
        actor.user()?;
        let mut unit = self.begin().await?;
        let found = contact::table
            .find(id)
            .select(Contact::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let mut found: Contact = found.ok_or_else(|| Refusal::not_found("contact"))?;
        edit(&mut found, unit.now)?;
        found.updated_at = unit.now;
        diesel::update(contact::table.find(id))
            .set(&found)
            .execute(unit.connection())
            .await
            .map_err(dangling)?;
        unit.commit().await?;
        Ok(found)
    }

    /// Contacts by id; in no order.
    pub async fn contacts(&self, ids: &[ContactId]) -> Result<Vec<Contact>> {
        let mut connection = self.db.get().await?;
        Ok(contact::table
            .filter(contact::id.eq_any(ids))
            .select(Contact::as_select())
            .load(&mut connection)
            .await?)
    }

    pub async fn count_contacts(&self, filter: &ContactFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(filter).count().get_result(&mut connection).await?)
    }

    /// # Errors
    /// INVALID for a key that is not of this order.
    pub async fn list_contacts(
        &self,
        filter: &ContactFilter,
        order: ContactOrder,
        slice: &Slice,
    ) -> Result<Page<Contact>> {
        let mut query = filtered(filter);
        let descending = order != ContactOrder::Name;
        for (key, behind) in [(&slice.after, true), (&slice.before, false)] {
            let Some(key) = key else { continue };
            let less = behind == descending;
            let id = key.id;
            let place = |column: &str| {
                sql::<sql_types::Bool>(&format!("({column}, contact.id) {} (", if less { "<" } else { ">" }))
            };
            query = match order {
                ContactOrder::Name => query.filter(
                    place("lower(contact.name)")
                        .bind::<sql_types::Text, _>(key.sort.clone())
                        .sql(", ")
                        .bind::<sql_types::Uuid, _>(id)
                        .sql(")"),
                ),
                ContactOrder::Created if less => query.filter(contact::id.lt(id)),
                ContactOrder::Created => query.filter(contact::id.gt(id)),
                ContactOrder::Updated => {
                    let at = key.instant()?;
                    query.filter(
                        place("contact.updated_at")
                            .bind::<sql_types::Timestamptz, _>(at)
                            .sql(", ")
                            .bind::<sql_types::Uuid, _>(id)
                            .sql(")"),
                    )
                }
            };
        }
        let downwards = descending != slice.from_end;
        let direction = if downwards { "DESC" } else { "ASC" };
        let columns = match order {
            ContactOrder::Name => format!("lower(contact.name) {direction}, contact.id {direction}"),
            ContactOrder::Created => format!("contact.id {direction}"),
            ContactOrder::Updated => format!("contact.updated_at {direction}, contact.id {direction}"),
        };
        let mut connection = self.db.get().await?;
        // The database's own lower case: ours differs for some letters, and a cursor would miss its place.
        let folded = sql::<sql_types::Text>("lower(contact.name)");
        let rows: Vec<(Contact, String)> = query
            .order(sql::<sql_types::Bool>(&columns))
            .limit(slice.limit + 1)
            .select((Contact::as_select(), folded))
            .load(&mut connection)
            .await?;
        let page = slice.page(rows, |(contact, folded)| match order {
            ContactOrder::Name => Key { sort: folded.clone(), id: contact.id.0 },
            ContactOrder::Created => Key::of(contact.id.0),
            ContactOrder::Updated => Key::at(contact.updated_at, contact.id.0),
        });
        Ok(Page {
            rows: page.rows.into_iter().map(|(key, (contact, _))| (key, contact)).collect(),
            more: page.more,
        })
    }
}
