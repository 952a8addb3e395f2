//! Rules: when a call ends like this, make that task.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Task, TaskState};
use crate::{
    Result,
    calls::{Change, LegRole},
    db::schema::{automation_rule, task},
    ids::{RuleId, TaskId},
};

/// Makes the tasks that rules want after a missed call; once a rule and call. Where no agent ever had the call they are for
/// whoever of its queue's members takes them up; nobody is reminded of what nobody has by then.
pub(crate) async fn follow_up(change: &mut Change) -> Result<()> {
    let rules: Vec<(RuleId, String, i32, i32)> = automation_rule::table
        .filter(automation_rule::enabled.and(automation_rule::trigger.eq("CALL_MISSED")))
        .select((
            automation_rule::id,
            automation_rule::task_title,
            automation_rule::due_after_seconds,
            automation_rule::remind_before_seconds,
        ))
        .load(change.unit.connection())
        .await?;
    let contact =
        change.legs.iter().find(|leg| leg.role == LegRole::Contact).map_or("the contact", |leg| &leg.name);
    let now = change.now();
    let tasks: Vec<Task> = rules
        .into_iter()
        .map(|(rule, title, due_after, remind_before)| {
            let due = now + TimeDelta::seconds(due_after.into());
            Task {
                id: TaskId::new(),
                title: title.replace("{contact}", contact).chars().take(300).collect(),
                state: TaskState::Open,
                due_at: Some(due),
                remind_at: Some((due - TimeDelta::seconds(remind_before.into())).max(now)),
                assignee_id: change.call.agent_id,
                contact_id: change.call.contact_id,
                call_id: Some(change.call.id),
                rule_id: Some(rule),
                created_at: now,
                updated_at: now,
            }
        })
        .collect();
    diesel::insert_into(task::table)
        .values(&tasks)
        .on_conflict_do_nothing()
        .execute(change.unit.connection())
        .await?;
    Ok(())
}
