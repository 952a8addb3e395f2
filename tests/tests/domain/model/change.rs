//! How administrators change a queue while its calls wait.

use domain::ids::QueueId;
use domain::routing::{Hours, OpenInterval, OverflowKind, QueueChange, RoutingStrategy, Weekday};

use super::actions::Pick;

#[derive(Debug, Clone, Copy)]
pub enum Change {
    Strategy,
    Skills,
    MaxWait,
    WrapUp,
    Hours,
    Archived,
    Priority,
    Overflow,
    LastAgent,
    MaxLength,
    MissedLimit,
}

pub const CHANGES: [Change; 11] = [
    Change::Strategy,
    Change::Skills,
    Change::MaxWait,
    Change::WrapUp,
    Change::Hours,
    Change::Archived,
    Change::Priority,
    Change::Overflow,
    Change::LastAgent,
    Change::MaxLength,
    Change::MissedLimit,
];
impl Change {
    /// What is sent for queue `id`; `other` is one to overflow to.
    pub fn to_make(self, id: QueueId, other: QueueId, value: Pick) -> QueueChange {
        let number = i32::try_from(value).unwrap();
        let none = QueueChange::default();
        match self {
            Self::Strategy => {
                let strategy = RoutingStrategy::ALL[value % RoutingStrategy::ALL.len()];
                QueueChange { strategy: Some(strategy), ..none }
            }
            Self::Skills => {
                let asked = if value.is_multiple_of(3) {
                    Vec::new()
                } else {
                    vec![("german".into(), 1 + number % 5)]
                };
                QueueChange { required_skills: Some(asked), ..none }
            }
            Self::MaxWait => QueueChange { max_wait_seconds: Some(30 + number % 200), ..none },
            Self::WrapUp => QueueChange { wrap_up_seconds: Some(number % 30), ..none },
            Self::Hours => {
                // Closed all week but for a minute, or always open.
                let mut hours = Hours::default();
                if value.is_multiple_of(3) {
                    hours.weekly = vec![OpenInterval { day: Weekday::Sunday, from: 0, to: 1 }];
                }
                QueueChange { hours: Some(hours), ..none }
            }
            Self::Archived => QueueChange { archived: Some(value.is_multiple_of(3)), ..none },
            Self::Priority => QueueChange { priority: Some(number % 5), ..none },
            Self::Overflow => {
                let kind = OverflowKind::ALL[value % OverflowKind::ALL.len()];
                let kind = if other == id && kind == OverflowKind::Queue { OverflowKind::End } else { kind };
                let voicemail = (kind == OverflowKind::Voicemail).then_some(true);
                let overflow = Some((kind, (kind == OverflowKind::Queue).then_some(other)));
                QueueChange { overflow, voicemail, ..none }
            }
            Self::LastAgent => QueueChange { last_agent_seconds: Some(number % 60), ..none },
            Self::MaxLength => QueueChange { max_length: Some(1 + number % 8), ..none },
            Self::MissedLimit => QueueChange { missed_limit: Some(1 + number % 3), ..none },
        }
    }
}
