//! Which addresses are nobody's but the internet's. A browser names where its messages go, and whoever is signed in can name
//! anything: a database of ours, the address at which a cloud gives out its keys.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

/// A name looks like many machines; no push service has more.
const ADDRESSES_MAX: usize = 16;

/// Whether that is an address over TLS, at the usual port, of a host that has a name. An address in numbers would be looked up by
/// nobody, and so not be judged.
pub(crate) fn is_public(uri: &Uri) -> bool {
    let Some(host) = uri.host().map(|host| host.trim_end_matches('.')) else { return false };
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    uri.scheme_str() == Some("https")
        && matches!(uri.port_u16(), None | Some(443))
        && !has_user
        // 10.0.0.1, [::1], and with a number at its end what some read as an address (0x7f.1, 127.1)
        && host.rsplit_once('.').is_some_and(|(_, last)| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Looks names up, and knows only addresses that everybody can reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PublicOnly;

impl Service<Name> for PublicOnly {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> =
                found.filter(|found| is_everybodys(found.ip())).take(ADDRESSES_MAX).collect();
            match public.is_empty() {
                true => Err(io::Error::other("the push service's name leads to no public address")),
                false => Ok(public.into_iter()),
            }
        })
    }
}

fn is_everybodys(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_everybodys_v4(address),
        IpAddr::V6(address) => is_everybodys_v6(address),
    }
}

fn is_everybodys_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_of_protocols = (first, second, third) == (192, 0, 0);
    let is_for_measuring = first == 198 && (second == 18 || second == 19);
    !(first == 0
        || first >= 224
        || is_shared
        || is_of_protocols
        || is_for_measuring
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_everybodys_v6(address: Ipv6Addr) -> bool {
    // only what is given out to networks (2000::/3), and of that nothing that stands for an address of version 4
    let [first, second, ..] = address.segments();
    let is_given_out = first & 0xe000 == 0x2000;
    let stands_for_v4 = first == 0x2002 || (first, second) == (0x2001, 0);
    let is_for_papers = (first, second) == (0x2001, 0x0db8);
    is_given_out && !stands_for_v4 && !is_for_papers
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_names_over_tls_at_the_usual_port() {
        let public = |text: &str| text.parse().is_ok_and(|uri| is_public(&uri));
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
            "https://web.push.apple.com/QGuQ",
            "https://web.push.apple.com:443/QGuQ",
            "https://db5p.notify.windows.com/w/?token=BQ",
        ] {
            assert!(public(good), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://user@fcm.googleapis.com/x",
            "https://localhost/x",
            "https://localhost./x",
            "https://127.0.0.1/x",
            "https://127.0.0.1./x",
            "https://127.1/x",
            "https://0x7f.0.0.1/x",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "file:///etc/passwd",
            "/relative",
            "",
        ] {
            assert!(!public(bad), "{bad}");
        }
    }

    #[test]
    fn networks_of_ones_own_are_nobodys() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!is_everybodys(text.parse().unwrap()), "{text}");
        }
        for text in
            ["8.8.8.8", "100.128.0.1", "172.32.0.1", "142.250.80.1", "2a00:1450:4001::1", "2001:4860::8888"]
        {
            assert!(is_everybodys(text.parse().unwrap()), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_our_own_network_leads_nowhere() {
        let looked_up = PublicOnly.call("localhost".parse().unwrap()).await;
        assert!(looked_up.unwrap_err().to_string().contains("no public address"));
    }
}
