//! Contacts. Owns `contact`.

mod contacts;

pub(crate) use contacts::find_contact;
pub use contacts::{Attribute, Contact, ContactChange, ContactFilter, ContactOrder};
