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
