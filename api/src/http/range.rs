//! The `Range` header (RFC 9110, section 14): one range of bytes. Several at once are answered with the whole.

use std::ops::Range;

/// What a request wants of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Whole,
    Part(Range<u64>),
    /// Beyond the end.
    Unsatisfiable,
}

/// Reads the header for a file of so many bytes. What isn't understood is ignored, as the RFC asks.
pub fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(range) = header.and_then(|header| header.strip_prefix("bytes=")) else { return Wanted::Whole };
    let Some((first, last)) = range.split_once('-') else { return Wanted::Whole };
    let (first, last) = (first.trim(), last.trim());
    let part = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        // The last so many bytes.
        (Err(_), Ok(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return Wanted::Whole,
    };
    if part.is_empty() { Wanted::Unsatisfiable } else { Wanted::Part(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_served() {
        assert_eq!(wanted(Some("bytes=0-0"), 10), Wanted::Part(0..1));
        assert_eq!(wanted(Some("bytes=2-"), 10), Wanted::Part(2..10));
        assert_eq!(wanted(Some("bytes=-3"), 10), Wanted::Part(7..10));
        assert_eq!(wanted(Some("bytes=-30"), 10), Wanted::Part(0..10));
        assert_eq!(wanted(Some("bytes=5-99999999999999999"), 10), Wanted::Part(5..10));
    }

    #[test]
    fn beyond_the_end_is_refused() {
        assert_eq!(wanted(Some("bytes=10-"), 10), Wanted::Unsatisfiable);
        assert_eq!(wanted(Some("bytes=-0"), 10), Wanted::Unsatisfiable);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Unsatisfiable);
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        for header in [
            None,
            Some("items=0-1"),
            Some("bytes=0-1,5-6"),
            Some("bytes=5-2"),
            Some("bytes=x-y"),
            Some("bytes="),
        ] {
            assert_eq!(wanted(header, 10), Wanted::Whole, "{header:?}");
        }
    }
}
