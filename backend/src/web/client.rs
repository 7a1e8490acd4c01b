//! What a request tells about the other side.

use std::net::{IpAddr, SocketAddr};

use warp::http::HeaderMap;

/// The address of the client: the peer, or, if the peer is a trusted proxy, the right-most address in
/// `X-Forwarded-For` that is none.
fn address(peer: Option<SocketAddr>, forwarded_for: Option<&str>, trusted: &[IpAddr]) -> Option<IpAddr> {
    let peer = peer?.ip();
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    let chain = forwarded_for
        .unwrap_or("")
        .split(',')
        .rev()
        .map(|part| part.trim().parse::<IpAddr>());
    for address in chain {
        match address {
            Ok(address) if trusted.contains(&address) => {}
            Ok(address) => return Some(address),
            Err(_) => break,
        }
    }
    Some(peer)
}

/// The address of the client of a request, with all its `X-Forwarded-For` headers as one list.
pub fn of(headers: &HeaderMap, peer: Option<SocketAddr>, trusted: &[IpAddr]) -> Option<IpAddr> {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    address(peer, Some(&forwarded.join(",")), trusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let peer = |text: &str| Some(SocketAddr::new(text.parse().unwrap(), 1));
        let seen = |peer_ip, header| address(peer(peer_ip), header, &[proxy]).unwrap().to_string();
        assert_eq!(seen("203.0.113.9", Some("198.51.100.1")), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", Some("1.2.3.4, 198.51.100.1, 10.0.0.1")),
            "198.51.100.1"
        );
        assert_eq!(seen("10.0.0.1", Some("garbage")), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", None), "10.0.0.1");
    }
}
