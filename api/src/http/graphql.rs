//! `POST /graphql`.

use std::{sync::Arc, time::Duration};

use async_graphql_axum::GraphQLResponse;
use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;

use super::{
    cookie,
    log::{PeerAddress, TraceId},
};
use crate::{
    app::App,
    caller,
    graphql::{
        execution::{self, Origin},
        fault::{self, Fault},
    },
    presence::Pulse,
};

const LONGEST_BODY: usize = 256 * 1024;
/// Of a body that is too long, so much more is read and thrown away: a client that is still sending doesn't read the
/// answer, and a connection that is closed under it takes the answer along.
const DRAINED: usize = 32 * 1024 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_secs(5);

enum Unread {
    TooLong,
    Broken,
}

/// The whole body, if it is of a bearable length.
async fn read(body: Body) -> Result<Vec<u8>, Unread> {
    let mut stream = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|_| Unread::Broken)?;
        if whole.len() + part.len() > LONGEST_BODY {
            let drain = async {
                let mut drained = 0;
                while let Some(Ok(part)) = stream.next().await {
                    drained += part.len();
                    if drained > DRAINED {
                        break;
                    }
                }
            };
            // In time or not: the answer is the same.
            let _ = tokio::time::timeout(DRAINED_WITHIN, drain).await;
            return Err(Unread::TooLong);
        }
        whole.extend_from_slice(&part);
    }
    Ok(whole)
}

/// Runs one operation. GraphQL's errors come with status 200, as clients expect of `application/json`.
pub async fn post(
    State(app): State<Arc<App>>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    peer: PeerAddress,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let refused = |status: StatusCode, fault: Fault| {
        let mut response = fault.into_response();
        fault::complete(&mut response, &trace_id);
        (status, Json(response)).into_response()
    };
    let body = match read(body).await {
        Ok(body) => body,
        Err(Unread::TooLong) => {
            return refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                Fault::CostExceeded("A request may have 256 KiB.".into()),
            );
        }
        Err(Unread::Broken) => {
            return refused(StatusCode::BAD_REQUEST, Fault::bad_input("The request did not come whole."));
        }
    };
    // Forms of other sites can't send this type, so a cookie alone never makes them do anything.
    let is_json =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
    if !is_json {
        return refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Fault::bad_input("The content type is application/json."),
        );
    }
    let request: async_graphql::Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            return refused(
                StatusCode::BAD_REQUEST,
                Fault::bad_input(format!("The body is not a GraphQL request: {error}.")),
            );
        }
    };
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap_or("not text"));
    let caller = match caller::identify(&app, authorization).await {
        Ok(caller) => caller,
        Err(fault) => return refused(StatusCode::OK, fault),
    };
    let origin = Origin {
        caller,
        address: peer.origin(&app, &headers),
        refresh_cookie: cookie::refresh_token(&headers),
        pulse: Pulse::default(),
    };
    let response = match execution::prepare(&app, request, &origin, trace_id.clone()) {
        Ok(prepared) if prepared.kind == async_graphql::parser::types::OperationType::Subscription => {
            return refused(
                StatusCode::OK,
                Fault::bad_input("Subscriptions run over the WebSocket at /graphql."),
            );
        }
        Ok(prepared) => execution::execute(&app.schema, prepared).await,
        Err(response) => *response,
    };
    let mut answer = GraphQLResponse::from(response).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // With its newer type errors would have other statuses than 200, which few clients expect.
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
