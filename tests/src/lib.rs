//! What the flow tests stand on: the three programs on real parts, clients that speak the public
//! schema alone, and participants that send and count real media.
//!
//! A test starts a [`platform::Platform`] of its own (database, virtual host, bucket, two of each
//! program), tells a story through [`story`], and everything ends when it goes out of scope.

pub mod config;
pub mod graphql;
pub mod invariants;
pub mod media;
pub mod participant;
pub mod platform;
pub mod playback;
pub mod process;
pub mod proxy;
pub mod routing_load;
pub mod services;
pub mod soak;
pub mod socket;
pub mod sql;
pub mod story;
pub mod template;
pub mod wait;
