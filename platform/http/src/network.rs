//! Addresses: whose request it is when a proxy stands in front.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use http::HeaderMap;

/// A range of addresses, such as `10.0.0.0/8` or `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is no range of addresses.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an address range; write it like 10.0.0.0/8 or 127.0.0.1")]
pub struct NetworkError(String);

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.chars().take(64).collect());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(widest), str::parse).map_err(|_| wrong())?;
        if prefix > widest { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

impl Network {
    /// Whether `address` lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= u32::from(self.prefix)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).leading_zeros() >= u32::from(self.prefix)
            }
            _ => false,
        }
    }
}

/// The caller's address: the peer, or, behind believed proxies, the nearest address that is not one of them.
pub(crate) fn client_address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[Network]) -> Option<IpAddr> {
    let peer = peer.map(|address| address.to_canonical())?;
    let believed = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !believed(peer) {
        return Some(peer);
    }
    let mut nearest = peer;
    let hops = headers.get_all("x-forwarded-for").iter().rev().filter_map(|value| value.to_str().ok());
    for hop in hops.flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !believed(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// Whether the address belongs to this machine or a private network.
pub(crate) fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// The address as limits count it: one IPv6 customer holds a whole /64.
pub(crate) fn counted(address: Option<IpAddr>) -> IpAddr {
    match address {
        Some(IpAddr::V6(v6)) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        Some(v4) => v4,
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(forwarded: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        headers
    }

    #[test]
    fn a_stranger_cannot_choose_their_address() {
        let peer = "203.0.113.9".parse().unwrap();
        let seen = client_address(Some(peer), &headers("1.2.3.4"), &["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(seen, Some(peer));
    }

    #[test]
    fn behind_a_believed_proxy_the_nearest_stranger_counts() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let seen = client_address("10.0.0.1".parse().ok(), &headers("9.9.9.9, 203.0.113.9, 10.0.0.2"), &trusted);
        assert_eq!(seen, "203.0.113.9".parse().ok());
        assert_eq!(client_address("10.0.0.1".parse().ok(), &headers("rubbish"), &trusted), "10.0.0.1".parse().ok());
    }

    #[test]
    fn ranges_are_read_and_compared() {
        let network: Network = "192.168.4.0/22".parse().unwrap();
        assert!(network.contains("192.168.7.255".parse().unwrap()));
        assert!(!network.contains("192.168.8.0".parse().unwrap()));
        assert!(!network.contains("::1".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert_eq!(counted("2001:db8::1:2:3:4".parse().ok()), "2001:db8::".parse::<IpAddr>().unwrap());
    }
}
