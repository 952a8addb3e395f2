//! The addresses this machine has.

use std::net::{IpAddr, Ipv4Addr};

use sysinfo::Networks;

/// 127.0.0.1 and every other IPv4 address of an interface that is up to carry packets; link-local ones reach nobody.
pub(super) fn local_addresses() -> Vec<IpAddr> {
    let mut others: Vec<IpAddr> = Networks::new_with_refreshed_list()
        .values()
        .flat_map(|network| network.ip_networks())
        .map(|network| network.addr)
        .filter(|address| matches!(address, IpAddr::V4(v4) if !v4.is_loopback() && !v4.is_link_local() && !v4.is_unspecified()))
        .collect();
    others.sort();
    others.dedup();
    others.insert(0, IpAddr::V4(Ipv4Addr::LOCALHOST));
    others
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn the_address_that_packets_leave_from_is_among_them() {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        // Sends nothing: it only makes the kernel choose. Without a route there is nothing to compare.
        if socket.connect("192.0.2.1:9").is_ok() {
            let ours = socket.local_addr().unwrap().ip();
            assert!(local_addresses().contains(&ours), "{ours} isn't in {:?}", local_addresses());
        }
    }
}
