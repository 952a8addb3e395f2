//! Business hours: a week of local times, and the days on which nobody works.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    Result,
    db::json_column,
    error::{Refusal, RefusalCode, refuse},
    text_enum::text_enum,
    validate,
};

const MANY_INTERVALS: usize = 50;
const MANY_HOLIDAYS: usize = 200;
/// A queue that does not open within so many days opens at no time that one could name.
const AHEAD: u64 = 30;

text_enum! { /// A day of the week, in ISO 8601's order.
Weekday { Monday = "MONDAY", Tuesday = "TUESDAY", Wednesday = "WEDNESDAY", Thursday = "THURSDAY", Friday = "FRIDAY", Saturday = "SATURDAY", Sunday = "SUNDAY", } }

/// When a queue is open.
#[derive(
    Debug,
    Clone,
    PartialEq,
    serde::Serialize,
    serde::Deserialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Jsonb)]
pub struct Hours {
    /// IANA name.
    pub time_zone: String,
    pub weekly: Vec<OpenInterval>,
    pub holidays: Vec<Holiday>,
    /// What a week without any interval means: closed, or else always open but for holidays.
    #[serde(default)]
    pub closed: bool,
}
json_column!(Hours);

/// A stretch of a day, in minutes since local midnight; 1440 is the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenInterval {
    pub day: Weekday,
    pub from: u32,
    pub to: u32,
}

/// A day on which the queue is closed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Holiday {
    pub date: NaiveDate,
    pub name: String,
}

impl Default for Hours {
    fn default() -> Self {
        Self { time_zone: "UTC".into(), weekly: Vec::new(), holidays: Vec::new(), closed: false }
    }
}

impl Hours {
    /// # Errors
    /// INVALID for an unknown zone, a stretch that ends before it begins, a holiday without a name.
    pub fn checked(mut self) -> Result<Self> {
        self.time_zone = validate::time_zone("hours", &self.time_zone)?;
        if self.weekly.len() > MANY_INTERVALS || self.holidays.len() > MANY_HOLIDAYS {
            let says = format!("{MANY_INTERVALS} stretches and {MANY_HOLIDAYS} holidays at most.");
            return refuse(RefusalCode::LimitReached, says);
        }
        if let Some(wrong) = self.weekly.iter().find(|it| it.from >= it.to || it.to > 1440) {
            let says = format!("{}: a stretch begins before it ends, within one day.", wrong.day);
            return Err(Refusal::invalid("hours", says).into());
        }
        for holiday in &mut self.holidays {
            holiday.name = validate::text_of("hours", &holiday.name, 100)?;
        }
        self.closed &= self.weekly.is_empty();
        self.weekly.sort_by_key(|it| (it.day, it.from));
        self.holidays.sort_by_key(|it| it.date);
        Ok(self)
    }

    fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    fn is_holiday(&self, date: NaiveDate) -> bool {
        self.holidays.iter().any(|holiday| holiday.date == date)
    }

    #[must_use]
    pub fn always_open(&self) -> bool {
        self.weekly.is_empty() && !self.closed
    }

    /// When it is open on a day, as the clock there shows it: a time that it skips is the next that it shows, and of one that
    /// it shows twice the first counts (RFC 5545, 3.3.5), so that no stretch is open twice.
    fn of_day(&self, date: NaiveDate) -> impl Iterator<Item = Range<DateTime<Utc>>> {
        let (zone, holiday) = (self.zone(), self.is_holiday(date));
        let day = Weekday::ALL[date.weekday().num_days_from_monday() as usize];
        let always = self.always_open().then_some(OpenInterval { day, from: 0, to: 1440 });
        let weekly = self.weekly.iter().copied().filter(move |it| it.day == day);
        weekly.chain(always).filter(move |_| !holiday).filter_map(move |it| {
            let at = |minutes: u32| {
                first_instant(zone, date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes.into()))
            };
            Some(at(it.from)?..at(it.to)?)
        })
    }

    #[must_use]
    pub fn open_at(&self, now: DateTime<Utc>) -> bool {
        let today = now.with_timezone(&self.zone()).date_naive();
        self.of_day(today).any(|stretch| stretch.contains(&now))
    }

    /// When it opens next; now, when it is open.
    #[must_use]
    pub fn opens_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = now.with_timezone(&self.zone()).date_naive();
        // In order, and a stretch of an hour that is skipped is none.
        (0..AHEAD)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .flat_map(|date| self.of_day(date))
            .find(|stretch| !stretch.is_empty() && now < stretch.end)
            .map(|stretch| now.max(stretch.start))
    }
}

/// When a clock on the wall shows this time or, where it skips that in spring, the next that it shows.
pub(crate) fn first_instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    (0..=180)
        .find_map(|minutes| (local + TimeDelta::minutes(minutes)).and_local_timezone(zone).earliest())
        .map(|at| at.with_timezone(&Utc))
}

