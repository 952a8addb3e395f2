//! What is to be done, by whom and when; rules that make it; reminders and other notifications.
//!
//! Owns `task`, `automation_rule` and `notification`.

mod follow_up;
mod notifications;
mod store;

pub(crate) use follow_up::follow_up;
pub use notifications::Notification;
pub(crate) use store::add_task;
pub use store::{NewTask, Task, TaskChange, TaskFilter};

use crate::text_enum::text_enum;

text_enum! { /// Where a task is in its life.
TaskState { Open = "OPEN", Done = "DONE", Cancelled = "CANCELLED", } }
