//! Business hours.

use async_graphql::{InputObject, SimpleObject};
use domain::routing;

use super::Weekday;
use crate::graphql::{
    fault::{Answer, Fault},
    scalars::{Date, TimeZone},
};

/// When a queue is open.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "BusinessHoursInput")]
pub struct BusinessHours {
    /// Where the clock hangs.
    time_zone: TimeZone,
    /// A week, from Monday.
    weekly: Vec<OpenInterval>,
    /// Where the week has no interval: whether it is always open, but for holidays, or else closed.
    #[graphql(default = true)]
    always_open: bool,
    /// Days on which it stays closed.
    holidays: Vec<Holiday>,
}

/// A stretch of a day of the week.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "OpenIntervalInput")]
pub struct OpenInterval {
    /// The day.
    day: Weekday,
    /// Local time, such as `09:00`.
    from: String,
    /// Local time, such as `17:30`; `24:00` is the end of the day.
    to: String,
}

/// A day on which a queue stays closed.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "HolidayInput")]
pub struct Holiday {
    /// The day, in the zone of the hours.
    date: Date,
    /// What it is called.
    name: String,
}

fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes(text: &str) -> Answer<u32> {
    let read = || {
        let (hours, minutes) = text.split_once(':').filter(|_| text.len() == 5)?;
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
    };
    read().ok_or_else(|| Fault::bad_input("A time of the day reads 09:00; 24:00 is the end of the day."))
}

impl From<&routing::Hours> for BusinessHours {
    fn from(hours: &routing::Hours) -> Self {
        let weekly = hours.weekly.iter().map(|it| OpenInterval {
            day: it.day.into(),
            from: clock(it.from),
            to: clock(it.to),
        });
        let holidays = hours.holidays.iter().map(|it| Holiday { date: Date(it.date), name: it.name.clone() });
        Self {
            time_zone: TimeZone(hours.time_zone.clone()),
            weekly: weekly.collect(),
            always_open: hours.always_open(),
            holidays: holidays.collect(),
        }
    }
}

impl BusinessHours {
    pub fn read(self) -> Answer<routing::Hours> {
        let weekly = self.weekly.into_iter().map(|it| {
            Ok(routing::OpenInterval { day: it.day.into(), from: minutes(&it.from)?, to: minutes(&it.to)? })
        });
        let holidays =
            self.holidays.into_iter().map(|it| routing::Holiday { date: it.date.0, name: it.name });
        Ok(routing::Hours {
            time_zone: self.time_zone.0,
            weekly: weekly.collect::<Answer<_>>()?,
            holidays: holidays.collect(),
            closed: !self.always_open,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_survives_its_text() {
        for (text, expected) in [("00:00", 0), ("09:05", 545), ("24:00", 1440)] {
            assert_eq!(minutes(text).unwrap(), expected);
            assert_eq!(clock(expected), text);
        }
        for text in ["", "9:00", "09:60", "24:01", "09-00", "+9:00x", "99:99"] {
            assert!(minutes(text).is_err(), "{text}");
        }
    }
}
