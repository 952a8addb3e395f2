//! Contacts: making, changing, archiving, merging.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::crm::{self, ContactChange};

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::Contact,
    payload::{payloads, settle},
    scalars::{EmailAddress, PhoneNumber, TimeZone},
};

/// A custom fact.
#[derive(InputObject)]
struct AttributeInput {
    /// What it is called.
    name: String,
    /// What it is.
    value: String,
}

/// A new contact.
#[derive(InputObject)]
struct ContactCreateInput {
    /// The full name.
    name: String,
    /// The preferred one first.
    emails: Option<Vec<EmailAddress>>,
    /// The preferred one first.
    phones: Option<Vec<PhoneNumber>>,
    /// Where the contact works.
    company_id: Option<ID>,
    /// Free labels.
    tags: Option<Vec<String>>,
    /// Where the contact's clock is.
    time_zone: Option<TimeZone>,
    /// Custom facts.
    attributes: Option<Vec<AttributeInput>>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct ContactUpdateInput {
    /// The contact.
    contact_id: ID,
    /// The full name.
    name: Option<String>,
    /// All of them, the preferred one first.
    emails: Option<Vec<EmailAddress>>,
    /// All of them, the preferred one first.
    phones: Option<Vec<PhoneNumber>>,
    /// All of them.
    tags: Option<Vec<String>>,
    /// Null clears it.
    time_zone: MaybeUndefined<TimeZone>,
    /// All of them.
    attributes: Option<Vec<AttributeInput>>,
    /// The user who looks after the contact; null for nobody.
    owner_id: MaybeUndefined<ID>,
    /// Where the contact works; null for nowhere.
    company_id: MaybeUndefined<ID>,
}

/// Which contact leaves the lists.
#[derive(InputObject)]
struct ContactArchiveInput {
    /// The contact.
    contact_id: ID,
    /// False brings it back.
    #[graphql(default = true)]
    archived: bool,
}

/// Two contacts that are one person.
#[derive(InputObject)]
struct ContactMergeInput {
    /// The contact that goes: its calls and tasks move, and it is archived.
    contact_id: ID,
    /// The contact that stays.
    into_id: ID,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

payloads! {
    /// What `contactCreate` answers.
    ContactCreatePayload {
        /// The new contact.
        contact: Contact,
    }
    /// What `contactUpdate` answers.
    ContactUpdatePayload {
        /// The contact, changed.
        contact: Contact,
    }
    /// What `contactArchive` answers.
    ContactArchivePayload {
        /// The contact, changed.
        contact: Contact,
    }
    /// What `contactMerge` answers.
    ContactMergePayload {
        /// The contact that stays, with what came to it.
        contact: Contact,
    }
}

pub(super) fn emails(list: Vec<EmailAddress>) -> Vec<String> {
    list.into_iter().map(|email| email.0).collect()
}

pub(super) fn phones(list: Vec<PhoneNumber>) -> Vec<String> {
    list.into_iter().map(|phone| phone.0).collect()
}

fn attributes(list: Vec<AttributeInput>) -> Vec<crm::Attribute> {
    list.into_iter()
        .map(|attribute| crm::Attribute { name: attribute.name, value: attribute.value })
        .collect()
}

/// Undefined leaves what a contact refers to, null clears it.
fn other<T>(id: &MaybeUndefined<ID>) -> Answer<Option<Option<T>>>
where
    T: std::str::FromStr<Err = domain::ids::IdError>,
{
    Ok(match id {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(id) => Some(Some(id::parse(id)?)),
    })
}

#[derive(Default)]
pub struct ContactMutations;

#[Object]
impl ContactMutations {
    /// Makes a contact; the viewer looks after it. For users.
    async fn contact_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new contact.")] input: ContactCreateInput,
    ) -> Answer<ContactCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let company = id::parse_optional(input.company_id.as_ref())?;
        let created = async {
            let key = key(actor, "contactCreate", input.idempotency_key.as_ref(), &input)?;
            let change = ContactChange {
                name: Some(input.name),
                emails: input.emails.map(emails),
                phones: input.phones.map(phones),
                tags: input.tags,
                attributes: input.attributes.map(attributes),
                time_zone: input.time_zone.map(|zone| Some(zone.0)),
                owner: None,
                company: company.map(Some),
            };
            let contact = platform.create_contact(actor, change, key).await?;
            Ok(ContactCreatePayload { contact: Some(Contact(contact)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes a contact. For users.
    async fn contact_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: ContactUpdateInput,
    ) -> Answer<ContactUpdatePayload> {
        let contact = id::parse(&input.contact_id)?;
        let (owner, company) = (other(&input.owner_id)?, other(&input.company_id)?);
        let change = ContactChange {
            name: input.name,
            emails: input.emails.map(emails),
            phones: input.phones.map(phones),
            tags: input.tags,
            attributes: input.attributes.map(attributes),
            time_zone: match input.time_zone {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(zone) => Some(Some(zone.0)),
            },
            owner,
            company,
        };
        let updated = context.platform().update_contact(context.actor(), contact, change).await;
        settle(
            updated.map(|contact| ContactUpdatePayload {
                contact: Some(Contact(contact)),
                ..Default::default()
            }),
        )
    }

    /// Takes a contact out of the lists, or brings it back; its history stays. For users.
    async fn contact_archive(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which contact.")] input: ContactArchiveInput,
    ) -> Answer<ContactArchivePayload> {
        let contact = id::parse(&input.contact_id)?;
        let archived = context.platform().archive_contact(context.actor(), contact, input.archived).await;
        settle(
            archived.map(|contact| ContactArchivePayload {
                contact: Some(Contact(contact)),
                ..Default::default()
            }),
        )
    }
    /// Makes one contact of two: calls, notes and tasks move to the one that stays, its addresses, numbers, labels and facts are
    /// joined by the other's (where both say something, its own word counts), and the other is archived. For users.
    async fn contact_merge(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which two.")] input: ContactMergeInput,
    ) -> Answer<ContactMergePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let (contact, into) = (id::parse(&input.contact_id)?, id::parse(&input.into_id)?);
        let merged = async {
            let key = key(actor, "contactMerge", input.idempotency_key.as_ref(), &input)?;
            let contact = platform.merge_contacts(actor, contact, into, key).await?;
            Ok(ContactMergePayload { contact: Some(Contact(contact)), ..Default::default() })
        };
        settle(merged.await)
    }
}
