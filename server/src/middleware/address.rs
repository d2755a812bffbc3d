//! Where a request comes from, as far as that can be trusted.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

/// The address that limits count by: the peer's, or, behind `proxies` of our own, the entry that the outermost of
/// them wrote. What stands further left in the header was written by the caller and means nothing.
pub fn of(extensions: &Extensions, headers: &HeaderMap, proxies: u8) -> String {
    let peer = || {
        let info = extensions.get::<ConnectInfo<SocketAddr>>();
        info.map_or_else(|| "unknown".to_owned(), |ConnectInfo(peer)| peer.ip().to_string())
    };
    if proxies == 0 {
        return peer();
    }
    let entries: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let ours = entries.len().checked_sub(usize::from(proxies)).and_then(|position| entries.get(position));
    match ours.and_then(|entry| entry.parse::<std::net::IpAddr>().ok()) {
        Some(ip) => ip.to_string(),
        None => peer(),
    }
}

/// The same, of a request that was taken apart.
pub fn of_parts(parts: &Parts, proxies: u8) -> String {
    of(&parts.extensions, &parts.headers, proxies)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn seen(forwarded: &[&str], proxies: u8) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 4711))));
        of(&extensions, &headers, proxies)
    }

    #[test]
    fn only_what_our_proxies_wrote_counts() {
        assert_eq!(seen(&["1.1.1.1"], 0), "10.0.0.9");
        assert_eq!(seen(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(seen(&["6.6.6.6", "1.1.1.1, 10.0.0.7"], 2), "1.1.1.1");
        assert_eq!(seen(&["1.1.1.1"], 2), "10.0.0.9");
        assert_eq!(seen(&["not an address"], 1), "10.0.0.9");
        assert_eq!(seen(&[], 1), "10.0.0.9");
    }
}
