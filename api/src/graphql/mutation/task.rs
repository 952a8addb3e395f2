//! Tasks and notifications.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::tasks::{NewTask, TaskChange};
use futures_util::future::try_join_all;

use super::key;
use crate::graphql::{
    context::ContextExt,
    fault::{Answer, Fault},
    id,
    model::{Notification, Task, TaskState},
    payload::{payloads, settle},
    scalars::DateTime,
};

/// A new task.
#[derive(InputObject)]
pub struct TaskCreateInput {
    /// What is to be done.
    title: String,
    /// When it should be done; its reminder comes then.
    due_at: Option<DateTime>,
    /// Who shall do it; the viewer when left out.
    assignee_id: Option<ID>,
    /// About whom.
    contact_id: Option<ID>,
    /// The call that it follows.
    call_id: Option<ID>,
    /// A repeat with the same key within 24 h gives the first result.
    idempotency_key: Option<String>,
}

impl TaskCreateInput {
    pub fn read(&self) -> Answer<NewTask> {
        Ok(NewTask {
            title: self.title.clone(),
            due_at: self.due_at.map(|at| at.0),
            assignee: id::parse_optional(self.assignee_id.as_ref())?,
            contact: id::parse_optional(self.contact_id.as_ref())?,
            call: id::parse_optional(self.call_id.as_ref())?,
        })
    }
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
struct TaskUpdateInput {
    /// The task.
    task_id: ID,
    /// What is to be done.
    title: Option<String>,
    /// Where it is in its life.
    state: Option<TaskState>,
    /// When it should be done; null for no time.
    due_at: MaybeUndefined<DateTime>,
    /// Who shall do it.
    assignee_id: Option<ID>,
}

/// What was seen.
#[derive(InputObject)]
struct NotificationReadInput {
    /// The notifications, at most 100.
    notification_ids: Vec<ID>,
}

payloads! {
    /// What `taskCreate` answers.
    TaskCreatePayload {
        /// The new task.
        task: Task,
    }
    /// What `taskUpdate` answers.
    TaskUpdatePayload {
        /// The task, changed.
        task: Task,
    }
    /// What `notificationRead` answers.
    NotificationReadPayload {
        /// The notifications, seen.
        notifications: Vec<Notification>,
    }
}

#[derive(Default)]
pub struct TaskMutations;

#[Object]
impl TaskMutations {
    /// Makes a task. For users.
    async fn task_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new task.")] input: TaskCreateInput,
    ) -> Answer<TaskCreatePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let new = input.read()?;
        let created = async {
            let key = key(actor, "taskCreate", input.idempotency_key.as_ref(), &input)?;
            let task = platform.create_task(actor, new, key).await?;
            Ok(TaskCreatePayload { task: Some(Task(task)), ..Default::default() })
        };
        settle(created.await)
    }

    /// Changes a task. Agents their own and nobody's of their queues, which they take up by it when they name themselves;
    /// supervisors and administrators any. For users.
    async fn task_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: TaskUpdateInput,
    ) -> Answer<TaskUpdatePayload> {
        let task = id::parse(&input.task_id)?;
        let change = TaskChange {
            title: input.title,
            state: input.state.map(Into::into),
            due_at: match input.due_at {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(at) => Some(Some(at.0)),
            },
            assignee: id::parse_optional(input.assignee_id.as_ref())?,
        };
        let updated = context.platform().update_task(context.actor(), task, change).await;
        settle(updated.map(|task| TaskUpdatePayload { task: Some(Task(task)), ..Default::default() }))
    }

    /// Marks notifications as seen. Seen already is no error. For users, their own.
    async fn notification_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was seen.")] input: NotificationReadInput,
    ) -> Answer<NotificationReadPayload> {
        if input.notification_ids.len() > 100 {
            return Err(Fault::bad_input("At most 100 notifications at once."));
        }
        let ids = input.notification_ids.iter().map(id::parse).collect::<Answer<Vec<_>>>()?;
        let (platform, actor) = (context.platform(), context.actor());
        let read = try_join_all(ids.into_iter().map(|id| platform.read_notification(actor, id))).await;
        settle(read.map(|rows| NotificationReadPayload {
            notifications: Some(rows.into_iter().map(Into::into).collect()),
            ..Default::default()
        }))
    }
}
