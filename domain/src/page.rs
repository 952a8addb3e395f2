//! Keyset pages: every list is read between two keys, never by offset, so it is stable while rows come and go.

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::{Result, error::Refusal};

/// A row's place in a list: what it is sorted by, as text, and its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub sort: String,
    pub id: Uuid,
}

impl Key {
    /// Of a list that is sorted by id alone, that is, by age.
    pub fn of(id: Uuid) -> Self {
        Self { sort: String::new(), id }
    }

    /// Of a list that is sorted by an instant, as precise as the database keeps it.
    pub fn at(instant: DateTime<Utc>, id: Uuid) -> Self {
        Self { sort: instant.to_rfc3339_opts(SecondsFormat::Micros, true), id }
    }

    /// The instant of such a key.
    ///
    /// # Errors
    /// INVALID for a key of another list.
    pub fn instant(&self) -> Result<DateTime<Utc>> {
        let read = self.sort.parse();
        Ok(read.map_err(|_| Refusal::invalid("after", "This cursor belongs to another list."))?)
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Slice {
    /// Rows at most.
    pub limit: i64,
    /// The last rows rather than the first.
    pub from_end: bool,
    pub after: Option<Key>,
    pub before: Option<Key>,
}

/// Rows in list order, each with its place.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub rows: Vec<(Key, T)>,
    /// There is more beyond the end that was read towards.
    pub more: bool,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), more: false }
    }
}

impl Slice {
    pub fn first(limit: i64) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Makes the page of `limit + 1` rows that were read in this slice's direction.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> Key) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.from_end {
            rows.reverse();
        }
        Page { rows: rows.into_iter().map(|row| (key(&row), row)).collect(), more }
    }
}

/// Reads one page of a boxed query that is sorted by a UUID v7 column, that is, by age.
macro_rules! page_by_id {
    ($connection:expr, $query:expr, $id:expr, $row:ty, $slice:expr, newest_first: $newest_first:expr) => {{
        let (mut query, slice, newest_first) = ($query, $slice, $newest_first);
        if let Some(key) = &slice.after {
            query = if newest_first { query.filter($id.lt(key.id)) } else { query.filter($id.gt(key.id)) };
        }
        if let Some(key) = &slice.before {
            query = if newest_first { query.filter($id.gt(key.id)) } else { query.filter($id.lt(key.id)) };
        }
        query = if newest_first != slice.from_end { query.order($id.desc()) } else { query.order($id.asc()) };
        let rows: Vec<$row> =
            query.limit(slice.limit + 1).select(<$row>::as_select()).load($connection).await?;
        slice.page(rows, |row| $crate::page::Key::of(row.id.0))
    }};
}
pub(crate) use page_by_id;
