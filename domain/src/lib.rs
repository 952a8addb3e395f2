//! Cordboard, the call centre itself, shared by the programs: rules, states, rows, events, messages. No GraphQL, no WebRTC.

pub mod bus;
pub mod config;
pub mod health;
pub mod objects;
pub mod retry;
pub mod telemetry;
