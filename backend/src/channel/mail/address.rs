//! To which addresses mail may go that is set up in the browser: not to those by which a machine
//! learns about itself from whoever hosts it. Mail servers of one's own network, and on this machine,
//! are ordinary.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where providers tell machines their credentials, beside the link-local addresses.
const METADATA_V4: [Ipv4Addr; 2] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
];
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
];

/// Whether mail may go there.
pub fn allowed(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => allowed_v4(address),
        IpAddr::V6(address) => allowed_v6(address) && embedded(address).is_none_or(allowed_v4),
    }
}

fn allowed_v6(address: Ipv6Addr) -> bool {
    !(address.is_unspecified()
        || address.is_multicast()
        || address.is_unicast_link_local()
        // Translated within a network: where the IPv4 address stands is that network's affair.
        || matches!(address.segments(), [0x64, 0xff9b, 1, ..])
        || METADATA_V6.contains(&address))
}

fn allowed_v4(address: Ipv4Addr) -> bool {
    !(address.octets()[0] == 0
        || address.octets()[0] >= 240
        || address.is_link_local()
        || address.is_multicast()
        || METADATA_V4.contains(&address))
}

/// The IPv4 address that an IPv6 address leads to: mapped, compatible, translated (RFC 2765 and
/// 6052), 6to4, Teredo, ISATAP.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] => Some(of(g, h)),
        [0x64, 0xff9b, 0, 0, 0, 0] => Some(of(g, h)),
        // `::` and `::1` are no IPv4 addresses.
        [0, 0, 0, 0, 0, 0] if g != 0 => Some(of(g, h)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        // The one who is called stands there with each bit turned.
        [0x2001, 0, ..] => Some(of(!g, !h)),
        [.., 0 | 0x0200, 0x5efe] => Some(of(g, h)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_goes_to_servers_and_to_nothing_by_which_machines_learn_about_themselves() {
        for good in [
            "192.0.2.7",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "100.64.0.1",
            "::1",
            "fd12:3456::1",
            "2001:db8::1",
            "::ffff:10.1.2.3",
        ] {
            assert!(allowed(good.parse().expect(good)), "{good}");
        }
        for bad in [
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::ffff:0.0.0.0",
            "::ffff:0:169.254.169.254",
            "::ffff:a9fe:a9fe",
            "64:ff9b::169.254.0.7",
            "64:ff9b:1::a9fe:a9fe",
            "64:ff9b:1:2:3:4:a9fe:a9fe",
            "64:ff9b:1:a9fe:a9:fe00:808:808",
            "fe80::5efe:10.1.2.3",
            "fe80::200:5efe:a01:203",
            "ff02::5efe:10.0.0.1",
            "2002:a9fe:a9fe:1:2:3:4:5",
            "2001:0:4136:e378:8000:63bf:5601:5601",
            "2001:db8::5efe:169.254.169.254",
            "2001:db8::200:5efe:169.254.169.254",
            "fd20:ce::254",
        ] {
            assert!(!allowed(bad.parse().expect(bad)), "{bad}");
        }
    }

    #[test]
    fn an_address_within_another_is_judged_as_it_is_by_itself() {
        let (inner, turned) = ([10, 1, 2, 3], 0x0a01_0203_u32 ^ u32::MAX);
        let [a, b, c, d] = inner;
        let good = format!("{a:02x}{b:02x}:{c:02x}{d:02x}");
        let teredo = format!(
            "2001:0:4136:e378:8000:63bf:{:x}:{:x}",
            turned >> 16,
            turned & 0xffff
        );
        let forms = [
            format!("::ffff:{good}"),
            format!("64:ff9b::{good}"),
            format!("2002:{good}::1"),
            format!("2001:db8::5efe:{good}"),
            teredo,
        ];
        for form in forms {
            let address: Ipv6Addr = form.parse().expect(&form);
            assert_eq!(embedded(address), Some(Ipv4Addr::from(inner)), "{form}");
            assert!(allowed(address.into()), "{form}");
        }
    }

    #[test]
    fn a_zone_and_brackets_change_nothing() {
        for (text, good) in [
            ("[fe80::1%2]:25", false),
            ("[fe80::a9fe:a9fe%7]:587", false),
            ("[::ffff:169.254.169.254]:25", false),
            ("[::ffff:169.254.169.254%3]:25", false),
            ("[fd12:3456::1%4]:587", true),
            ("[::1]:2525", true),
        ] {
            let place: std::net::SocketAddr = text.parse().expect(text);
            assert_eq!(allowed(place.ip()), good, "{text}");
        }
    }
}
