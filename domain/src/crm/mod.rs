//! Contacts. Owns `contact`.

mod contacts;

pub use contacts::{Attribute, Contact, ContactChange, ContactFilter, ContactOrder};
pub(crate) use contacts::find_contact;
