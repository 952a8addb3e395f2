//! The addresses this machine has.

use std::net::{IpAddr, Ipv4Addr};

use sysinfo::Networks;

/// 127.0.0.1 and every other IPv4 address of an interface that is up to carry packets; link-local ones reach nobody.
pub(super) fn local_addresses() -> Vec<Ipv4Addr> {
    let mut others: Vec<Ipv4Addr> = Networks::new_with_refreshed_list()
        .values()
        .flat_map(|network| network.ip_networks())
        .filter_map(|network| match network.addr {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        })
        .filter(|address| !address.is_loopback() && !address.is_link_local() && !address.is_unspecified())
        .collect();
    others.sort();
    others.dedup();
    others.insert(0, Ipv4Addr::LOCALHOST);
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
            assert!(
                local_addresses().iter().any(|address| *address == ours),
                "{ours} isn't in {:?}",
                local_addresses()
            );
        }
    }
}
