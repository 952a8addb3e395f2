//! Tasks. Agents see and change their own, and nobody's that came with a message or a call for a queue of theirs; supervisors
//! and administrators all.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, pg::Pg, prelude::*, sql_types};
use diesel_async::RunQueryDsl;

use super::TaskState;
use crate::{
    Platform, Result,
    db::{
        Unit,
        schema::{app_user, automation_rule, contact, task},
    },
    error::Refusal,
    ids::{CallId, ContactId, RuleId, TaskId, UserId},
    page::{Key as Place, Page, Slice, page_by_id},
    people::{Actor, idempotency::Key},
    validate,
    voicemail::messages_of,
};

/// Something to do.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task, check_for_backend(Pg), treat_none_as_null = true)]
pub struct Task {
    pub id: TaskId,
    pub title: String,
    pub state: TaskState,
    pub due_at: Option<DateTime<Utc>>,
    pub remind_at: Option<DateTime<Utc>>,
    pub assignee_id: Option<UserId>,
    pub contact_id: Option<ContactId>,
    pub call_id: Option<CallId>,
    pub rule_id: Option<RuleId>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Default)]
pub struct NewTask {
    pub title: String,
    pub due_at: Option<DateTime<Utc>>,
    /// The caller, when none.
    pub assignee: Option<UserId>,
    pub contact: Option<ContactId>,
    pub call: Option<CallId>,
}

/// What shall be set; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TaskChange {
    pub title: Option<String>,
    pub state: Option<TaskState>,
    /// Inner none: no longer due at any time.
    pub due_at: Option<Option<DateTime<Utc>>>,
    pub assignee: Option<UserId>,
}

#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    pub states: Vec<TaskState>,
    pub assignee: Option<UserId>,
    /// Those that nobody has.
    pub unassigned: bool,
    pub contact: Option<ContactId>,
    pub call: Option<CallId>,
    /// Due before this.
    pub due_before: Option<DateTime<Utc>>,
    /// With that: those without a date, too.
    pub include_undated: bool,
    /// The most pressing first and those without a date last, instead of the newest first.
    pub by_due: bool,
}

/// Sorts what has no date in a list by due date.
const UNDATED: &str = "undated";

type Boxed<'a> = task::BoxedQuery<'a, Pg>;

fn visible<'a>(actor: &Actor) -> Result<Boxed<'a>> {
    let user = actor.user()?.id;
    let all = task::table.into_boxed();
    if actor.sees_all() {
        return Ok(all);
    }
    // Nobody's task after a message or a call is for whoever of the queue's members takes it up.
    let messages = messages_of!(user, voicemail::task_id);
    // Asked of each such task: a list of all the calls that these queues ever had would be long.
    let call_of_theirs = sql::<sql_types::Bool>(
        "EXISTS (SELECT FROM call c JOIN queue_member m ON m.queue_id = c.queue_id WHERE c.id = task.call_id AND m.agent_id = ",
    )
    .bind::<sql_types::Uuid, _>(user.0)
    .sql(")");
    let for_any_of_them = task::id.nullable().eq_any(messages).or(call_of_theirs);
    let taken_up_by_any = task::assignee_id.is_null().and(for_any_of_them);
    Ok(all.filter(task::assignee_id.eq(user).or(taken_up_by_any)))
}

fn filtered<'a>(actor: &Actor, filter: &'a TaskFilter) -> Result<Boxed<'a>> {
    let mut query = visible(actor)?;
    if !filter.states.is_empty() {
        query = query.filter(task::state.eq_any(&filter.states));
    }
    if let Some(assignee) = filter.assignee {
        query = query.filter(task::assignee_id.eq(assignee));
    }
    if filter.unassigned {
        query = query.filter(task::assignee_id.is_null());
    }
    if let Some(contact) = filter.contact {
        query = query.filter(task::contact_id.eq(contact));
    }
    if let Some(call) = filter.call {
        query = query.filter(task::call_id.eq(call));
    }
    if let Some(before) = filter.due_before {
        let due = task::due_at.lt(before);
        query = if filter.include_undated {
            query.filter(due.or(task::due_at.is_null()))
        } else {
            query.filter(due)
        };
    }
    Ok(query)
}

/// Makes a task within a larger change; whether the call is the caller's to see was asked before.
///
/// # Errors
/// INVALID for the title, NOT_FOUND for assignee or contact.
pub(crate) async fn add_task(unit: &mut Unit, user: UserId, new: NewTask) -> Result<Task> {
    let title = validate::text_of("title", &new.title, 300)?;
    let assignee = new.assignee.unwrap_or(user);
    let known: i64 =
        app_user::table.filter(app_user::id.eq(assignee)).count().get_result(unit.connection()).await?;
    if known == 0 {
        return Err(Refusal::not_found("user").at("assigneeId").into());
    }
    if let Some(id) = new.contact {
        let known: i64 =
            contact::table.filter(contact::id.eq(id)).count().get_result(unit.connection()).await?;
        if known == 0 {
            return Err(Refusal::not_found("contact").at("contactId").into());
        }
    }
    let now = unit.now;
    let made = Task {
        id: TaskId::new(),
        title,
        state: TaskState::Open,
        due_at: new.due_at,
        remind_at: new.due_at,
        assignee_id: Some(assignee),
        contact_id: new.contact,
        call_id: new.call,
        rule_id: None,
        created_at: now,
        updated_at: now,
    };
    diesel::insert_into(task::table).values(&made).execute(unit.connection()).await?;
    Ok(made)
}

