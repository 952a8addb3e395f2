//! The scalars of the contract. Each refuses what it is not, with words for the developer.

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::SecondsFormat;

fn text<T: InputType>(value: Value) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(InputValueError::expected_type(other)),
    }
}

/// An instant: RFC 3339 in UTC with milliseconds, such as `2026-11-20T10:15:30.123Z`. Any offset is accepted as input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub chrono::DateTime<chrono::Utc>);

/// An instant: RFC 3339 in UTC with milliseconds, such as `2026-11-20T10:15:30.123Z`. Any offset is accepted as input.
#[Scalar(name = "DateTime", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        chrono::DateTime::parse_from_rfc3339(&text)
            .map(|at| Self(at.to_utc()))
            .map_err(|_| InputValueError::custom("an instant reads 2026-11-20T10:15:30.123Z"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<chrono::DateTime<chrono::Utc>> for DateTime {
    fn from(at: chrono::DateTime<chrono::Utc>) -> Self {
        Self(at)
    }
}

/// A day of the calendar, such as `2026-12-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub chrono::NaiveDate);

/// A day of the calendar, such as `2026-12-24`.
#[Scalar(name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        text.parse().map(Self).map_err(|_| InputValueError::custom("a day reads 2026-12-24"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The name of a time zone in the IANA database, such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(pub String);

/// The name of a time zone in the IANA database, such as `Europe/Berlin`.
#[Scalar(name = "TimeZone", specified_by_url = "https://www.iana.org/time-zones")]
impl ScalarType for TimeZone {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        match text.parse::<chrono_tz::Tz>() {
            Ok(zone) => Ok(Self(zone.name().to_owned())),
            Err(_) => Err(InputValueError::custom("a time zone reads Europe/Berlin")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An e-mail address. What is stored is checked by the mutation that stores it, so that a person's slip is a userError
/// beside its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(pub String);

/// An e-mail address. What is stored is checked by the mutation that stores it, so that a person's slip is a userError
/// beside its field.
#[Scalar(name = "EmailAddress", specified_by_url = "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2")]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A telephone number in E.164: `+`, country code and number, such as `+493012345678`. As input it may carry spaces, dots,
/// hyphens and brackets; what is stored is checked by the mutation that stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber(pub String);

/// A telephone number in E.164: `+`, country code and number, such as `+493012345678`. As input it may carry spaces, dots,
/// hyphens and brackets; what is stored is checked by the mutation that stores it.
#[Scalar(name = "PhoneNumber", specified_by_url = "https://www.itu.int/rec/T-REC-E.164")]
impl ScalarType for PhoneNumber {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An absolute address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url(pub url::Url);

/// An absolute address.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        text.parse()
            .map(Self)
            .map_err(|_| InputValueError::custom("an address reads https://example.com/page"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed<T: ScalarType>(text: &str) -> Option<Value> {
        T::parse(Value::from(text)).ok().map(|scalar| scalar.to_value())
    }

    #[test]
    fn instants_are_printed_in_utc_with_milliseconds() {
        assert_eq!(
            parsed::<DateTime>("2026-11-20T12:00:00+02:00").unwrap(),
            Value::from("2026-11-20T10:00:00.000Z")
        );
        assert_eq!(
            parsed::<DateTime>("2026-11-20T10:00:00.123456Z").unwrap(),
            Value::from("2026-11-20T10:00:00.123Z")
        );
        assert_eq!(parsed::<DateTime>("tomorrow"), None);
        assert!(<DateTime as ScalarType>::parse(Value::from(5)).is_err());
    }

    #[test]
    fn zones_come_from_the_iana_database() {
        assert_eq!(parsed::<TimeZone>("Europe/Berlin").unwrap(), Value::from("Europe/Berlin"));
        assert_eq!(parsed::<TimeZone>("Mars/Olympus"), None);
    }
}
