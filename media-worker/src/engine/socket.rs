//! The worker's UDP socket: many datagrams a system call, and with each the local address it came to,
//! so that an answer leaves from the address the browser checked (a machine has several).

#![expect(
    unsafe_code,
    reason = "recvmmsg, sendmmsg, poll and IP_PKTINFO have no safe wrapper in std or socket2"
)]

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use bytes::BytesMut;
use socket2::{Domain, Protocol, Socket, Type};

/// Datagrams taken or given in one system call.
pub(super) const BATCH: usize = 32;
/// Larger than any media packet (WebRTC keeps below 1,500 bytes); what is longer is cut and dropped.
const DATAGRAM: usize = 2048;
/// A burst of key frames from many legs must fit while the thread is elsewhere.
const BUFFER: i32 = 4 * 1024 * 1024;

/// Where a datagram comes from and goes to: the browser's address, and ours that it talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub peer: SocketAddrV4,
    pub local: Ipv4Addr,
}

pub(super) struct Outgoing {
    pub path: Path,
    pub bytes: BytesMut,
}

/// Room for one `recvmmsg`.
pub(super) struct Batch {
    bytes: Vec<[u8; DATAGRAM]>,
    received: Vec<(Path, usize)>,
}

impl Batch {
    pub fn new() -> Batch {
        Batch { bytes: vec![[0; DATAGRAM]; BATCH], received: Vec::with_capacity(BATCH) }
    }

    pub fn len(&self) -> usize {
        self.received.len()
    }

    pub fn datagrams(&self) -> impl Iterator<Item = (Path, &[u8])> {
        self.received
            .iter()
            .zip(&self.bytes)
            .filter(|((_, length), _)| *length <= DATAGRAM)
            .map(|((path, length), bytes)| (*path, bytes.get(..*length).unwrap_or_default()))
    }
}

/// Binds one more socket of the port's group (SO_REUSEPORT: each shard has its own).
pub(super) fn bind(port: u16, shared: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    let fd = socket.as_raw_fd();
    for (forced, option) in [(libc::SO_RCVBUFFORCE, libc::SO_RCVBUF), (libc::SO_SNDBUFFORCE, libc::SO_SNDBUF)]
    {
        // Beyond net.core.rmem_max only the privileged may go; the others get what is allowed.
        if set_option(fd, libc::SOL_SOCKET, forced, BUFFER).is_err() {
            set_option(fd, libc::SOL_SOCKET, option, BUFFER)?;
        }
    }
    set_option(fd, libc::IPPROTO_IP, libc::IP_PKTINFO, 1)?;
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into())?;
    Ok(socket.into())
}

fn set_option(fd: i32, level: i32, option: i32, value: i32) -> io::Result<()> {
    // SAFETY: `value` lives through the call and its size is given.
    let result =
        unsafe { libc::setsockopt(fd, level, option, (&raw const value).cast(), size_of::<i32>() as u32) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Waits until a datagram or a wake-up is there, or the time is over.
pub(super) fn wait(socket: &UdpSocket, wake: &UnixDatagram, timeout: Duration) {
    let entry = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut entries = [entry(socket.as_raw_fd()), entry(wake.as_raw_fd())];
    // Rounded up: rounding down would spin through the last millisecond before a deadline.
    let timeout = i32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
    // SAFETY: the array outlives the call and its length is given. An error (EINTR) is a wake-up.
    unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as u64, timeout) };
}

/// Room for one `IP_PKTINFO` message, aligned as the kernel wants it.
type Control = [u64; 4];

/// Takes what has arrived; false if nothing had.
pub(super) fn receive(socket: &UdpSocket, batch: &mut Batch) -> bool {
    batch.received.clear();
    // SAFETY: all-zero is a valid value of these plain C structures.
    let (mut names, mut controls, mut headers): (
        [libc::sockaddr_in; BATCH],
        [Control; BATCH],
        [libc::mmsghdr; BATCH],
    ) = unsafe { (zeroed(), zeroed(), zeroed()) };
    let mut vectors: Vec<libc::iovec> = batch
        .bytes
        .iter_mut()
        .map(|bytes| libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: DATAGRAM })
        .collect();
    for (((header, name), control), vector) in
        headers.iter_mut().zip(&mut names).zip(&mut controls).zip(&mut vectors)
    {
        header.msg_hdr.msg_name = (&raw mut *name).cast();
        header.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
        header.msg_hdr.msg_iov = vector;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = control.as_mut_ptr().cast();
        header.msg_hdr.msg_controllen = size_of::<Control>();
    }
    // SAFETY: every pointer in `headers` points to a live buffer of the given size.
    let count = unsafe {
        libc::recvmmsg(
            socket.as_raw_fd(),
            headers.as_mut_ptr(),
            BATCH as u32,
            libc::MSG_DONTWAIT,
            std::ptr::null_mut(),
        )
    };
    for (header, name) in headers.iter().zip(&names).take(usize::try_from(count).unwrap_or(0)) {
        let peer = SocketAddrV4::new(
            Ipv4Addr::from(u32::from_be(name.sin_addr.s_addr)),
            u16::from_be(name.sin_port),
        );
        let cut = header.msg_hdr.msg_flags & libc::MSG_TRUNC != 0;
        let length = if cut { usize::MAX } else { header.msg_len as usize };
        batch.received.push((Path { peer, local: local_address(&header.msg_hdr) }, length));
    }
    count > 0
}

