//! Contacts. Owns `contact`.

mod contacts;
mod merge;

pub(crate) use contacts::find_contact;
pub use contacts::{Attribute, Contact, ContactChange, ContactFilter, ContactOrder};
