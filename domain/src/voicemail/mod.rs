//! Messages for those who could not be reached.
//!
//! Owns `voicemail_box` and `voicemail`. A caller who waits, or finds a queue closed, leaves a message instead: the call is
//! IN_PROGRESS, though nobody answers it. `GREETING → RECORDING` when the worker reports the beep; `→ PREPARING` with the end
//! of the call, or `→ DROPPED` without a message; `→ DONE` once it can be heard, or `→ DROPPED` when nothing was said. All of
//! it happens under the lock of the call.

mod arrival;
mod boxes;
mod course;
mod list;
mod wish;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

pub use boxes::Greeting;
pub(crate) use boxes::{box_of_queue, set_queue_box};
pub(crate) use course::open_message;
pub(crate) use list::messages_of;
pub use list::{Progress, VoicemailFilter};
pub(crate) use wish::speaker;

use crate::{
    db::schema::voicemail,
    ids::{AgentId, AudioFileId, CallId, QueueId, RecordingId, TaskId, UserId, VoicemailId},
    text_enum::text_enum,
};

text_enum! { /// Where a message is in its life.
VoicemailState {
    /// The caller hears who is not there.
    Greeting = "GREETING",
    /// The beep was heard.
    Recording = "RECORDING",
    /// The call is over; silence is cut off.
    Preparing = "PREPARING",
    /// It can be heard.
    Done = "DONE",
    /// Nothing was said, or the caller did not want to be recorded.
    Dropped = "DROPPED",
} }

impl VoicemailState {
    /// Somebody is on the line.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Greeting | Self::Recording)
    }
}

/// A message that somebody leaves at the end of a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, Insertable, AsChangeset)]
#[diesel(table_name = voicemail, check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Voicemail {
    pub id: VoicemailId,
    pub call_id: CallId,
    pub queue_id: Option<QueueId>,
    pub agent_id: Option<AgentId>,
    pub greeting_id: Option<AudioFileId>,
    pub state: VoicemailState,
    /// The lease under which the beep was heard; 0 before.
    pub epoch: i32,
    pub until: Option<DateTime<Utc>>,
    pub started_at: DateTime<Utc>,
    pub recording_id: Option<RecordingId>,
    pub task_id: Option<TaskId>,
    pub left_at: Option<DateTime<Utc>>,
    pub heard_at: Option<DateTime<Utc>>,
    pub heard_by: Option<UserId>,
}

/// How a queue or an agent takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VoicemailBox {
    pub enabled: bool,
    pub greeting: Option<AudioFileId>,
}

/// For whom a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Its members.
    Queue(QueueId),
    Agent(AgentId),
}
