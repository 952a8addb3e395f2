//! Where contacts work.

use async_graphql::{Context, ID, InputObject, Object};
use domain::{calls, crm};

use super::{Call, Contact, ContactOrder};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::ContextExt,
    fault::Answer,
    id::global,
    scalars::DateTime,
};

/// Where contacts work.
#[derive(Clone)]
pub struct Company(pub crm::Company);

listed!(Company);

/// Which companies are wanted.
#[derive(InputObject, Default)]
pub struct CompanyFilter {
    /// Part of a name or a domain.
    search: Option<String>,
}

impl From<CompanyFilter> for crm::CompanyFilter {
    fn from(filter: CompanyFilter) -> Self {
        Self { search: filter.search }
    }
}

impl Company {
    /// A page of the companies that pass a filter.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: crm::CompanyFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_companies(&filter, &window.slice()?).await?;
        Ok(Connection::new(window, page, Self, move || {
            let (platform, filter) = (platform.clone(), filter.clone());
            async move { platform.count_companies(&filter).await }
        }))
    }
}

/// Where contacts work.
#[Object]
impl Company {
    /// `company_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// DNS name of its site or its e-mail, in lower case.
    async fn domain(&self) -> Option<&str> {
        self.0.domain.as_deref()
    }

    /// Free labels.
    async fn tags(&self) -> Vec<&str> {
        self.0.tags.iter().map(String::as_str).collect()
    }

    /// Who works there, by name; not the archived ones.
    async fn contacts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Contact>> {
        let filter = crm::ContactFilter { company: Some(self.0.id), ..Default::default() };
        Contact::page(context, &Window::forwards(first, after), filter, ContactOrder::NameAsc).await
    }

    /// Calls with those who work there that the viewer may see, the newest first.
    async fn calls(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Call>> {
        let filter = calls::CallFilter { company: Some(self.0.id), newest_first: true, ..Default::default() };
        Call::page(context, &Window::forwards(first, after), filter).await
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}
