//! Ids at the boundary: opaque text outside, typed inside. A wrong prefix is the client's mistake.

use std::{fmt::Display, str::FromStr};

use async_graphql::ID;

use super::fault::{Answer, Fault};

/// Reads an id of one kind.
pub fn parse<T: FromStr<Err: Display>>(id: &ID) -> Answer<T> {
    id.as_str().parse().map_err(|error: T::Err| Fault::bad_input(format!("\"{}\" is {error}.", shown(id))))
}

/// Reads an id that may be left out.
pub fn parse_optional<T: FromStr<Err: Display>>(id: Option<&ID>) -> Answer<Option<T>> {
    id.map(parse).transpose()
}

/// Writes an id.
pub fn global(id: impl Display) -> ID {
    ID(id.to_string())
}

fn shown(id: &ID) -> String {
    id.as_str().chars().take(50).collect()
}

#[cfg(test)]
mod tests {
    use domain::ids::{CallId, ContactId};

    use super::*;

    #[test]
    fn another_kind_of_id_is_bad_input() {
        let contact = global(ContactId::new());
        assert!(parse::<ContactId>(&contact).is_ok());
        let Fault::BadInput(message) = parse::<CallId>(&contact).unwrap_err() else {
            panic!("not bad input")
        };
        assert!(
            message.ends_with("is not a call id: it reads call_ and 32 hexadecimal digits."),
            "{message}"
        );
    }
}
