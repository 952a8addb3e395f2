//! The graphql-transport-ws protocol without sockets or clocks: what a message means in the state a connection is in.
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use std::collections::HashSet;

use async_graphql::{Request, Response, ServerError};
use serde::{Deserialize, Serialize};

/// Operations that one socket may have running at a time.
pub const MAX_OPERATIONS: usize = 50;
/// Characters of an operation's id: it is the client's, but it is kept and sent back.
const MAX_ID: usize = 200;

/// Why a connection ends, as a close frame says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close {
    pub code: u16,
    pub reason: String,
}

impl Close {
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// The client's token was not accepted. A client may come again with a fresh one.
    pub fn forbidden() -> Self {
        Self::new(4403, "Forbidden")
    }

    /// The session is over: signed out, the guest's call ended, or its link was bound to another browser.
    pub fn revoked() -> Self {
        Self::new(4401, "Unauthorized: the session has ended")
    }

    pub fn initialisation_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub fn silent() -> Self {
        Self::new(4499, "No sign of life")
    }

    pub fn going_away() -> Self {
        Self::new(1001, "Server is going away")
    }

    fn bad_message(why: impl std::fmt::Display) -> Self {
        // A close reason holds 123 bytes at most (RFC 6455, 5.5).
        Self::new(4400, format!("Bad message: {why}").chars().take(100).collect::<String>())
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit { payload: Option<serde_json::Value> },
    Ping { payload: Option<serde_json::Value> },
    Pong {},
    Subscribe { id: String, payload: Box<Request> },
    Complete { id: String },
}

/// A message to the client.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    ConnectionAck,
    Ping,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<serde_json::Value>,
    },
    Next {
        id: String,
        payload: Box<Response>,
    },
    Error {
        id: String,
        payload: Vec<ServerError>,
    },
    Complete {
        id: String,
    },
}

/// What is to be done about a message.
#[derive(Debug)]
pub enum Step {
    /// Judge the caller, then call [`Protocol::acknowledge`].
    Authenticate(serde_json::Value),
    Start {
        id: String,
        request: Box<Request>,
    },
    /// Too many run already: refuse this one.
    Refuse {
        id: String,
    },
    Stop {
        id: String,
    },
    Answer(ServerMessage),
    Nothing,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    New,
    Initialising,
    Acknowledged,
}

/// One connection.
#[derive(Debug, Default)]
pub struct Protocol {
    state: State,
    running: HashSet<String>,
}

