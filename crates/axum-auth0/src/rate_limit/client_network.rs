//! The network of a client.

use std::net::IpAddr;

/// The addresses that one client can choose from: an IPv4 address, or an IPv6 network of 64 bits (RFC 6177 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ClientNetwork {
    V4([u8; 4]),
    V6([u16; 4]),
}

impl From<IpAddr> for ClientNetwork {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn network(address: &str) -> ClientNetwork {
        ClientNetwork::from(address.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn the_addresses_of_an_ipv6_network_are_one_client() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("203.0.113.5"), network("203.0.113.6"));
        assert_eq!(network("::ffff:203.0.113.5"), network("203.0.113.5"));
    }
}
