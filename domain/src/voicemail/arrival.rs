//! After the call: the message can be heard, somebody is told and has something to do; or nothing was said.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Voicemail, VoicemailState};
use crate::{
    Result,
    calls::{CallEventKind, Change},
    db::schema::{agent_presence, queue, queue_member, task, voicemail},
    ids::{AgentId, NotificationId, QueueId, RecordingId, TaskId, UserId},
    limits,
    routing::Hours,
    tasks::{Notification, Task, TaskState},
};

/// Members of a queue who are told at most.
const TOLD: i64 = 100;

impl Change {
    async fn message_in(&mut self, recording: RecordingId) -> Result<Option<Voicemail>> {
        let prepared = voicemail::state.eq(VoicemailState::Preparing);
        Ok(voicemail::table
            .filter(voicemail::recording_id.eq(recording).and(prepared))
            .select(Voicemail::as_select())
            .first(self.unit.connection())
            .await
            .optional()?)
    }

    /// A recording can be played: if it is a message, it has arrived.
    pub(crate) async fn message_arrived(&mut self, recording: RecordingId, duration_ms: i64) -> Result<()> {
        let Some(mut row) = self.message_in(recording).await? else { return Ok(()) };
        let name = self.caller_name();
        row.state = VoicemailState::Done;
        row.task_id = Some(self.message_task(&row, &format!("Listen to the message of {name}")).await?);
        self.save_voicemail(&row).await?;
        let (seconds, place) = (duration_ms / 1000, self.place_of(&row).await?);
        let body = format!("{}{}:{:02}", place, seconds / 60, seconds % 60);
        for user in self.told(&row).await? {
            let told = Notification {
                id: NotificationId::new(),
                user_id: user,
                kind: "voicemail.left".into(),
                title: format!("{name} left a message"),
                body: Some(body.clone()),
                subject: Some(row.id.to_string()),
                dedupe: format!("{}/{user}", row.id),
                at: self.now(),
                read_at: None,
            };
            self.unit.notify(told).await?;
        }
        self.event(CallEventKind::VoicemailLeft, "worker", None, Some(row.id.to_string())).await
    }

    /// A recording came to nothing: if it was a message, there is none. One that could not be prepared was left all the same,
    /// so somebody has to call.
    pub(crate) async fn message_dropped(&mut self, recording: RecordingId, failed: bool) -> Result<()> {
        let Some(mut row) = self.message_in(recording).await? else { return Ok(()) };
        row.state = VoicemailState::Dropped;
        if failed {
            let title = format!("Call {}, whose message could not be prepared", self.caller_name());
            row.task_id = Some(self.message_task(&row, &title).await?);
        } else if row.queue_id.is_some() {
            // Somebody was not reached, and has said nothing that could be listened to.
            crate::tasks::follow_up(self).await?;
        }
        self.save_voicemail(&row).await
    }

    fn caller_name(&self) -> String {
        let outsider = self.legs.iter().find(|leg| !leg.is_staff());
        outsider.or(self.legs.as_slice().first()).map_or_else(|| "somebody".into(), |leg| leg.name.clone())
    }

    async fn place_of(&mut self, row: &Voicemail) -> Result<String> {
        let Some(id) = row.queue_id else { return Ok(String::new()) };
        let name: String = queue::table.find(id).select(queue::name).first(self.unit.connection()).await?;
        Ok(format!("{name} · "))
    }

    /// An agent's own task, or one that any member of the queue may take up: due an hour from now, or from when it opens.
    async fn message_task(&mut self, row: &Voicemail, title: &str) -> Result<TaskId> {
        let now = self.now();
        let from = match row.queue_id {
            Some(id) => self.opens(id).await?.unwrap_or(now),
            None => now,
        };
        let due = from + limits::VOICEMAIL_TASK;
        let assignee = row.agent_id.map(UserId::from);
        let made = Task {
            id: TaskId::new(),
            title: title.chars().take(300).collect(),
            state: TaskState::Open,
            due_at: Some(due),
            remind_at: assignee.map(|_| due - TimeDelta::minutes(10)),
            assignee_id: assignee,
            contact_id: self.call.contact_id,
            call_id: Some(self.call.id),
            rule_id: None,
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(task::table).values(&made).execute(self.unit.connection()).await?;
        Ok(made.id)
    }

    async fn opens(&mut self, id: QueueId) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
        let hours: Hours = queue::table.find(id).select(queue::hours).first(self.unit.connection()).await?;
        Ok(hours.opens_at(self.now()))
    }

    async fn told(&mut self, row: &Voicemail) -> Result<Vec<UserId>> {
        if let Some(agent) = row.agent_id {
            return Ok(vec![agent.into()]);
        }
        // Those who work just now before all others.
        let members: Vec<AgentId> = queue_member::table
            .left_join(agent_presence::table.on(agent_presence::agent_id.eq(queue_member::agent_id)))
            .filter(queue_member::queue_id.nullable().eq(row.queue_id))
            .order((agent_presence::until.desc().nulls_last(), queue_member::agent_id))
            .limit(TOLD)
            .select(queue_member::agent_id)
            .load(self.unit.connection())
            .await?;
        Ok(members.into_iter().map(UserId::from).collect())
    }
}