impl Protocol {
    /// Takes a text message.
    ///
    /// # Errors
    /// The connection must end.
    pub fn receive(&mut self, text: &str) -> Result<Step, Close> {
        match serde_json::from_str(text).map_err(Close::bad_message)? {
            ClientMessage::ConnectionInit { payload } => {
                if self.state != State::New {
                    return Err(Close::new(4429, "Too many initialisation requests"));
                }
                self.state = State::Initialising;
                Ok(Step::Authenticate(payload.unwrap_or_default()))
            }
            ClientMessage::Ping { payload } => Ok(Step::Answer(ServerMessage::Pong { payload })),
            ClientMessage::Pong {} => Ok(Step::Nothing),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload),
            ClientMessage::Complete { id } => {
                // It may cross with our own: then there is nothing left to stop.
                Ok(if self.running.remove(&id) { Step::Stop { id } } else { Step::Nothing })
            }
        }
    }

    fn subscribe(&mut self, id: String, request: Box<Request>) -> Result<Step, Close> {
        if self.state != State::Acknowledged {
            return Err(Close::new(4401, "Unauthorized"));
        }
        if id.is_empty() || id.len() > MAX_ID {
            return Err(Close::bad_message(format!("an id has 1 to {MAX_ID} characters")));
        }
        if self.running.contains(&id) {
            let id: String = id.chars().take(60).collect();
            return Err(Close::new(
                4409,
                format!("Subscriber for {id} already exists").chars().take(100).collect::<String>(),
            ));
        }
        if self.running.len() >= MAX_OPERATIONS {
            return Ok(Step::Refuse { id });
        }
        self.running.insert(id.clone());
        Ok(Step::Start { id, request })
    }

    /// The caller was accepted.
    pub fn acknowledge(&mut self) -> ServerMessage {
        self.state = State::Acknowledged;
        ServerMessage::ConnectionAck
    }

    /// An operation came to its own end; false if the client had stopped it before.
    pub fn finished(&mut self, id: &str) -> bool {
        self.running.remove(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscribe(id: &str) -> String {
        serde_json::json!({"type": "subscribe", "id": id, "payload": {"query": "{ viewer { role } }"}})
            .to_string()
    }

    fn ready() -> Protocol {
        let mut protocol = Protocol::default();
        protocol.receive(r#"{"type":"connection_init"}"#).unwrap();
        protocol.acknowledge();
        protocol
    }

    fn code(step: Result<Step, Close>) -> u16 {
        step.unwrap_err().code
    }

    #[test]
    fn a_connection_is_judged_before_it_may_ask() {
        let mut protocol = Protocol::default();
        assert_eq!(code(protocol.receive(&subscribe("1"))), 4401);
        let init = r#"{"type":"connection_init","payload":{"authorization":"Bearer x"}}"#;
        let Step::Authenticate(payload) = protocol.receive(init).unwrap() else { panic!("not judged") };
        assert_eq!(payload["authorization"], "Bearer x");
        // Still being judged.
        assert_eq!(code(protocol.receive(&subscribe("1"))), 4401);
        assert_eq!(serde_json::to_string(&protocol.acknowledge()).unwrap(), r#"{"type":"connection_ack"}"#);
        assert!(matches!(protocol.receive(&subscribe("1")).unwrap(), Step::Start { .. }));
    }

    #[test]
    fn a_second_initialisation_ends_it() {
        let mut protocol = Protocol::default();
        protocol.receive(r#"{"type":"connection_init"}"#).unwrap();
        assert_eq!(code(protocol.receive(r#"{"type":"connection_init"}"#)), 4429);
        assert_eq!(code(ready().receive(r#"{"type":"connection_init"}"#)), 4429);
    }

    #[test]
    fn an_id_in_use_ends_it_and_a_free_one_may_come_again() {
        let mut protocol = ready();
        protocol.receive(&subscribe("a")).unwrap();
        assert_eq!(code(protocol.receive(&subscribe("a"))), 4409);
        let mut protocol = ready();
        protocol.receive(&subscribe("a")).unwrap();
        assert!(matches!(protocol.receive(r#"{"type":"complete","id":"a"}"#).unwrap(), Step::Stop { .. }));
        assert!(!protocol.finished("a"));
        assert!(matches!(protocol.receive(&subscribe("a")).unwrap(), Step::Start { .. }));
        assert!(protocol.finished("a"));
        assert!(matches!(protocol.receive(r#"{"type":"complete","id":"a"}"#).unwrap(), Step::Nothing));
    }

    #[test]
    fn the_fifty_first_operation_is_refused_but_the_rest_goes_on() {
        let mut protocol = ready();
        for index in 0..MAX_OPERATIONS {
            protocol.receive(&subscribe(&index.to_string())).unwrap();
        }
        assert!(matches!(protocol.receive(&subscribe("more")).unwrap(), Step::Refuse { .. }));
        protocol.finished("0");
        assert!(matches!(protocol.receive(&subscribe("more")).unwrap(), Step::Start { .. }));
    }

    #[test]
    fn what_is_not_the_protocol_ends_it() {
        for text in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"type":"start"}"#,
            r#"{"type":"subscribe"}"#,
            r#"{"type":"complete"}"#,
        ] {
            assert_eq!(code(ready().receive(text)), 4400, "{text}");
        }
        assert_eq!(code(ready().receive(&subscribe(""))), 4400);
        assert_eq!(code(ready().receive(&subscribe(&"x".repeat(MAX_ID + 1)))), 4400);
        assert!(ready().receive(&"é".repeat(500)).unwrap_err().reason.len() <= 123);
    }

    #[test]
    fn a_ping_is_answered_with_what_it_carried() {
        let Step::Answer(answer) =
            Protocol::default().receive(r#"{"type":"ping","payload":{"n":1}}"#).unwrap()
        else {
            panic!("not answered")
        };
        assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"type":"pong","payload":{"n":1}}"#);
    }
}
