//! Lists: Relay connections over keyset pages. The one paginator.
//!
//! A cursor names a row by its sort value and id, so it stays good while rows come and go. `totalCount` runs a query of
//! its own, and only when it is asked for.

use std::{borrow::Cow, future::Future};

use async_graphql::{Object, OutputType, TypeName, connection::PageInfo};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::page::{Key, Page, Slice};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
    fault::{Answer, Fault},
    limits::MAX_PAGE,
};

/// A type that lists are made of; says what the list's own types are called.
pub trait Listed: OutputType {
    const CONNECTION: &'static str;
    const EDGE: &'static str;
}

/// Names the list types of `Call`, say, `CallConnection` and `CallEdge`.
macro_rules! listed {
    ($($type:ident),* $(,)?) => {$(
        impl $crate::graphql::connection::Listed for $type {
            const CONNECTION: &'static str = concat!(stringify!($type), "Connection");
            const EDGE: &'static str = concat!(stringify!($type), "Edge");
        }
    )*};
}
pub(crate) use listed;

/// The arguments of a list, as they came.
#[derive(Debug, Clone, Default)]
pub struct Window {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl Window {
    /// The arguments of a list that is only read forwards.
    pub fn forwards(first: impl Into<Option<i32>>, after: Option<String>) -> Self {
        Self { first: first.into(), after, ..Self::default() }
    }

    /// How many rows are wanted, and whether from the end.
    pub fn size(&self) -> Answer<(i64, bool)> {
        let (size, name, from_end) = match (self.first, self.last) {
            (Some(first), None) => (first, "first", false),
            (None, Some(last)) => (last, "last", true),
            (Some(_), Some(_)) => return Err(Fault::bad_input("Give first or last, not both.")),
            (None, None) => {
                return Err(Fault::bad_input("A list needs a size: give first or last, 1 to 100."));
            }
        };
        let size = i64::from(size);
        if !(1..=MAX_PAGE.cast_signed()).contains(&size) {
            return Err(Fault::bad_input(format!("{name} is {size}; it must be 1 to {MAX_PAGE}.")));
        }
        Ok((size, from_end))
    }

    /// Checks the arguments and reads the cursors.
    pub fn slice(&self) -> Answer<Slice> {
        let (limit, from_end) = self.size()?;
        let key = |cursor: &Option<String>| cursor.as_deref().map(decode).transpose();
        Ok(Slice { limit, from_end, after: key(&self.after)?, before: key(&self.before)? })
    }
}

/// `base64url(16 bytes of id, sort value)`: opaque, and of no use for guessing.
fn encode(key: &Key) -> String {
    URL_SAFE_NO_PAD.encode([key.id.as_bytes().as_slice(), key.sort.as_bytes()].concat())
}

fn decode(cursor: &str) -> Answer<Key> {
    let key = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (id, sort) = bytes.split_at_checked(16)?;
        Some(Key { id: Uuid::from_slice(id).ok()?, sort: std::str::from_utf8(sort).ok()?.to_owned() })
    };
    key().ok_or_else(|| Fault::bad_input("A cursor is not one that this server handed out."))
}

type Count = Box<dyn Fn() -> BoxFuture<'static, Answer<i64>> + Send + Sync>;

/// A page of a list.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_next_page: bool,
    has_previous_page: bool,
    count: Count,
}

/// A row of a list, with its place in it.
pub struct Edge<T> {
    cursor: String,
    node: T,
}

impl<T> Connection<T> {
    /// From a page of rows. Which end has more is known on the side that was read towards; on the other side there is
    /// more exactly if the client came from there.
    pub fn new<R, F>(
        window: &Window,
        page: Page<R>,
        node: impl Fn(R) -> T,
        count: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = domain::Result<i64>> + Send + 'static,
    {
        let came_from = if window.last.is_some() { window.before.is_some() } else { window.after.is_some() };
        let (has_next_page, has_previous_page) =
            if window.last.is_some() { (came_from, page.more) } else { (page.more, came_from) };
        let edges =
            page.rows.into_iter().map(|(key, row)| Edge { cursor: encode(&key), node: node(row) }).collect();
        Self::of_edges(edges, has_next_page, has_previous_page, count)
    }

    /// From rows that bring cursors of their own.
    pub fn with_cursors<F>(
        rows: Vec<(String, T)>,
        has_next_page: bool,
        has_previous_page: bool,
        count: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = domain::Result<i64>> + Send + 'static,
    {
        let edges = rows.into_iter().map(|(cursor, node)| Edge { cursor, node }).collect();
        Self::of_edges(edges, has_next_page, has_previous_page, count)
    }

    fn of_edges<F>(
        edges: Vec<Edge<T>>,
        has_next_page: bool,
        has_previous_page: bool,
        count: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = domain::Result<i64>> + Send + 'static,
    {
        let count: Count = Box::new(move || {
            let count = count();
            Box::pin(async move { Ok(count.await?) })
        });
        Self { edges, has_next_page, has_previous_page, count }
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: Listed> Connection<T> {
    /// The rows of this page, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The rows of this page.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous_page,
            has_next_page: self.has_next_page,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// Rows in the whole list. Counted when asked for, so ask only where it is shown.
    async fn total_count(&self) -> Answer<i64> {
        (self.count)().await
    }
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        T::CONNECTION.into()
    }
}

/// A row of a list, with its place in it.
#[Object(name_type)]
impl<T: Listed> Edge<T> {
    /// The row's place: good as `after` or `before`.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The row.
    async fn node(&self) -> &T {
        &self.node
    }
}

impl<T: Listed> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        T::EDGE.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(first: Option<i32>, last: Option<i32>) -> Window {
        Window { first, last, ..Window::default() }
    }

    #[test]
    fn a_list_has_a_size_from_1_to_100_and_one_direction() {
        assert_eq!(window(Some(100), None).size().unwrap(), (100, false));
        assert_eq!(window(None, Some(1)).size().unwrap(), (1, true));
        for bad in [
            window(None, None),
            window(Some(1), Some(1)),
            window(Some(0), None),
            window(Some(-1), None),
            window(None, Some(101)),
        ] {
            assert!(matches!(bad.size(), Err(Fault::BadInput(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_cursor_survives_the_client_and_garbage_does_not() {
        let key = Key { id: Uuid::from_u128(7), sort: "zoë µ".into() };
        assert_eq!(decode(&encode(&key)).unwrap(), key);
        for garbage in ["", "x", "!!!!", "AAAA", &URL_SAFE_NO_PAD.encode([&[0; 16][..], &[0xff]].concat())] {
            assert!(decode(garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn the_side_that_the_client_came_from_has_more() {
        let connection = |window: Window, more| {
            let rows = vec![(Key::of(Uuid::from_u128(1)), 1)];
            let connection = Connection::new(&window, Page { rows, more }, |row| row, || async { Ok(1) });
            (connection.has_previous_page, connection.has_next_page)
        };
        let after = Some(String::new());
        assert_eq!(connection(Window::forwards(1, None), true), (false, true));
        assert_eq!(connection(Window::forwards(1, after.clone()), false), (true, false));
        assert_eq!(
            connection(Window { last: Some(1), before: after, ..Window::default() }, true),
            (true, true)
        );
        assert_eq!(connection(window(None, Some(1)), false), (false, false));
    }
}
