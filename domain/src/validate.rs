//! What a value must look like before it is stored.

use crate::{Result, error::Refusal};

/// A name of 1 to 200 characters without control characters; white space around it is dropped.
pub fn name(field: &'static str, text: &str) -> Result<String> {
    text_of(field, text, 200)
}

/// A text of 1 to `longest` characters on one line.
pub fn text_of(field: &'static str, text: &str, longest: usize) -> Result<String> {
    let text = lines_of(field, text, longest)?;
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, "This must be one line of plain text.").into());
    }
    Ok(text)
}

/// A text of 1 to `longest` characters on any number of lines.
pub fn lines_of(field: &'static str, text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid(field, "This must not be empty.").into());
    }
    if text.chars().count() > longest {
        return Err(Refusal::invalid(field, format!("This may have {longest} characters at most.")).into());
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::invalid(field, "This must be plain text.").into());
    }
    Ok(text.to_owned())
}

/// At most so many labels on one thing.
const TAGS: usize = 20;

/// Free labels, each once.
pub fn tags(field: &'static str, given: Vec<String>) -> Result<Vec<String>> {
    if given.len() > TAGS {
        return Err(Refusal::invalid(field, format!("At most {TAGS} of them.")).into());
    }
    let mut kept = Vec::new();
    for tag in given {
        let tag = text_of(field, &tag, 50)?;
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    Ok(kept)
}

/// A DNS name of two labels or more, in lower case.
pub fn domain(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim().to_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if text.len() <= 253 && text.contains('.') && text.split('.').all(label) {
        Ok(text)
    } else {
        Err(Refusal::invalid(field, "This is not a domain, such as example.com.").into())
    }
}

/// An e-mail address, as far as its form can tell (HTML's definition of a valid address, in spirit).
pub fn email(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    let ok = text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !domain.contains("..")
        })
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c));
    if ok {
        Ok(text.to_owned())
    } else {
        Err(Refusal::invalid(field, "This is not an e-mail address.").into())
    }
}

/// A phone number in E.164: + and 7 to 15 digits. Spaces, dots, dashes and brackets are dropped.
pub fn phone(field: &'static str, text: &str) -> Result<String> {
    let number: String = text.chars().filter(|c| !" .-()/\u{a0}".contains(*c)).collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    let ok = (7..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    if ok {
        Ok(number)
    } else {
        Err(Refusal::invalid(
            field,
            "A phone number starts with + and the country code, such as +4930123456.",
        )
        .into())
    }
}

/// An IANA time zone.
pub fn time_zone(field: &'static str, text: &str) -> Result<String> {
    match text.parse::<chrono_tz::Tz>() {
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(_) => {
            Err(Refusal::invalid(field, "This is not a time zone of the IANA list, such as Europe/Berlin.")
                .into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_be_of_any_script_but_not_empty() {
        assert_eq!(name("name", "  שלום 👋 ").unwrap(), "שלום 👋");
        assert!(name("name", " ").is_err());
        assert!(name("name", "a\nb").is_err());
        assert!(name("name", &"x".repeat(201)).is_err());
    }

    #[test]
    fn labels_are_few_and_each_is_there_once() {
        let given = |texts: &[&str]| tags("tags", texts.iter().map(|&text| text.to_owned()).collect());
        assert_eq!(given(&["vip", " vip ", "late payer"]).unwrap(), ["vip", "late payer"]);
        assert!(given(&["vip", ""]).is_err());
        assert!(given(&["x"; 21]).is_err());
    }

    #[test]
    fn addresses_and_numbers() {
        assert!(email("email", "ada@example.com").is_ok());
        for wrong in ["ada", "@example.com", "ada@", "a b@example.com", "ada@@example.com", "ada@.com"] {
            assert!(email("email", wrong).is_err(), "{wrong}");
        }
        assert_eq!(phone("phone", "+49 (30) 123-456").unwrap(), "+4930123456");
        for wrong in ["030123456", "+0301234567", "+12", "+49a30123"] {
            assert!(phone("phone", wrong).is_err(), "{wrong}");
        }
        assert_eq!(domain("domain", " Example.COM ").unwrap(), "example.com");
        for wrong in
            ["", "example", "https://example.com", "a..b", "-a.example", "a b.example", "example.com."]
        {
            assert!(domain("domain", wrong).is_err(), "{wrong}");
        }
        assert!(time_zone("timeZone", "Europe/Berlin").is_ok());
        assert!(time_zone("timeZone", "Mars/Base").is_err());
    }
}
