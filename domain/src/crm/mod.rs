//! Contacts, where they work, what was written down about them, and what happened with them. Owns `contact`, `company`
//! and `note`.

mod companies;
mod contacts;
mod history;
mod merge;
mod notes;
mod related;
mod timeline;

pub use companies::{Company, CompanyChange, CompanyFilter};
pub use contacts::{Attribute, Contact, ContactChange, ContactFilter, ContactOrder};
pub(crate) use contacts::{add_contact, find_contact};
pub use history::PastCall;
pub(crate) use notes::add_note;
pub use notes::{NewNote, Note};
pub use timeline::{Activity, ActivityKind};

/// The pattern of ILIKE for "contains this text".
pub(crate) fn like(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}
