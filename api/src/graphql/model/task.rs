//! Things to do.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::tasks;

use super::{Call, Contact, TaskState, User};
use crate::graphql::{
    connection::{Connection, Window, listed},
    context::{ContextExt, named},
    fault::Answer,
    id::{self, global},
    scalars::DateTime,
};

/// Something to do for somebody.
#[derive(Clone)]
pub struct Task(pub tasks::Task);

listed!(Task);

/// A rule that makes tasks, such as one for each missed call.
#[derive(SimpleObject)]
pub struct AutomationRule {
    /// `rule_` and 32 hexadecimal digits.
    id: ID,
    /// What it is called.
    name: String,
}

/// Which tasks are wanted. All that is given must hold.
#[derive(InputObject, Default)]
pub struct TaskFilter {
    /// In one of these states.
    states: Option<Vec<TaskState>>,
    /// For this user.
    assignee_id: Option<ID>,
    /// Only those that nobody has; an agent sees what came of calls and messages for the agent's queues.
    unassigned: Option<bool>,
    /// About this contact.
    contact_id: Option<ID>,
    /// After this call.
    call_id: Option<ID>,
    /// Due before this time.
    due_before: Option<DateTime>,
    /// With `dueBefore`: those without a date, too.
    include_undated: Option<bool>,
}

/// The order of a list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub enum TaskOrder {
    /// The newest first.
    #[default]
    CreatedAtDesc,
    /// The most pressing first, those without a date last.
    DueAtAsc,
}

impl TaskFilter {
    pub fn read(self, order: TaskOrder) -> Answer<tasks::TaskFilter> {
        Ok(tasks::TaskFilter {
            states: self.states.unwrap_or_default().into_iter().map(Into::into).collect(),
            assignee: id::parse_optional(self.assignee_id.as_ref())?,
            unassigned: self.unassigned.unwrap_or(false),
            contact: id::parse_optional(self.contact_id.as_ref())?,
            call: id::parse_optional(self.call_id.as_ref())?,
            due_before: self.due_before.map(|at| at.0),
            include_undated: self.include_undated.unwrap_or(false),
            by_due: order == TaskOrder::DueAtAsc,
        })
    }
}

impl Task {
    /// A page of the tasks that the viewer may see and that pass a filter.
    pub async fn page(
        context: &Context<'_>,
        window: &Window,
        filter: tasks::TaskFilter,
    ) -> Answer<Connection<Self>> {
        let platform = context.platform().clone();
        let page = platform.list_tasks(context.actor(), &filter, &window.slice()?).await?;
        let actor = Arc::clone(&context.origin().caller.0);
        Ok(Connection::new(window, page, Self, move || {
            let (platform, actor, filter) = (platform.clone(), Arc::clone(&actor), filter.clone());
            async move { platform.count_tasks(&actor, &filter).await }
        }))
    }
}

/// Something to do for somebody.
#[Object]
impl Task {
    /// `task_` and 32 hexadecimal digits.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// What is to be done.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Where it is in its life.
    async fn state(&self) -> TaskState {
        self.0.state.into()
    }

    /// When it should be done.
    async fn due_at(&self) -> Option<DateTime> {
        self.0.due_at.map(DateTime)
    }

    /// Who shall do it. Null where nobody had the call or the message: any member of the queue may take it up, and nobody is
    /// reminded before.
    async fn assignee(&self, context: &Context<'_>) -> Answer<Option<User>> {
        Ok(named(context, self.0.assignee_id).await?.map(User))
    }

    /// About whom.
    async fn contact(&self, context: &Context<'_>) -> Answer<Option<Contact>> {
        Ok(named(context, self.0.contact_id).await?.map(Contact))
    }

    /// The call that it follows.
    async fn call(&self, context: &Context<'_>) -> Answer<Option<Call>> {
        Ok(named(context, self.0.call_id).await?.map(Call))
    }

    /// The rule that made it, where one did.
    async fn rule(&self, context: &Context<'_>) -> Answer<Option<AutomationRule>> {
        let Some(rule) = self.0.rule_id else { return Ok(None) };
        let name = context.loaders().load_one(rule).await?;
        Ok(name.map(|(_, name)| AutomationRule { id: global(rule), name }))
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }
}
