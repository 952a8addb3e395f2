//! Reads variables one by one and remembers what was wrong with each.

use std::{fmt, ops::RangeInclusive};

/// Every wrong variable of a start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    pub problems: Vec<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub variable: &'static str,
    /// What the variable should be.
    pub should_be: String,
    pub missing: bool,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the environment doesn't fit:")?;
        for problem in &self.problems {
            // The value stays out: it may be a secret in the wrong place.
            let state = if problem.missing { "is missing" } else { "is wrong" };
            write!(formatter, "\n  {} {state}; it should be {}", problem.variable, problem.should_be)?;
        }
        Ok(())
    }
}

pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError { problems: self.problems }) }
    }

    /// The empty text stands in for a missing or wrong one: [`Reader::finish`] then keeps the configuration from existing.
    pub(super) fn required(
        &mut self,
        variable: &'static str,
        should_be: &str,
        valid: impl FnOnce(&str) -> bool,
    ) -> String {
        match self.look_up(variable) {
            Some(value) if valid(&value) => value,
            found => {
                self.complain(variable, should_be, found.is_none());
                String::new()
            }
        }
    }

    pub(super) fn optional<T>(
        &mut self,
        variable: &'static str,
        should_be: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.look_up(variable)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.complain(variable, should_be, false);
        }
        parsed
    }

    pub(super) fn parsed<T>(
        &mut self,
        variable: &'static str,
        default: &str,
        should_be: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        self.optional(variable, should_be, &parse)
            .unwrap_or_else(|| parse(default).expect("a default is valid"))
    }

    pub(super) fn text(&mut self, variable: &'static str, default: &str) -> String {
        self.look_up(variable).unwrap_or_else(|| default.to_owned())
    }

    /// `range` must lie within `T`.
    pub(super) fn number<T: TryFrom<u64>>(
        &mut self,
        variable: &'static str,
        default: u64,
        range: RangeInclusive<u64>,
    ) -> T {
        let should_be = format!("a number from {} to {}", range.start(), range.end());
        let number = self
            .optional(variable, &should_be, |text| text.parse().ok().filter(|number| range.contains(number)))
            .unwrap_or(default);
        T::try_from(number).unwrap_or_else(|_| unreachable!("the range lies within the type"))
    }

    pub(super) fn flag(&mut self, variable: &'static str, default: bool) -> bool {
        self.optional(variable, "true or false", |text| text.parse().ok()).unwrap_or(default)
    }

    /// Two variables that only make sense together.
    pub(super) fn both(&mut self, first: &'static str, second: &'static str) -> Option<(String, String)> {
        match (self.look_up(first), self.look_up(second)) {
            (Some(one), Some(other)) => Some((one, other)),
            (None, None) => None,
            (Some(_), None) => {
                self.complain(second, &format!("set, since {first} is"), true);
                None
            }
            (None, Some(_)) => {
                self.complain(first, &format!("set, since {second} is"), true);
                None
            }
        }
    }

    fn look_up(&self, variable: &str) -> Option<String> {
        (self.lookup)(variable).filter(|value| !value.trim().is_empty())
    }

    fn complain(&mut self, variable: &'static str, should_be: &str, missing: bool) {
        self.problems.push(Problem { variable, should_be: should_be.to_owned(), missing });
    }
}