fn local_address(header: &libc::msghdr) -> Ipv4Addr {
    // SAFETY: the kernel has filled `header`'s control buffer; the macros stay within its length.
    unsafe {
        let message = libc::CMSG_FIRSTHDR(header);
        if message.is_null()
            || (*message).cmsg_level != libc::IPPROTO_IP
            || (*message).cmsg_type != libc::IP_PKTINFO
        {
            return Ipv4Addr::UNSPECIFIED;
        }
        let info: libc::in_pktinfo = std::ptr::read_unaligned(libc::CMSG_DATA(message).cast());
        Ipv4Addr::from(u32::from_be(info.ipi_spec_dst.s_addr))
    }
}

/// Sends what waits, and returns how many datagrams the kernel took: a full buffer drops the rest,
/// as a full router would.
pub(super) fn send(socket: &UdpSocket, queue: &mut Vec<Outgoing>) -> usize {
    let mut sent = 0;
    for chunk in queue.chunks_mut(BATCH) {
        let mut at = 0;
        while let Some(rest) = chunk.get_mut(at..).filter(|rest| !rest.is_empty()) {
            match send_chunk(socket, rest) {
                0 => at += 1,
                count => {
                    at += count;
                    sent += count;
                }
            }
        }
    }
    queue.clear();
    sent
}

fn send_chunk(socket: &UdpSocket, chunk: &mut [Outgoing]) -> usize {
    // SAFETY: all-zero is a valid value of these plain C structures.
    let (mut names, mut controls, mut headers, mut vectors): (
        [libc::sockaddr_in; BATCH],
        [Control; BATCH],
        [libc::mmsghdr; BATCH],
        [libc::iovec; BATCH],
    ) = unsafe { (zeroed(), zeroed(), zeroed(), zeroed()) };
    for ((((outgoing, header), name), control), vector) in
        chunk.iter_mut().zip(&mut headers).zip(&mut names).zip(&mut controls).zip(&mut vectors)
    {
        name.sin_family = libc::AF_INET as u16;
        name.sin_port = outgoing.path.peer.port().to_be();
        name.sin_addr.s_addr = u32::from(*outgoing.path.peer.ip()).to_be();
        vector.iov_base = outgoing.bytes.as_mut_ptr().cast();
        vector.iov_len = outgoing.bytes.len();
        header.msg_hdr.msg_name = (&raw mut *name).cast();
        header.msg_hdr.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
        header.msg_hdr.msg_iov = vector;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = control.as_mut_ptr().cast();
        header.msg_hdr.msg_controllen = size_of::<Control>();
        // SAFETY: the control buffer has room for exactly this message.
        unsafe {
            let message = libc::CMSG_FIRSTHDR(&raw const header.msg_hdr);
            (*message).cmsg_level = libc::IPPROTO_IP;
            (*message).cmsg_type = libc::IP_PKTINFO;
            (*message).cmsg_len = libc::CMSG_LEN(size_of::<libc::in_pktinfo>() as u32) as usize;
            let mut info: libc::in_pktinfo = zeroed();
            info.ipi_spec_dst.s_addr = u32::from(outgoing.path.local).to_be();
            std::ptr::write_unaligned(libc::CMSG_DATA(message).cast(), info);
        }
    }
    // SAFETY: every pointer in the first `chunk.len()` headers points to a live buffer.
    let count = unsafe {
        libc::sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), chunk.len() as u32, libc::MSG_DONTWAIT)
    };
    usize::try_from(count).unwrap_or(0)
}

/// The IPv4 form of a socket's address, which is the only one the port speaks.
pub(super) fn v4(address: SocketAddr) -> Option<SocketAddrV4> {
    match address {
        SocketAddr::V4(address) => Some(address),
        SocketAddr::V6(_) => None,
    }
}
