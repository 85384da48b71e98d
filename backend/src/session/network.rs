//! The neighbourhood that a request comes from: what one subscriber of a provider usually holds.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 /24 or an IPv6 /48.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network([u8; 6]);

impl Network {
    /// The neighbourhood of an address; an IPv4 address in IPv6 clothes is an IPv4 address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Self([0, 0, 4, a, b, c])
            }
            IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
                Some(v4) => Self::of(IpAddr::V4(v4)),
                None => Self::of_v6(v6),
            },
        }
    }

    fn of_v6(v6: Ipv6Addr) -> Self {
        let [a, b, c, d, e, f, ..] = v6.octets();
        Self([a, b, c, d, e, f])
    }
}

impl Network {
    /// As administrators write networks: `192.0.2.0/24`, `2001:db8:1::/48`.
    pub fn in_words(&self) -> String {
        match self.0 {
            [0, 0, 4, a, b, c] => format!("{a}.{b}.{c}.0/24"),
            [a, b, c, d, e, f] => {
                let group = |high, low| u16::from_be_bytes([high, low]);
                let start = Ipv6Addr::new(group(a, b), group(c, d), group(e, f), 0, 0, 0, 0, 0);
                format!("{start}/48")
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::of(text.parse().expect("an address"))
    }

    #[test]
    fn administrators_read_networks_as_they_write_them() {
        assert_eq!(network("192.0.2.77").in_words(), "192.0.2.0/24");
        assert_eq!(network("2001:db8:1:2::3").in_words(), "2001:db8:1::/48");
    }

    #[test]
    fn neighbours_share_a_network_and_others_do_not() {
        assert_eq!(network("192.0.2.1"), network("192.0.2.200"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.9"));
        assert_eq!(network("2001:db8:1:2::3"), network("2001:db8:1:ff::9"));
        assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
        assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
    }
}
