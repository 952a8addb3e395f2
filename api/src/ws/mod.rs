//! WebSockets: graphql-transport-ws in a form of our own, because async-graphql's lacks an initialisation time-out, the
//! refusal of duplicate ids and a cap on operations. `protocol` decides, `socket` does.

mod protocol;
mod socket;

use std::sync::Arc;

use axum::{
    extract::{State, WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use crate::{app::App, http::PeerAddress};

/// The one subprotocol.
const SUBPROTOCOL: &str = "graphql-transport-ws";
/// Nothing that a client sends is larger than an HTTP request may be.
const MAX_MESSAGE: usize = crate::graphql::limits::MAX_BODY;

/// `GET /graphql` with an upgrade.
pub async fn upgrade(
    State(app): State<Arc<App>>,
    peer: PeerAddress,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    if upgrade.selected_protocol().is_none() {
        return (StatusCode::BAD_REQUEST, format!("The WebSocket subprotocol is {SUBPROTOCOL}.\n"))
            .into_response();
    }
    let origin = peer.origin(&app, &headers);
    upgrade.on_upgrade(move |socket| socket::run(app, socket, origin))
}
