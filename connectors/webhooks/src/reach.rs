//! Which addresses may be called.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

use crate::WebhookError;

/// How far calls may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Also addresses that are not public, and `http` without TLS: for systems in the company's own network.
    pub private: bool,
}

impl Reach {
    /// The address, if it may be called. What its name resolves to is looked at again with every call.
    pub(crate) fn address(self, text: &str) -> Result<Url, WebhookError> {
        let refused = |why: &str| WebhookError::Address(why.to_owned());
        let url = Url::parse(text.trim()).map_err(|_| refused("this is not an address; it looks like https://…"))?;
        match url.scheme() {
            "https" => {}
            "http" if self.private => {}
            _ => return Err(refused("the address must begin with https://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("the address must not hold a user name or password"));
        }
        let host = url.host_str().ok_or_else(|| refused("the address names no host"))?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        if !self.private && literal.is_some_and(|ip| !is_public(ip)) {
            return Err(refused("this address lies in a private network, which the server does not allow to call"));
        }
        Ok(url)
    }
}

/// Whether an address is one of the public Internet, by IANA's registries of special-purpose addresses.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match embedded(ip) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = a == 0
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a >= 240
        // Shared address space of providers; protocol assignments; former 6to4 relays; benchmarking.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

/// Only global unicast, without the parts of it that are set aside.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let is_global_unicast = a & 0xe000 == 0x2000;
    let is_set_aside = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || (a == 0x3fff && b < 0x1000);
    is_global_unicast && !is_set_aside
}

/// The IPv4 address that an IPv6 address leads to: mapped, translated (NAT64) or tunnelled (6to4).
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return Some(mapped);
    }
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

/// Resolves names to public addresses only, so that no name can lead elsewhere between the check and the call.
#[derive(Debug)]
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(io::Error::other(format!("`{}` has no public address", name.as_str())).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in ["1.1.1.1", "223.5.5.5", "100.128.0.1", "2606:4700::1111", "2400:3200::1", "64:ff9b::101:101"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
    }

    #[test]
    fn addresses_out_of_reach_are_refused() {
        for bad in [
            "",
            "example.com",
            "http://example.com/hook",
            "ftp://example.com",
            "https://user:word@example.com",
            "https://127.0.0.1/hook",
            "https://[::1]/hook",
            "https://0x7f000001/hook",
            "https://2130706433/hook",
        ] {
            assert!(matches!(Reach::default().address(bad), Err(WebhookError::Address(_))), "{bad}");
        }
        assert!(Reach::default().address("https://erp.example.com/hook?x=1").is_ok());
        assert!(Reach { private: true }.address("http://10.0.0.5:8080/hook").is_ok());
    }
}
