//! Addresses: texts in those of pages, and where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

/// A text as a value in an address.
#[must_use]
pub fn in_address(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut address, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => address.push(char::from(byte)),
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
        address
    })
}

/// The address that a request comes from. A proxy on this machine says who it asks for; of several addresses the last
/// one is what it saw itself.
#[must_use]
pub fn address_of(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer.map(|peer| peer.to_canonical());
    if !peer.is_some_and(|peer| peer.is_loopback()) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    forwarded.and_then(|value| value.rsplit(',').next()).and_then(|last| read_address(last.trim())).or(peer)
}

fn read_address(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.or_else(|| text.trim_matches(['[', ']']).parse().ok()).map(|address| address.to_canonical())
}
