//! What people do, in their words: sign in, place a call, join by a link, hang up, watch the
//! recording. The plumbing underneath is GraphQL alone.

mod audio;
mod call;
mod party;
mod queue;
mod recording;
mod talk;

use serde_json::{Value, json};

pub use self::audio::{AUDIO_FILE, audio_file, frames, path, ready_audio, tone, until_audio, upload};
pub use self::call::{PlacedCall, call, contact, end, place_call, until_state};
pub use self::party::{JOIN, Party};
pub use self::queue::{Tab, change_queue, closed_hours, join_queue, request_call, wait_in_queue};
pub use self::recording::{download, play, ready_recording, until_recording};
pub use self::talk::{Talk, listen};
use crate::graphql::Client;
use crate::platform::Platform;

pub const ADMIN: &str = "admin@example.com";
pub const SUPERVISOR: &str = "supervisor@example.com";
pub const AGENT: &str = "agent1@example.com";
pub const OTHER_AGENT: &str = "agent2@example.com";
pub const PASSWORD: &str = "cordboard-demo";

pub const SESSION: &str = "session { accessToken refreshToken expiresAt user { id name email role } }";

/// Signs in at the api with this index.
pub async fn sign_in(platform: &Platform, api: usize, email: &str) -> Client {
    let anonymous = platform.anonymous(api);
    let session = new_session(&anonymous, email).await;
    anonymous.with_token(text(&session["accessToken"]))
}

/// Signs in and returns the whole session.
pub async fn new_session(anonymous: &Client, email: &str) -> Value {
    let input = json!({ "email": email, "password": PASSWORD });
    let payload = anonymous.mutate("sessionCreate", input, SESSION).await;
    payload["session"].clone()
}

/// A string in an answer.
///
/// # Panics
/// When it isn't one.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a string was expected, not {value}"))
}

/// The nodes of a connection.
pub fn nodes(connection: &Value) -> Vec<Value> {
    connection["edges"]
        .as_array()
        .unwrap_or_else(|| panic!("a connection was expected, not {connection}"))
        .iter()
        .map(|edge| edge["node"].clone())
        .collect()
}
