//! Cordboard, the call centre itself, shared by the programs: rules, states, rows, events, messages. No GraphQL, no WebRTC.

pub mod agents;
pub mod audio;
pub mod audit;
pub mod bus;
pub mod calls;
pub mod chat;
pub mod clock;
pub mod config;
pub mod crm;
pub mod db;
pub mod desk;
pub mod error;
pub mod events;
mod failpoint;
pub mod fleet;
pub mod health;
pub mod ids;
pub mod limits;
pub mod objects;
pub mod page;
pub mod people;
mod platform;
pub mod program;
pub mod recordings;
pub mod retry;
pub mod routing;
pub mod tasks;
pub mod telemetry;
mod text_enum;
mod timed_link;
pub mod transfers;
pub mod uploads;
mod validate;
pub mod voicemail;

pub use error::{Error, Refusal, RefusalCode, Result};
pub use platform::Platform;
