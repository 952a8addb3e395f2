//! How deep a document nests, found out before the parser, which calls itself for each bracket.

use super::limits::Refusal;

/// Open brackets at one time. The parser calls itself for each, so this stands before it.
const MAX_NESTING: usize = 60;

/// Counts open brackets outside strings and comments: a document that nests deeper would exhaust the parser's stack.
pub fn check_nesting(source: &str) -> Result<(), Refusal> {
    let bytes = source.as_bytes();
    let (mut at, mut open) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' | b'(' => {
                open += 1;
                if open > MAX_NESTING {
                    return Err(Refusal::TooMuch(format!(
                        "The document nests deeper than {MAX_NESTING} brackets."
                    )));
                }
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The last byte of the string that starts at `start`; an unclosed string ends with the document.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let mut at = start + if block { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if !block || bytes[at..].starts_with(b"\\\"\"\"") => at += if block { 3 } else { 1 },
            b'"' if !block => return at,
            b'"' if bytes[at..].starts_with(b"\"\"\"") => return at + 2,
            b'\n' if !block => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_before_parsing() {
        assert!(matches!(check_nesting(&"{a".repeat(200_000)), Err(Refusal::TooMuch(_))));
        assert!(matches!(check_nesting(&"[".repeat(200_000)), Err(Refusal::TooMuch(_))));
        let quoted = format!("{{ a(b: \"{0}\\\"{0}\", c: \"\"\"{0}\"\"\") }} # {0}", "{".repeat(100));
        assert_eq!(check_nesting(&quoted), Ok(()));
        assert_eq!(check_nesting("\"unclosed"), Ok(()));
    }
}
