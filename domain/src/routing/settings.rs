//! What an administrator sets of a queue: the defaults, the ranges, the change. No database.

use chrono::{DateTime, Utc};

use super::{Hours, OverflowKind, Queue, RoutingStrategy};
use crate::{
    Result,
    agents::Skills,
    error::Refusal,
    ids::{AudioFileId, OutcomeId, QueueId},
    validate,
};

/// What shall be set; what is none stays as it is. An inner none takes away.
#[derive(Debug, Clone, Default)]
pub struct QueueChange {
    pub key: Option<String>,
    pub name: Option<String>,
    pub strategy: Option<RoutingStrategy>,
    pub priority: Option<i32>,
    pub required_skills: Option<Vec<(String, i32)>>,
    pub relax_seconds: Option<Option<i32>>,
    pub last_agent_seconds: Option<i32>,
    pub offer_seconds: Option<i32>,
    pub missed_limit: Option<i32>,
    pub wrap_up_seconds: Option<i32>,
    pub wrap_up_required: Option<bool>,
    pub default_outcome: Option<Option<OutcomeId>>,
    pub max_wait_seconds: Option<i32>,
    pub max_length: Option<i32>,
    pub overflow: Option<(OverflowKind, Option<QueueId>)>,
    pub callback: Option<bool>,
    pub voicemail: Option<bool>,
    pub voicemail_greeting: Option<Option<AudioFileId>>,
    pub service_level: Option<(f64, i32)>,
    pub short_abandon_seconds: Option<i32>,
    pub hours: Option<Hours>,
    pub closed_message: Option<Option<String>>,
    pub script: Option<Option<String>>,
    pub video: Option<bool>,
    pub music: Option<Option<AudioFileId>>,
    pub announcement: Option<Option<AudioFileId>>,
    pub announcement_seconds: Option<i32>,
    pub archived: Option<bool>,
}

/// A queue with the defaults of the contract, before a change is applied.
pub(super) fn plain(now: DateTime<Utc>) -> Queue {
    Queue {
        id: QueueId::new(),
        key: String::new(),
        name: String::new(),
        strategy: RoutingStrategy::LongestIdle,
        priority: 0,
        required_skills: Skills::default(),
        relax_seconds: None,
        last_agent_seconds: 0,
        offer_seconds: 20,
        missed_limit: 1,
        wrap_up_seconds: 60,
        wrap_up_required: false,
        default_outcome_id: None,
        max_wait_seconds: 1800,
        max_length: 500,
        overflow: OverflowKind::End,
        overflow_queue_id: None,
        callback: true,
        service_level_percent: 80.0,
        service_level_seconds: 20,
        short_abandon_seconds: 5,
        hours: Hours::default(),
        closed_message: None,
        script: None,
        video: true,
        music_id: None,
        announcement_id: None,
        announcement_seconds: 60,
        created_at: now,
        updated_at: now,
        archived_at: None,
        version: 1,
    }
}

/// A number within its range, or the field's name and what it should be.
pub(super) fn within(field: &'static str, value: i32, least: i32, most: i32) -> Result<i32> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(Refusal::invalid(field, format!("{field} is {least} to {most}.")).into())
}

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn set_within(
    target: &mut i32,
    field: &'static str,
    value: Option<i32>,
    range: std::ops::RangeInclusive<i32>,
) -> Result<()> {
    set(target, value.map(|value| within(field, value, *range.start(), *range.end())).transpose()?);
    Ok(())
}

fn set_text(
    target: &mut Option<String>,
    field: &'static str,
    value: Option<Option<String>>,
    longest: usize,
) -> Result<()> {
    if let Some(text) = value {
        let text = text.filter(|text| !text.trim().is_empty());
        *target = text.map(|text| validate::lines_of(field, &text, longest)).transpose()?;
    }
    Ok(())
}

impl QueueChange {
    pub(super) fn apply(self, queue: &mut Queue) -> Result<()> {
        if let Some(key) = self.key {
            queue.key = read_key(&key)?;
        }
        set(&mut queue.name, self.name.map(|name| validate::name("name", &name)).transpose()?);
        set(&mut queue.strategy, self.strategy);
        set_within(&mut queue.priority, "priority", self.priority, -100..=100)?;
        if let Some(skills) = self.required_skills {
            queue.required_skills = Skills::read("requiredSkills", skills)?;
        }
        if let Some(relax) = self.relax_seconds {
            queue.relax_seconds = relax.map(|it| within("relaxSeconds", it, 1, 3600)).transpose()?;
        }
        set_within(&mut queue.last_agent_seconds, "lastAgentSeconds", self.last_agent_seconds, 0..=3600)?;
        set_within(&mut queue.offer_seconds, "offerSeconds", self.offer_seconds, 5..=300)?;
        set_within(&mut queue.missed_limit, "missedLimit", self.missed_limit, 1..=20)?;
        set_within(&mut queue.wrap_up_seconds, "wrapUpSeconds", self.wrap_up_seconds, 0..=3600)?;
        let outcome_judged = self.wrap_up_required.is_some() || self.default_outcome.is_some();
        set(&mut queue.wrap_up_required, self.wrap_up_required);
        set(&mut queue.default_outcome_id, self.default_outcome);
        if outcome_judged && queue.wrap_up_required && queue.default_outcome_id.is_none() {
            let says = "Where an outcome must be chosen, name the one that a call gets when the time for that runs out.";
            return Err(Refusal::invalid("defaultOutcomeId", says).into());
        }
        set_within(&mut queue.max_wait_seconds, "maxWaitSeconds", self.max_wait_seconds, 5..=86_400)?;
        set_within(&mut queue.max_length, "maxLength", self.max_length, 1..=10_000)?;
        if let Some((kind, to)) = self.overflow {
            queue.overflow = kind;
            queue.overflow_queue_id = to.filter(|_| kind == OverflowKind::Queue);
            if kind == OverflowKind::Queue && to.is_none_or(|to| to == queue.id) {
                return Err(Refusal::invalid("overflow", "Name another queue to overflow to.").into());
            }
        }
        set(&mut queue.callback, self.callback);
        if let Some((percent, seconds)) = self.service_level {
            if !(1.0..=100.0).contains(&percent) {
                return Err(Refusal::invalid("serviceLevel", "A service level is 1 to 100 percent.").into());
            }
            queue.service_level_percent = percent;
            queue.service_level_seconds = within("serviceLevel", seconds, 1, 3600)?;
        }
        let short = self.short_abandon_seconds;
        set_within(&mut queue.short_abandon_seconds, "shortAbandonSeconds", short, 0..=60)?;
        set(&mut queue.hours, self.hours.map(Hours::checked).transpose()?);
        set_text(&mut queue.closed_message, "closedMessage", self.closed_message, 500)?;
        set_text(&mut queue.script, "script", self.script, 20_000)?;
        set(&mut queue.video, self.video);
        set(&mut queue.music_id, self.music);
        set(&mut queue.announcement_id, self.announcement);
        let seconds = self.announcement_seconds;
        set_within(&mut queue.announcement_seconds, "announcementSeconds", seconds, 10..=600)
    }
}

/// A key stands in addresses: lower-case letters, digits and hyphens.
fn read_key(text: &str) -> Result<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = text.starts_with('-') || text.ends_with('-');
    if text.is_empty() || text.len() > 50 || ends || !text.chars().all(fits) {
        let says = "A key has 1 to 50 lower-case letters, digits and hyphens, such as support-de.";
        return Err(Refusal::invalid("key", says).into());
    }
    Ok(text.to_owned())
}
