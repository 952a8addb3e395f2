//! The media engine: WebRTC legs of calls, forwarding between them. It stands on rtc, the sans-IO
//! core of webrtc-rs, in threads of its own (shards), one UDP port for all. A call lives on one
//! shard, so a packet takes no lock. It knows nothing of the business: who hears whom, when a leg
//! has been away too long and when a call ends is told to it.

mod address_book;
mod assignment;
mod command;
mod connection;
mod control;
mod credentials;
mod demux;
mod downlink;
mod feedback;
mod filler;
mod handle;
mod intake;
mod keyframes;
mod leg;
mod liveness;
mod prompt;
mod quality;
mod renegotiation;
mod rewrite;
mod sdp;
mod server_offers;
mod setup;
mod shard;
mod slot;
mod socket;
mod stun;
#[cfg(test)]
mod tests;
mod totals;

use std::net::Ipv4Addr;
use std::time::Instant;

use domain::calls::MediaKind;
use uuid::Uuid;

pub use handle::Engine;
pub use prompt::{Frames, Greeting, Music, Prompt};

pub struct EngineConfig {
    /// UDP; 0 takes a free one.
    pub port: u16,
    /// Announced to browsers, best first. The port speaks nothing but IPv4.
    pub addresses: Vec<Ipv4Addr>,
    /// Threads; 1 to 52.
    pub shards: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("no IPv4 address to announce")]
    NoAddress,
    #[error("{0} shards: 1 to 52 are possible")]
    Shards(usize),
    #[error("UDP port {port}: {error}")]
    Port { port: u16, error: std::io::Error },
    #[error("no thread: {0}")]
    Thread(std::io::Error),
    #[error("no random source: {0}")]
    Crypto(String),
}

#[derive(Debug, thiserror::Error)]
pub enum NegotiateError {
    #[error("the session description cannot be used: {0}")]
    Sdp(String),
    #[error("no such leg")]
    UnknownLeg,
    /// An answer to what is no longer asked.
    #[error("this offer is void: the next one holds")]
    Stale,
    /// An offer while ours waits for its answer.
    #[error("offers crossed: answer the server's first")]
    Crossed,
    #[error("the engine has stopped")]
    Stopped,
}

impl NegotiateError {
    /// A description at which rtc, or we, failed.
    fn broken() -> NegotiateError {
        NegotiateError::Sdp("it cannot be read".to_owned())
    }
}

impl From<rtc::shared::error::Error> for NegotiateError {
    fn from(error: rtc::shared::error::Error) -> NegotiateError {
        NegotiateError::Sdp(error.to_string())
    }
}

/// `to` hears and sees `from`. A leg gets each source in a slot of its own, a voice and a picture; the first is there with its
/// first answer, further ones are offered as they are needed ([`LegChange::Offered`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    pub from: Uuid,
    pub to: Uuid,
}

/// What became of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    pub call: Uuid,
    pub leg: Uuid,
    pub change: LegChange,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegChange {
    /// The leg's first authenticated RTP is here and its RTCP reports ours. Again for each
    /// connection that replaces the leg's.
    MediaBothWays,
    /// Nothing authentic for 5 s, or the browser said good-bye.
    Disconnected,
    Reconnected,
    /// The browser shall answer this ([`Engine::answer`]); it takes the place of an earlier one.
    Offered(Offered),
    /// Our offer is answered, or is no longer to be.
    OfferVoid,
    /// What it was to hear before the beep is over.
    Greeted,
    /// The leg is no more.
    Closed,
}

/// An offer of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct Offered {
    /// Goes back with the answer.
    pub revision: i32,
    pub sdp: String,
}

/// Without the description: it has a password in it.
impl std::fmt::Debug for Offered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Offered({})", self.revision)
    }
}

/// A listener to a whole call: the recorder's ear. It is called on the shard's thread, so it must
/// never wait; what it cannot take at once it drops.
pub trait Tap: Send {
    /// A packet as it was received, decrypted, with its header.
    fn rtp(&mut self, leg: Uuid, kind: MediaKind, arrival: Instant, packet: &[u8]);
}