impl Platform {
    /// A task is reminded of when it is due.
    ///
    /// # Errors
    /// INVALID for the title, NOT_FOUND for assignee, contact or call.
    pub async fn create_task(&self, actor: &Actor, new: NewTask, key: Option<Key>) -> Result<Task> {
        // A colleague's call looks like one that is not there.
        if let Some(call) = new.call
            && self.calls(actor, &[call]).await?.is_empty()
        {
            return Err(Refusal::not_found("call").at("callId").into());
        }
        let mut unit = self.begin().await?;
        if let Some(first) = unit.first_result::<TaskId>(key.as_ref()).await? {
            return Ok(task::table.find(first).select(Task::as_select()).first(unit.connection()).await?);
        }
        let made = add_task(&mut unit, actor.user()?.id, new).await?;
        unit.keep_result(key.as_ref(), &made.id).await?;
        unit.commit().await?;
        Ok(made)
    }

    /// # Errors
    /// NOT_FOUND, INVALID for the title.
    pub async fn update_task(&self, actor: &Actor, id: TaskId, change: TaskChange) -> Result<Task> {
        let user = actor.user()?.id;
        if let Some(assignee) = change.assignee
            && self.users(&[assignee]).await?.is_empty()
        {
            return Err(Refusal::not_found("user").at("assigneeId").into());
        }
        let seen = self.tasks(actor, &[id]).await?.pop().is_some();
        let mut unit = self.begin().await?;
        let found: Option<Task> = task::table
            .find(id)
            .select(Task::as_select())
            .for_no_key_update()
            .first(unit.connection())
            .await
            .optional()?;
        let mut found = found
            // A colleague may have taken it up in between.
            .filter(|task| {
                seen && (task.assignee_id.is_none_or(|assignee| assignee == user) || actor.sees_all())
            })
            .ok_or_else(|| Refusal::not_found("task"))?;
        if let Some(title) = change.title {
            found.title = validate::text_of("title", &title, 300)?;
        }
        if let Some(due_at) = change.due_at {
            (found.due_at, found.remind_at) = (due_at, due_at);
        }
        found.state = change.state.unwrap_or(found.state);
        found.assignee_id = change.assignee.or(found.assignee_id);
        found.updated_at = unit.now;
        diesel::update(task::table.find(id)).set(&found).execute(unit.connection()).await?;
        unit.commit().await?;
        Ok(found)
    }

    /// By due date read forwards only.
    ///
    /// # Errors
    /// INVALID for a cursor that is of no list by due date where one is asked for.
    pub async fn list_tasks(&self, actor: &Actor, filter: &TaskFilter, slice: &Slice) -> Result<Page<Task>> {
        let mut query = filtered(actor, filter)?;
        if !filter.by_due {
            let mut connection = self.db.get().await?;
            return Ok(page_by_id!(&mut connection, query, task::id, Task, slice, newest_first: true));
        }
        if let Some(key) = &slice.after {
            let due = if key.sort == UNDATED { None } else { Some(key.instant()?) };
            query = query.filter(
                sql::<sql_types::Bool>("(coalesce(task.due_at, 'infinity'), task.id) > (coalesce(")
                    .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(due)
                    .sql("::timestamptz, 'infinity'), ")
                    .bind::<sql_types::Uuid, _>(key.id)
                    .sql(")"),
            );
        }
        let mut connection = self.db.get().await?;
        let rows: Vec<Task> = query
            .order(sql::<sql_types::Bool>("coalesce(task.due_at, 'infinity'), task.id"))
            .limit(slice.limit + 1)
            .select(Task::as_select())
            .load(&mut connection)
            .await?;
        Ok(slice.page(rows, |task| match task.due_at {
            Some(due) => Place::at(due, task.id.0),
            None => Place { sort: UNDATED.to_owned(), id: task.id.0 },
        }))
    }

    pub async fn count_tasks(&self, actor: &Actor, filter: &TaskFilter) -> Result<i64> {
        let mut connection = self.db.get().await?;
        Ok(filtered(actor, filter)?.count().get_result(&mut connection).await?)
    }

    /// Tasks by id, as far as the actor may see them; in no order.
    pub async fn tasks(&self, actor: &Actor, ids: &[TaskId]) -> Result<Vec<Task>> {
        let mut connection = self.db.get().await?;
        Ok(visible(actor)?
            .filter(task::id.eq_any(ids))
            .select(Task::as_select())
            .load(&mut connection)
            .await?)
    }

    /// Names of rules, by id.
    pub async fn rules(&self, ids: &[RuleId]) -> Result<Vec<(RuleId, String)>> {
        let mut connection = self.db.get().await?;
        Ok(automation_rule::table
            .filter(automation_rule::id.eq_any(ids))
            .select((automation_rule::id, automation_rule::name))
            .load(&mut connection)
            .await?)
    }
}
