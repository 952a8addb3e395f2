//! What the parties of a call write to each other beside it, and the files that they send.
//!
//! Owns `message` and `message_file`. A message is written under the lock of its call, together with its event: the order of
//! the chat is that of the call's versions.

mod file_type;
mod files;
mod messages;

pub use file_type::FileType;
pub(crate) use files::upload_place;
pub use files::{MOST_BYTES, MessageFile, NewFile};
pub use messages::{Message, NewMessage};

/// Characters of a message.
pub const LONGEST_MESSAGE: usize = 4000;
