//! A TCP proxy before a server. It can hold the traffic back or cut it, so that a fault strikes
//! between two steps of a program, and it counts the statements that pass to PostgreSQL.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use socket2::{SockFilter, SockRef, Socket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

/// A socket with this filter (BPF_RET, of nothing) drops what comes for it before it is confirmed.
const DROP: SockFilter = SockFilter::new(0x06, 0, 0, 0);

/// What the proxy does with traffic at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    Flows,
    /// Connections stay open and nothing comes through.
    Held,
    /// Connections break and new ones are refused.
    Cut,
}

/// A client's connection, as long as it is open.
struct Open {
    socket: Socket,
    /// Nothing of what the server says comes through any more.
    unanswered: AtomicBool,
}

/// A running proxy; it ends with this value.
pub struct Proxy {
    address: SocketAddr,
    traffic: watch::Sender<Traffic>,
    statements: Arc<AtomicU64>,
    clients: Arc<Mutex<Vec<Weak<Open>>>>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Listens on a port of its own and passes everything on to `server` (host:port).
    pub async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let (traffic, watched) = watch::channel(Traffic::Flows);
        let statements = Arc::new(AtomicU64::new(0));
        let clients: Arc<Mutex<Vec<Weak<Open>>>> = Arc::default();
        let mut tasks = JoinSet::new();
        let (counter, all) = (Arc::clone(&statements), Arc::clone(&clients));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                if *watched.borrow() == Traffic::Cut {
                    continue;
                }
                let (server, watched) = (server.clone(), watched.clone());
                let counter = Arc::clone(&counter);
                let socket = SockRef::from(&client).try_clone().expect("a second handle");
                let open = Arc::new(Open { socket, unanswered: AtomicBool::new(false) });
                {
                    let mut all = all.lock().expect("a list");
                    all.retain(|open| open.strong_count() > 0);
                    all.push(Arc::downgrade(&open));
                }
                connections.spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else {
                        return;
                    };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::select! {
                        () = pass(from_client, to_server, watched.clone(), Way::Asks(counter)) => {}
                        () = pass(from_server, to_client, watched.clone(), Way::Answers(open)) => {}
                    }
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, traffic, statements, clients, _tasks: tasks }
    }

    /// Before the server of an address, as `DATABASE_URL` is one. Gives the address that leads through it, too.
    pub async fn at(address: &str) -> (Self, String) {
        let mut address = Url::parse(address).expect("an address");
        let (host, port) = (address.host_str().expect("a host"), address.port().expect("a port"));
        let proxy = Self::before(format!("{host}:{port}")).await;
        address.set_port(Some(proxy.address.port())).expect("a port can be set");
        (proxy, address.to_string())
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn set(&self, traffic: Traffic) {
        self.traffic.send_replace(traffic);
    }

    /// From now on whatever a client sends on a connection that is open now is lost, and nobody is told: what a firewall does
    /// that has forgotten it. New connections are good ones.
    pub fn forget(&self) {
        self.each_open(|open| open.socket.attach_filter(&[DROP]).expect("a filter"));
    }

    /// From now on nothing is answered on a connection that is open now, though all that a client sends is taken: what a
    /// server does that is stuck. New connections are good ones.
    pub fn answer_no_more(&self) {
        self.each_open(|open| open.unanswered.store(true, Ordering::SeqCst));
    }

    fn each_open(&self, act: impl Fn(&Open)) {
        self.clients.lock().expect("a list").iter().filter_map(Weak::upgrade).for_each(|open| act(&open));
    }

    /// SQL statements that were sent to be executed so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::SeqCst)
    }
}

/// From the client or to it.
enum Way {
    /// Counts the statements.
    Asks(Arc<AtomicU64>),
    Answers(Arc<Open>),
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut traffic: watch::Receiver<Traffic>,
    way: Way,
) {
    let mut messages = Messages::default();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            _ = traffic.wait_for(|now| *now == Traffic::Cut) => return,
        };
        let Ok(length @ 1..) = read else { return };
        if traffic.wait_for(|now| *now != Traffic::Held).await.is_err() {
            return;
        }
        match &way {
            Way::Asks(counter) => {
                counter.fetch_add(messages.executed(&buffer[..length]), Ordering::SeqCst);
            }
            Way::Answers(open) if open.unanswered.load(Ordering::SeqCst) => continue,
            Way::Answers(_) => {}
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Follows PostgreSQL's frontend protocol far enough to tell one message from the next.
#[derive(Default)]
struct Messages {
    started: bool,
    pending: Vec<u8>,
    skip: usize,
}

impl Messages {
    /// How many messages in these bytes run a statement: `Q` (simple query) and `E` (execute).
    fn executed(&mut self, mut bytes: &[u8]) -> u64 {
        let mut executed = 0;
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            // A start-up message has no type: four octets of length and that is all.
            let header = if self.started { 5 } else { 4 };
            let wanted = (header - self.pending.len()).min(bytes.len());
            self.pending.extend_from_slice(&bytes[..wanted]);
            bytes = &bytes[wanted..];
            if self.pending.len() < header {
                return executed;
            }
            let length = &self.pending[header - 4..];
            let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
            if self.started && matches!(self.pending[0], b'Q' | b'E') {
                executed += 1;
            }
            // An SSL request (8 octets) is followed by the start-up message proper.
            self.started |= length != 8;
            self.skip = length.saturating_sub(4);
            self.pending.clear();
        }
    }
}
