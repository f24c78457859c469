//! Which addresses a feed may lead to: those of the public internet, and what the operator named.
//!
//! A name is resolved, every address that it gives is looked at, and the connection goes to one that was looked at: no second
//! look-up can lead elsewhere. The same again for each redirect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// What stands in the error where an address is inside: how [`crate::ask`] knows it again.
pub(crate) const INSIDE: &str = "an address inside this network";

/// The same where it is asked for without TLS, outside.
pub(crate) const PLAIN: &str = "an address outside without TLS";

const fn v4_is_public(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    // RFC 6890 and its registry: networks that are not of the public internet.
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || (a == 100 && b >= 64 && b < 128)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

const fn v6_is_public(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return v4_is_public(v4);
    }
    let [a, b, ..] = ip.segments();
    // 2000::/3 is what is given out; of it 2001::/23 (protocols, Teredo), 2001:db8::/32, 3fff::/20 (documentation) and
    // 2002::/16 (which carries an address of version 4 inside) are not.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

/// Whether an address belongs to the public internet.
pub(crate) const fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => v4_is_public(ip),
        IpAddr::V6(ip) => v6_is_public(ip),
    }
}

/// Resolves names to public addresses, and to those that the operator named.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) also: Arc<[IpAddr]>,
}

impl Resolver for Guard {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let all = DefaultResolver::default().resolve(uri, config, timeout)?;
        let refused = |why| Err(ureq::Error::Io(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why)));
        let named = |at: &std::net::SocketAddr| self.also.contains(&at.ip());
        // One that is inside is enough: whoever answers so wants to be let in.
        if !all.iter().all(|at| is_public(at.ip()) || named(at)) {
            return refused(INSIDE);
        }
        if uri.scheme_str() != Some("https") && !all.iter().all(named) {
            return refused(PLAIN);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_outside() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for outside in [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "2a00:1450::5",
            "::ffff:9.9.9.9",
        ] {
            assert!(public(outside), "{outside}");
        }
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "::127.0.0.1",
        ] {
            assert!(!public(inside), "{inside}");
        }
    }
}
