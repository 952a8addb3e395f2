//! Placing calls, looking at them, ending them.

use std::time::Duration;

use serde_json::{Value, json};

use super::text;
use crate::graphql::Client;
use crate::wait::eventually;

/// A call that an agent placed, and the contact's link to it.
#[derive(Clone, Debug)]
pub struct PlacedCall {
    pub id: String,
    pub join_token: String,
    pub join_url: String,
}

/// Creates a contact.
pub async fn contact(agent: &Client, name: &str) -> String {
    let input =
        json!({ "name": name, "emails": [format!("{}@example.org", name.to_lowercase().replace(' ', "."))] });
    let payload = agent.mutate("contactCreate", input, "contact { id }").await;
    text(&payload["contact"]["id"]).to_owned()
}

/// Calls a contact. `media` is `AUDIO` or `VIDEO`.
pub async fn place_call(agent: &Client, contact: &str, media: &str) -> PlacedCall {
    let input = json!({ "contactId": contact, "media": media });
    let payload = agent.mutate("callPlace", input, "call { id state } joinUrl joinToken").await;
    PlacedCall {
        id: text(&payload["call"]["id"]).to_owned(),
        join_token: text(&payload["joinToken"]).to_owned(),
        join_url: text(&payload["joinUrl"]).to_owned(),
    }
}

const CALL: &str = "query($id: ID!) { node(id: $id) { ... on Call {
    id version state result endReason createdAt answeredAt endedAt
    waitSeconds talkSeconds holdSeconds durationSeconds setupSeconds
    agent { id } contact { id name }
    legs { id role state name joinedAt leftAt consent { given } }
    recordings { id state progress failure durationSeconds sha256 bytes
        renditions { name width height kbps codecs } consents { given } }
} } }";

/// The call as the api sees it now.
pub async fn call(viewer: &Client, id: &str) -> Value {
    let data = viewer.data(CALL, json!({ "id": id })).await;
    assert!(data["node"].is_object(), "the call {id} is visible");
    data["node"].clone()
}

/// Waits until the call is in this state, and returns it.
pub async fn until_state(viewer: &Client, id: &str, state: &str, within: Duration) -> Value {
    eventually(&format!("the call is {state}"), within, || async {
        let call = call(viewer, id).await;
        if call["state"] == "ENDED" && state != "ENDED" {
            panic!("the call ended before it was {state}: {call}");
        }
        (call["state"] == state).then_some(call)
    })
    .await
}

/// Ends the call for all.
pub async fn end(agent: &Client, id: &str) -> Value {
    agent.mutate("callEnd", json!({ "callId": id }), "call { id state result }").await["call"].clone()
}
