//! A network of one participant's own, between it and the media worker: it can lose packets, be
//! gone altogether, or come back from another port, as a phone's does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A UDP relay. It ends with this value.
pub struct Network {
    near: SocketAddr,
    control: Arc<Control>,
    far: watch::Sender<Arc<UdpSocket>>,
    server: SocketAddr,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Control {
    gone: AtomicBool,
    loss_percent: AtomicU32,
}

impl Control {
    fn drops(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
            || rand::random_range(0..100) < self.loss_percent.load(Ordering::Relaxed)
    }
}

impl Network {
    pub async fn before(server: SocketAddr) -> Self {
        let near = Arc::new(socket().await);
        let (far, watched) = watch::channel(connected(server).await);
        let control = Arc::new(Control::default());
        let (participant, known) = watch::channel(None);
        let mut tasks = JoinSet::new();
        tasks.spawn(upstream(Arc::clone(&near), watched.clone(), participant, Arc::clone(&control)));
        tasks.spawn(downstream(Arc::clone(&near), watched, known, Arc::clone(&control)));
        Self { near: near.local_addr().expect("it has an address"), control, far, server, _tasks: tasks }
    }

    /// Where the participant sends to.
    pub fn address(&self) -> SocketAddr {
        self.near
    }

    /// Nothing comes through any more.
    pub fn go_away(&self) {
        self.control.gone.store(true, Ordering::Relaxed);
    }

    pub fn lose(&self, percent: u32) {
        self.control.loss_percent.store(percent, Ordering::Relaxed);
    }

    /// From now on the worker sees another port, as when a NAT forgets (RFC 5389 calls it that).
    pub async fn change_port(&self) {
        self.far.send_replace(connected(self.server).await);
    }
}

async fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.expect("a free port")
}

async fn connected(server: SocketAddr) -> Arc<UdpSocket> {
    let socket = socket().await;
    socket.connect(server).await.expect("UDP connects at once");
    Arc::new(socket)
}

async fn upstream(
    near: Arc<UdpSocket>,
    far: watch::Receiver<Arc<UdpSocket>>,
    participant: watch::Sender<Option<SocketAddr>>,
    control: Arc<Control>,
) {
    let mut buffer = vec![0; 2048];
    while let Ok((length, from)) = near.recv_from(&mut buffer).await {
        participant.send_replace(Some(from));
        let far = Arc::clone(&far.borrow());
        if !control.drops() {
            let _ = far.send(&buffer[..length]).await;
        }
    }
}

async fn downstream(
    near: Arc<UdpSocket>,
    mut far: watch::Receiver<Arc<UdpSocket>>,
    participant: watch::Receiver<Option<SocketAddr>>,
    control: Arc<Control>,
) {
    let mut buffer = vec![0; 2048];
    loop {
        let socket = Arc::clone(&far.borrow_and_update());
        tokio::select! {
            received = socket.recv(&mut buffer) => {
                let to = *participant.borrow();
                if let (Ok(length), Some(to)) = (received, to)
                    && !control.drops()
                {
                    let _ = near.send_to(&buffer[..length], to).await;
                }
            }
            changed = far.changed() => if changed.is_err() { return },
        }
    }
}

/// An SDP without candidates: the worker then knows the participant only through the network.
pub fn without_candidates(sdp: &str) -> String {
    lines(sdp, |line| (!line.starts_with("a=candidate:")).then(|| line.to_owned()))
}

/// The address of the first UDP candidate.
pub fn udp_candidate(sdp: &str) -> SocketAddr {
    sdp.lines()
        .filter_map(|line| line.strip_prefix("a=candidate:"))
        .map(|candidate| candidate.split(' ').collect::<Vec<_>>())
        .find(|fields| fields.len() > 5 && fields[2].eq_ignore_ascii_case("udp"))
        .and_then(|fields| format!("{}:{}", fields[4], fields[5]).parse().ok())
        .expect("a UDP candidate in the answer")
}

/// The SDP with one candidate alone, that of the network.
pub fn with_candidate(sdp: &str, address: SocketAddr) -> String {
    lines(sdp, |line| {
        let Some(candidate) = line.strip_prefix("a=candidate:") else {
            return Some(line.to_owned());
        };
        let mut fields: Vec<String> = candidate.split(' ').map(str::to_owned).collect();
        if !fields[2].eq_ignore_ascii_case("udp") {
            return None;
        }
        fields[4] = address.ip().to_string();
        fields[5] = address.port().to_string();
        Some(format!("a=candidate:{}", fields.join(" ")))
    })
}

fn lines(sdp: &str, line: impl Fn(&str) -> Option<String>) -> String {
    sdp.lines().filter_map(line).map(|line| line + "\r\n").collect()
}