/// The last midnight of a time zone; an unknown one counts as UTC.
pub(crate) fn midnight(now: DateTime<Utc>, zone: &str) -> DateTime<Utc> {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let day = now.with_timezone(&zone).date_naive().and_time(NaiveTime::MIN);
    first_instant(zone, day).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn office() -> Hours {
        let weekly =
            Weekday::ALL[..5].iter().map(|&day| OpenInterval { day, from: 9 * 60, to: 17 * 60 }).collect();
        let christmas = Holiday { date: "2026-12-25".parse().unwrap(), name: "Christmas".into() };
        let hours = Hours { weekly, holidays: vec![christmas], ..Hours::default() };
        Hours { time_zone: "Europe/Berlin".into(), ..hours }.checked().unwrap()
    }

    #[test]
    fn open_from_nine_to_five_where_the_office_is() {
        let office = office();
        for (instant, open) in [
            ("2026-11-20T07:59:59Z", false),
            ("2026-11-20T08:00:00Z", true),
            ("2026-11-20T15:59:59Z", true),
            ("2026-11-20T16:00:00Z", false),
            // Summer time: an hour earlier by UTC.
            ("2026-07-01T07:00:00Z", true),
            ("2026-07-01T15:00:00Z", false),
            // Saturday, and a Friday that is a holiday.
            ("2026-11-21T10:00:00Z", false),
            ("2026-12-25T10:00:00Z", false),
        ] {
            assert_eq!(office.open_at(at(instant)), open, "{instant}");
        }
    }

    #[test]
    fn says_when_it_opens_next() {
        let office = office();
        assert_eq!(office.opens_at(at("2026-11-20T16:30:00Z")), Some(at("2026-11-23T08:00:00Z")));
        assert_eq!(office.opens_at(at("2026-12-24T18:00:00Z")), Some(at("2026-12-28T08:00:00Z")));
        assert_eq!(office.opens_at(at("2026-11-20T10:00:00Z")), Some(at("2026-11-20T10:00:00Z")));
    }

    #[test]
    fn without_a_week_only_holidays_are_closed() {
        let always = Hours {
            holidays: vec![Holiday { date: "2026-11-21".parse().unwrap(), name: "Move".into() }],
            ..Hours::default()
        };
        assert!(always.open_at(at("2026-11-20T03:00:00Z")));
        assert!(!always.open_at(at("2026-11-21T03:00:00Z")));
        assert_eq!(always.opens_at(at("2026-11-21T03:00:00Z")), Some(at("2026-11-22T00:00:00Z")));
    }

    #[test]
    fn a_week_without_a_stretch_is_closed_where_that_is_meant() {
        let closed = Hours { closed: true, ..Hours::default() }.checked().unwrap();
        assert!(!closed.open_at(at("2026-11-20T03:00:00Z")));
        assert_eq!(closed.opens_at(at("2026-11-20T03:00:00Z")), None);
        // Of a week that has one it says nothing, and as it was stored before, it always opened.
        let week = Hours { closed: true, ..office() };
        assert_eq!(week.checked().unwrap(), office());
        let stored = r#"{"time_zone":"UTC","weekly":[],"holidays":[]}"#;
        assert!(serde_json::from_str::<Hours>(stored).unwrap().always_open());
    }

    /// Open on Sundays in Berlin, where the clock skips the hour from two on 29 March and shows it twice on 25 October.
    fn sundays(from: &str, to: &str) -> Hours {
        let minutes = |text: &str| {
            let (hours, minutes) = text.split_once(':').unwrap();
            hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap()
        };
        let weekly = vec![OpenInterval { day: Weekday::Sunday, from: minutes(from), to: minutes(to) }];
        Hours { time_zone: "Europe/Berlin".into(), weekly, ..Hours::default() }
    }

    #[test]
    fn an_hour_that_the_clock_skips_opens_after_it() {
        let early = sundays("02:30", "10:00");
        assert_eq!(early.opens_at(at("2026-03-28T22:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
        assert!(early.open_at(at("2026-03-29T01:00:00Z")));
    }

    #[test]
    fn a_stretch_that_the_clock_skips_opens_a_week_later() {
        let within = sundays("02:15", "02:45");
        assert_eq!(within.opens_at(at("2026-03-28T22:00:00Z")), Some(at("2026-04-05T00:15:00Z")));
        assert!(!within.open_at(at("2026-03-29T01:00:00Z")));
        // One that ends in it ends when the clock skips it.
        let ends = sundays("01:00", "02:30");
        assert!(ends.open_at(at("2026-03-29T00:59:59Z")) && !ends.open_at(at("2026-03-29T01:00:00Z")));
    }

    #[test]
    fn an_hour_that_the_clock_shows_twice_opens_once() {
        for (from, to, opens, closes) in [
            ("02:15", "02:45", "2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z"),
            // Two hours long by the instants that it names, without a gap.
            ("02:30", "03:30", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"),
            ("01:00", "02:30", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
        ] {
            let (hours, opens, closes) = (sundays(from, to), at(opens), at(closes));
            assert_eq!(hours.opens_at(at("2026-10-24T20:00:00Z")), Some(opens), "{from}");
            let mut instant = opens - TimeDelta::hours(1);
            while instant < closes + TimeDelta::hours(2) {
                let open = (opens..closes).contains(&instant);
                assert_eq!(hours.open_at(instant), open, "{from} at {instant}");
                assert_eq!(hours.opens_at(instant) == Some(instant), open, "{from} at {instant}");
                instant += TimeDelta::minutes(5);
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let wrong = |from, to| Hours {
            weekly: vec![OpenInterval { day: Weekday::Monday, from, to }],
            ..Hours::default()
        };
        assert!(wrong(600, 600).checked().is_err());
        assert!(wrong(600, 1441).checked().is_err());
        assert!(Hours { time_zone: "Mars/Olympus".into(), ..Hours::default() }.checked().is_err());
        assert!(wrong(0, 1440).checked().is_ok());
    }
}
