//! What a shard is told: by the engine's user, and by the other shards.

use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError};

use bytes::BytesMut;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::socket::Path;
use super::{NegotiateError, Prompt, Route, Tap};

/// Orders wait here; their senders wait when it is full.
pub(super) const MOST_COMMANDS: usize = 1024;
/// Datagrams for another shard; when it is full they are dropped.
pub(super) const MOST_MISLED: usize = 4096;

pub(super) enum Command {
    Negotiate {
        call: Uuid,
        leg: Uuid,
        offer: String,
        reply: oneshot::Sender<Result<String, NegotiateError>>,
    },
    Answer {
        call: Uuid,
        leg: Uuid,
        revision: i32,
        answer: String,
        reply: oneshot::Sender<Result<(), NegotiateError>>,
    },
    HasLeg {
        call: Uuid,
        leg: Uuid,
        reply: oneshot::Sender<bool>,
    },
    Route {
        call: Uuid,
        routes: Vec<Route>,
        reply: oneshot::Sender<()>,
    },
    Play {
        call: Uuid,
        leg: Uuid,
        prompt: Option<Prompt>,
        reply: oneshot::Sender<()>,
    },
    Tap {
        call: Uuid,
        tap: Option<Box<dyn Tap>>,
        reply: oneshot::Sender<()>,
    },
    CloseLeg {
        call: Uuid,
        leg: Uuid,
        reason: String,
        reply: oneshot::Sender<()>,
    },
    CloseCall {
        call: Uuid,
        reply: oneshot::Sender<()>,
    },
}

/// Between shards: the kernel spreads the port's datagrams by addresses, calls lie elsewhere.
pub(super) enum Misled {
    /// A datagram of yours came to shard `at`.
    Datagram { path: Path, bytes: BytesMut, at: usize },
    /// What comes to you from this path is mine: I am `owner`.
    Owner { path: Path, owner: usize },
}

/// Gets a shard's thread out of its wait. One byte is enough, however many orders there are.
pub(super) struct Waker {
    pending: AtomicBool,
    socket: UnixDatagram,
}

impl Waker {
    pub fn new() -> std::io::Result<(Arc<Waker>, UnixDatagram)> {
        let (socket, waiting) = UnixDatagram::pair()?;
        socket.set_nonblocking(true)?;
        waiting.set_nonblocking(true)?;
        Ok((Arc::new(Waker { pending: AtomicBool::new(false), socket }), waiting))
    }

    pub fn wake(&self) {
        if !self.pending.swap(true, Ordering::AcqRel) {
            let _ = self.socket.send(&[1]);
        }
    }

    /// To be called by the woken before it looks into its queues.
    pub fn rest(&self, waiting: &UnixDatagram) {
        self.pending.store(false, Ordering::Release);
        while waiting.recv(&mut [0; 8]).is_ok() {}
    }
}

/// A shard, as the engine's user reaches it.
pub(super) struct ShardHandle {
    pub commands: mpsc::Sender<Command>,
    pub waker: Arc<Waker>,
}

/// A shard, as the other shards reach it.
#[derive(Clone)]
pub(super) struct Neighbour {
    pub misled: SyncSender<Misled>,
    pub waker: Arc<Waker>,
}

impl Neighbour {
    /// False if the shard could not take it now.
    pub fn pass(&self, misled: Misled) -> bool {
        let taken = match self.misled.try_send(misled) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        };
        self.waker.wake();
        taken
    }
}
