//! Companies: making and changing.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::crm::CompanyChange;

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::Company,
    payload::{payloads, settle},
};

/// A new company.
#[derive(InputObject)]
struct CompanyCreateInput {
    /// What it is called.
    name: String,
    /// DNS name of its site or its e-mail.
    domain: Option<String>,
    /// Free labels.
    tags: Option<Vec<String>>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct CompanyUpdateInput {
    /// The company.
    company_id: ID,
    /// What it is called.
    name: Option<String>,
    /// Null clears it.
    domain: MaybeUndefined<String>,
    /// All of them.
    tags: Option<Vec<String>>,
}

payloads! {
    /// What `companyCreate` answers.
    CompanyCreatePayload {
        /// The new company.
        company: Company,
    }
    /// What `companyUpdate` answers.
    CompanyUpdatePayload {
        /// The company, changed.
        company: Company,
    }
}

#[derive(Default)]
pub struct CompanyMutations;

#[Object]
impl CompanyMutations {
    /// Makes a company. For users.
    async fn company_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new company.")] input: CompanyCreateInput,
    ) -> Answer<CompanyCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let created = async {
            let key = key(actor, "companyCreate", input.idempotency_key.as_ref(), &input)?;
            let change =
                CompanyChange { name: Some(input.name), domain: input.domain.map(Some), tags: input.tags };
            let company = platform.create_company(actor, change, key).await?;
            Ok(CompanyCreatePayload { company: Some(Company(company)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes a company. For users.
    async fn company_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: CompanyUpdateInput,
    ) -> Answer<CompanyUpdatePayload> {
        let company = id::parse(&input.company_id)?;
        let domain = match input.domain {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(domain) => Some(Some(domain)),
        };
        let change = CompanyChange { name: input.name, domain, tags: input.tags };
        let updated = context.platform().update_company(context.actor(), company, change).await;
        settle(
            updated.map(|company| CompanyUpdatePayload {
                company: Some(Company(company)),
                ..Default::default()
            }),
        )
    }
}
