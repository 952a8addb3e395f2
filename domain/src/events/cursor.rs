//! A place in the log.
//!
//! A sequence number alone would skip events: a transaction that drew its number earlier can commit later. A cursor is
//! the pair of transaction id and sequence, and readers stop below the oldest transaction that still runs
//! (`pg_snapshot_xmin`), so that nothing can appear behind a cursor that was handed out.

use std::{fmt, str::FromStr};

/// Opaque to clients. Ordered as the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub(super) xid: i64,
    pub(super) seq: i64,
}

/// The text is not a cursor of the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor that this server handed out")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{:x}-{:x}", self.xid, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (xid, seq) = text.strip_prefix('e').and_then(|rest| rest.split_once('-')).ok_or(CursorError)?;
        let number =
            |digits: &str| i64::from_str_radix(digits, 16).ok().filter(|n| *n >= 0).ok_or(CursorError);
        Ok(Self { xid: number(xid)?, seq: number(seq)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_keeps_its_order() {
        let (first, second) = (Cursor { xid: 9, seq: 300 }, Cursor { xid: 10, seq: 2 });
        assert!(first < second, "an earlier transaction comes first, whatever its sequence");
        for cursor in [first, second] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn garbage_is_refused() {
        for text in ["", "e", "e1", "1-2", "e-1-2", "e1--2", "ezz-1", "effffffffffffffffff-1"] {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
    }
}
