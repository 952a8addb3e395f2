//! People whom agents talk with.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::{crm, tasks};

use super::{Activity, ActivityKind, Call, CallFilter, Company, Note, PastCall, Task, User};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::Answer,
    id::{self, global},
    loaders::RelatedTo,
    scalars::{DateTime, EmailAddress, PhoneNumber, TimeZone},
};

/// Someone whom agents talk with.
#[derive(Clone)]
pub struct Contact(pub crm::Contact);

listed!(Contact);

/// A custom fact of a contact.
#[derive(SimpleObject)]
pub struct Attribute {
    /// What it is called.
    name: String,
    /// What it is.
    value: String,
}

/// Which contacts are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct ContactFilter {
    /// Part of a name, an address, a telephone number or a tag.
    search: Option<String>,
    /// With this tag.
    tag: Option<String>,
    /// Looked after by this user.
    owner_id: Option<ID>,
    /// Who work at this company.
    company_id: Option<ID>,
    /// The archived ones, rather than the others.
    #[graphql(default)]
    archived: bool,
}

impl ContactFilter {
    pub fn read(self) -> Answer<crm::ContactFilter> {
        Ok(crm::ContactFilter {
            search: self.search,
            tag: self.tag,
            owner: id::parse_optional(self.owner_id.as_ref())?,
            company: id::parse_optional(self.company_id.as_ref())?,
            archived: self.archived,
        })
    }
}

/// The order of a list of contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub enum ContactOrder {
    /// By name, from A.
    #[default]
    NameAsc,
    /// The newest first.
    CreatedAtDesc,
    /// The last changed first.
    UpdatedAtDesc,
}

impl From<ContactOrder> for crm::ContactOrder {
    fn from(order: ContactOrder) -> Self {
        match order {
            ContactOrder::NameAsc => Self::Name,
            ContactOrder::CreatedAtDesc => Self::Created,
            ContactOrder::UpdatedAtDesc => Self::Updated,
        }
    }
}

impl Contact {
    /// A page of the contacts that pass a filter.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: crm::ContactFilter,
        order: ContactOrder,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_contacts(&filter, order.into(), &window.slice()?).await?;
        Ok(Connection::new(window, page, Self, move || {
            let (platform, filter) = (platform.clone(), filter.clone());
            async move { platform.count_contacts(&filter).await }
        }))
    }
}

/// Someone whom agents talk with.
#[Object]
impl Contact {
    /// `contact_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The preferred one first.
    async fn emails(&self) -> Vec<EmailAddress> {
        self.0.emails.iter().cloned().map(EmailAddress).collect()
    }

    /// The preferred one first.
    async fn phones(&self) -> Vec<PhoneNumber> {
        self.0.phones.iter().cloned().map(PhoneNumber).collect()
    }

    /// Who looks after the contact.
    async fn owner(&self, context: &Context<'_>) -> Answer<Option<User>> {
        Ok(named(context, self.0.owner_id).await?.map(User))
    }

    /// Where the contact works.
    async fn company(&self, context: &Context<'_>) -> Answer<Option<Company>> {
        Ok(named(context, self.0.company_id).await?.map(Company))
    }

    /// Free labels.
    async fn tags(&self) -> Vec<&str> {
        self.0.tags.iter().map(String::as_str).collect()
    }

    /// Where the contact's clock is, where known.
    async fn time_zone(&self) -> Option<TimeZone> {
        self.0.time_zone.clone().map(TimeZone)
    }

    /// Custom facts.
    async fn attributes(&self) -> Vec<Attribute> {
        self.0
            .attributes()
            .into_iter()
            .map(|attribute| Attribute { name: attribute.name, value: attribute.value })
            .collect()
    }

    /// When the contact was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// When it was taken out of the lists; null while it is in them.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime)
    }

    /// Calls with the contact that the viewer may see, the newest first.
    async fn calls(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which of them.")] filter: Option<CallFilter>,
    ) -> Answer<Connection<Call>> {
        let mut filter = filter.unwrap_or_default().read(super::CallOrder::default())?;
        filter.contact = Some(self.0.id);
        Call::page(context, &Window::forwards(first, after), filter).await
    }

    /// Open tasks about the contact that the viewer may see, the newest first.
    async fn open_tasks(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Task>> {
        let filter = tasks::TaskFilter {
            states: vec![tasks::TaskState::Open],
            contact: Some(self.0.id),
            ..Default::default()
        };
        Task::page(context, &Window::forwards(first, after), filter).await
    }

    /// Calls, notes and tasks of the contact that the viewer may see, in one order, the newest first.
    async fn timeline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Only these kinds; all when left out or empty.")] kinds: Option<Vec<ActivityKind>>,
    ) -> Answer<Connection<Activity>> {
        let kinds = kinds.unwrap_or_default().into_iter().map(Into::into).collect();
        Activity::page(context, &Window::forwards(first, after), self.0.id, kinds).await
    }

    /// What came of all calls with the contact that are over, whoever served it, the newest first. For all who see the
    /// contact, so never for guests.
    async fn history(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Without the calls that stand in `timeline`.", default)] others_only: bool,
    ) -> Answer<Connection<PastCall>> {
        PastCall::page(context, &Window::forwards(first, after), self.0.id, others_only).await
    }

    /// What was written down about the contact and the calls with it, the newest first.
    async fn notes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Size of the page, 1 to 100.")] first: i32,
        #[graphql(desc = "Begins behind this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Note>> {
        Note::page(context, &Window::forwards(first, after), self.0.id).await
    }

    /// Others of the same company; those with the latest calls come first.
    async fn related(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100.")] first: i32,
    ) -> Answer<Vec<Contact>> {
        let (limit, _) = Window::forwards(first, None).size()?;
        let key = RelatedTo { contact: self.0.id, limit };
        Ok(context.loaders().load_one(key).await?.unwrap_or_default().into_iter().map(Contact).collect())
    }
}
