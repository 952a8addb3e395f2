//! Rows of agents and wrap-ups.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::AgentStatus;
use crate::{
    Result,
    db::{
        json_column,
        schema::{agent, wrap_up},
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, CallId, QueueId},
    validate,
};

/// Skills of one agent, or of one queue.
const MANY: usize = 30;

/// Levels, 1 to 5, by the name of the skill. Names are kept as they were written; German and german are one skill.
#[derive(
    Debug,
    Clone,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Jsonb)]
pub struct Skills(pub BTreeMap<String, i32>);
json_column!(Skills);

impl Skills {
    /// # Errors
    /// INVALID for a level that is not 1 to 5, a name that will not do, or the same skill twice.
    pub fn read(field: &'static str, given: Vec<(String, i32)>) -> Result<Self> {
        if given.len() > MANY {
            return refuse(RefusalCode::LimitReached, format!("{MANY} skills at most."));
        }
        let mut skills: BTreeMap<String, i32> = BTreeMap::new();
        for (skill, level) in given {
            let skill = validate::text_of(field, &skill, 100)?;
            if !(1..=5).contains(&level) {
                let says = format!("{skill}: a level is 1 (some) to 5 (expert).");
                return Err(Refusal::invalid(field, says).into());
            }
            if skills.keys().any(|other| is_same(other, &skill)) {
                return Err(Refusal::invalid(field, format!("{skill} is named twice.")).into());
            }
            skills.insert(skill, level);
        }
        Ok(Self(skills))
    }

    /// Whoever has these meets what is asked for.
    #[must_use]
    pub fn meet(&self, required: &Self) -> bool {
        required.0.iter().all(|(skill, level)| self.level(skill).is_some_and(|has| has >= *level))
    }

    /// The sum of the levels in what is asked for.
    #[must_use]
    pub fn level_in(&self, required: &Self) -> i32 {
        required.0.keys().filter_map(|skill| self.level(skill)).sum()
    }

    /// The best: rows of old may have a skill twice.
    fn level(&self, skill: &str) -> Option<i32> {
        self.0.iter().filter(|(name, _)| is_same(name, skill)).map(|(_, level)| *level).max()
    }

    /// What is asked for after so many steps of relaxation: each a level less, down to 1.
    #[must_use]
    pub fn relaxed(&self, steps: i32) -> Self {
        Self(self.0.iter().map(|(skill, level)| (skill.clone(), (level - steps).max(1))).collect())
    }
}

/// Letter by letter, without a copy: rounds compare very often, and most names differ in the first one.
fn is_same(one: &str, other: &str) -> bool {
    lower(one).eq(lower(other))
}

fn lower(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

/// A user as one who takes calls.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Identifiable, AsChangeset)]
#[diesel(table_name = agent, primary_key(user_id), check_for_backend(diesel::pg::Pg), treat_none_as_null = true)]
pub struct Agent {
    #[diesel(column_name = user_id)]
    pub id: AgentId,
    pub status: AgentStatus,
    pub reason: Option<String>,
    pub next_status: Option<AgentStatus>,
    pub next_reason: Option<String>,
    pub skills: Skills,
    pub idle_since: DateTime<Utc>,
    pub missed_in_row: i32,
}

/// The work of an agent after a call.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = wrap_up, check_for_backend(diesel::pg::Pg))]
pub struct WrapUp {
    pub call_id: CallId,
    pub agent_id: AgentId,
    pub queue_id: QueueId,
    pub started_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub required: bool,
    pub extended: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skills(given: &[(&str, i32)]) -> Skills {
        Skills(given.iter().map(|(skill, level)| ((*skill).to_owned(), *level)).collect())
    }

    #[test]
    fn every_skill_asked_for_counts() {
        let asked = skills(&[("german", 3), ("billing", 2)]);
        assert!(skills(&[("german", 3), ("billing", 5), ("sales", 1)]).meet(&asked));
        assert!(!skills(&[("german", 5)]).meet(&asked), "billing is missing");
        assert!(!skills(&[("german", 2), ("billing", 2)]).meet(&asked), "german is too low");
        assert!(skills(&[]).meet(&skills(&[])));
    }

    #[test]
    fn a_skill_is_the_same_however_it_is_written() {
        let asked = skills(&[("Französisch", 3)]);
        assert!(skills(&[("FRANZÖSISCH", 3), ("französisch", 1)]).meet(&asked));
        assert_eq!(skills(&[("FRANZÖSISCH", 3), ("französisch", 1)]).level_in(&asked), 3);
        assert!(!skills(&[("Französisch II", 5)]).meet(&asked));
    }

    #[test]
    fn a_relaxed_level_stays_one() {
        let asked = skills(&[("german", 4), ("billing", 1)]);
        assert_eq!(asked.relaxed(1), skills(&[("german", 3), ("billing", 1)]));
        assert_eq!(asked.relaxed(9), skills(&[("german", 1), ("billing", 1)]));
    }

    #[test]
    fn a_level_out_of_range_is_refused() {
        for given in [vec![("a", 0)], vec![("a", 6)], vec![("a", 1), ("A ", 2)], vec![("", 1)]] {
            let given = given.into_iter().map(|(skill, level)| (skill.to_owned(), level)).collect();
            assert!(Skills::read("skills", given).is_err());
        }
    }
}
