//! The address people type.

use std::fmt;

/// Scheme, host and port; no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    is_https: bool,
    /// Without brackets.
    host: String,
    port: u16,
}

const LOOPBACK_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "::1"];

impl PublicUrl {
    /// Reads `https://host` or `http://host:port`, with or without a closing slash.
    pub(crate) fn read(text: &str) -> Option<PublicUrl> {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let (is_https, authority) = match text.split_once("://")? {
            ("https", authority) => (true, authority),
            ("http", authority) => (false, authority),
            _ => return None,
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().ok().filter(|port| *port > 0)?))
            }
            _ => (authority, None),
        };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_valid = match bare {
            Some(ip) => ip.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)),
        };
        let host = bare.unwrap_or(host).to_owned();
        let default_port = if is_https { 443 } else { 80 };
        is_valid.then(|| PublicUrl { text, is_https, host, port: port.unwrap_or(default_port) })
    }

    /// As an `Origin` header shows it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is https.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// Whether only this machine can use it.
    pub fn is_loopback(&self) -> bool {
        LOOPBACK_NAMES.contains(&self.host.as_str())
    }

    pub(crate) fn accepts(&self, origin: &str) -> bool {
        let Some(other) = PublicUrl::read(origin) else { return false };
        let same_host = self.host == other.host || (self.is_loopback() && other.is_loopback());
        same_host && self.is_https == other.is_https && self.port == other.port
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
