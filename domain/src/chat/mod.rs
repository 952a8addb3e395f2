//! What the parties of a call write to each other beside it.
//!
//! Owns `message`. A message is written under the lock of its call, together with its event: the order of the chat is that of
//! the call's versions.

mod messages;

pub use messages::Message;

/// Characters of a message.
pub const LONGEST_MESSAGE: usize = 4000;
