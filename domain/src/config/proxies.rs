//! Whose word is taken for where a request came from.

use std::{net::IpAddr, str::FromStr};

/// An address, or all that begin with the same bits (RFC 4632).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// The proxies in front of the api.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let (own, width) = bits(self.address);
        let (other, other_width) = bits(address.to_canonical());
        // A shift by the whole width would overflow: a prefix of 0 bits fits everything.
        width == other_width && (own ^ other).checked_shr(width - self.prefix).unwrap_or(0) == 0
    }
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(it, bits)| (it, Some(bits)));
        let address: IpAddr = address.parse().map_err(drop)?;
        let (_, width) = bits(address);
        let prefix = prefix.map_or(Ok(width), str::parse).map_err(drop)?;
        if prefix > width { Err(()) } else { Ok(Self { address, prefix }) }
    }
}

impl TrustedProxies {
    pub(super) fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Where a request came from: the peer or, if that is a proxy of ours, the last address in `X-Forwarded-For` that isn't
    /// one. What stands before it is anybody's word. `forwarded` are the header's values, in order.
    pub fn origin<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut origin = peer.to_canonical();
        let mut hops = forwarded.rev().flat_map(|value| value.rsplit(','));
        while self.0.iter().any(|network| network.contains(origin)) {
            // A proxy that hides whom it speaks for stands for them.
            let Some(hop) = hops.next().and_then(address) else { break };
            origin = hop;
        }
        origin
    }
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]` or `[2001:db8::7]:4711`.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let parsed = bare.parse().or_else(|_| hop.parse().map(|socket: std::net::SocketAddr| socket.ip()));
    parsed.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let trusted = TrustedProxies::new(trusted.iter().map(|it| it.parse().unwrap()).collect());
        trusted.origin(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(origin(&[], "198.51.100.1", &["192.0.2.7"]), "198.51.100.1");
        assert_eq!(origin(&["10.0.0.0/8"], "198.51.100.1", &["192.0.2.7"]), "198.51.100.1");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_origin() {
        let proxies = ["10.0.0.0/8", "2001:db8:1::/48"];
        assert_eq!(origin(&proxies, "10.1.2.3", &["192.0.2.7"]), "192.0.2.7");
        // Whatever the visitor sent itself stands further left.
        assert_eq!(origin(&proxies, "10.1.2.3", &["203.0.113.9, 192.0.2.7, 10.9.9.9"]), "192.0.2.7");
        assert_eq!(origin(&proxies, "10.1.2.3", &["203.0.113.9", "192.0.2.7,10.9.9.9"]), "192.0.2.7");
        assert_eq!(origin(&proxies, "2001:db8:1::5", &["[2001:db8:2::7]:4711"]), "2001:db8:2::7");
        assert_eq!(origin(&proxies, "::ffff:10.1.2.3", &["192.0.2.7:4711"]), "192.0.2.7");
    }

    #[test]
    fn a_proxy_that_names_nobody_stands_for_all() {
        assert_eq!(origin(&["10.1.2.3"], "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(origin(&["10.1.2.3"], "10.1.2.3", &["192.0.2.7, unknown"]), "10.1.2.3");
        assert_eq!(origin(&["0.0.0.0/0"], "10.1.2.3", &["192.0.2.7"]), "192.0.2.7");
    }

    #[test]
    fn a_network_is_an_address_and_bits() {
        let network = |text: &str| text.parse::<Network>();
        for text in
            ["", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.0/", "proxy.example.com", "10.0.0.0/-1"]
        {
            assert!(network(text).is_err(), "{text}");
        }
        let inside = |text: &str, address: &str| network(text).unwrap().contains(address.parse().unwrap());
        assert!(inside("192.0.2.128/25", "192.0.2.200") && !inside("192.0.2.128/25", "192.0.2.100"));
        assert!(inside("192.0.2.7", "192.0.2.7") && !inside("192.0.2.7", "192.0.2.8"));
        assert!(inside("::/0", "2001:db8::1") && !inside("::/0", "192.0.2.7"));
    }
}
