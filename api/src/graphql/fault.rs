//! Faults: what goes wrong outside the rules of the business, and how a client reads it.
//!
//! A rule that says no is a `userError` of the payload. A fault is a top-level error with `extensions.code`; its source
//! is logged here, once, and never sent. `Fault` has no `Display` on purpose: async-graphql would then send that text.

use std::{fmt, time::Duration};

use async_graphql::{ErrorExtensionValues, Response, ServerError};

use super::limits::Refusal;

/// What a resolver answers.
pub type Answer<T> = Result<T, Fault>;

#[derive(Debug, Clone)]
pub enum Fault {
    /// Nobody, or nobody any more: sign in.
    Unauthenticated,
    /// Somebody whose role may never do this.
    Forbidden,
    /// The client's mistake, in words for its developer.
    BadInput(String),
    RateLimited(Duration),
    CostExceeded(String),
    /// A part of the platform is away; try again after this.
    Unavailable(Duration),
    /// The cursor is older than the log: read the state anew.
    CursorExpired,
    /// Ours. The source went to the log.
    Internal,
}

impl Fault {
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadInput(message.into())
    }

    /// Logs what happened and hides it from the client.
    pub fn internal(source: impl fmt::Display) -> Self {
        tracing::error!(error = %source, "a request failed");
        Self::Internal
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadInput(_) => "BAD_USER_INPUT",
            Self::RateLimited(_) => "RATE_LIMITED",
            Self::CostExceeded(_) => "COST_EXCEEDED",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::Internal => "INTERNAL",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Unauthenticated => "Sign in first: the request carries no valid token.".into(),
            Self::Forbidden => "Your role may not do this.".into(),
            Self::BadInput(message) | Self::CostExceeded(message) => message.clone(),
            Self::RateLimited(_) => "Too many attempts: wait a little, then try again.".into(),
            Self::Unavailable(_) => "A part of the service is away for the moment: try again.".into(),
            Self::CursorExpired => {
                "The cursor is older than the log: read the state anew, then subscribe again.".into()
            }
            Self::Internal => "Something went wrong on our side. The trace id finds it in the log.".into(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited(after) | Self::Unavailable(after) => Some(*after),
            _ => None,
        }
    }

    /// A response that consists of this fault alone.
    pub fn into_response(self) -> Response {
        Response::from_errors(vec![self.into()])
    }
}

impl From<Fault> for async_graphql::Error {
    fn from(fault: Fault) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", fault.code());
        if let Some(after) = fault.retry_after() {
            extensions.set("retryAfterMs", u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
        }
        Self { message: fault.message(), source: None, extensions: Some(extensions) }
    }
}

impl From<Fault> for ServerError {
    fn from(fault: Fault) -> Self {
        let error = async_graphql::Error::from(fault);
        let mut server_error = ServerError::new(error.message, None);
        server_error.extensions = error.extensions;
        server_error
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooMuch(message) => Self::CostExceeded(message),
            Refusal::Malformed(message) => Self::BadInput(message),
        }
    }
}

/// Completes the errors of a response: what async-graphql found itself (syntax, validation, coercion) is the client's
/// mistake, and what is ours carries the trace id.
pub fn complete(response: &mut Response, trace_id: &str) {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        if extensions.get("code").is_none() {
            extensions.set("code", "BAD_USER_INPUT");
        }
        if extensions.get("code") == Some(&"INTERNAL".into()) {
            extensions.set("traceId", trace_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(response: Response) -> serde_json::Value {
        let mut response = response;
        complete(&mut response, "trace-1");
        serde_json::json!(response)
    }

    #[test]
    fn a_fault_says_its_code_and_when_to_come_again() {
        let answer = completed(Fault::RateLimited(Duration::from_millis(1500)).into_response());
        assert_eq!(
            answer["errors"][0]["extensions"],
            serde_json::json!({"code": "RATE_LIMITED", "retryAfterMs": 1500})
        );
    }

    #[test]
    fn an_internal_fault_shows_the_trace_and_nothing_of_its_source() {
        let answer = completed(Fault::internal("relation \"secret\" does not exist").into_response());
        assert_eq!(
            answer["errors"][0]["extensions"],
            serde_json::json!({"code": "INTERNAL", "traceId": "trace-1"})
        );
        assert!(!answer.to_string().contains("relation"));
    }

    #[test]
    fn what_the_library_refuses_is_the_clients_mistake() {
        let answer = completed(Response::from_errors(vec![ServerError::new("Unknown field \"nme\".", None)]));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(answer["errors"][0]["message"], "Unknown field \"nme\".");
    }
}
