//! Requests that change something must come from our own pages.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`, and failing these `Referer`); a page of
//! somebody else cannot forge that. A request that proves nothing is refused, with two exceptions: one with a bearer
//! token, which no browser sends by itself, and with which the session cookie does not count; and the end of mails by the
//! signed link in them, which mail boxes send themselves (RFC 8058): the link is the proof, and who is signed in does not count.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ORIGIN, REFERER};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Problem, ProblemKind};
use platform_config::Config;

use crate::http::refusal::Refusal;
use crate::middleware::person;
use crate::state::AppState;

/// What a mail box posts to.
const SIGNED_BY_ITS_LINK: &str = "/mail/unsubscribe";

/// Middleware: refuses an unsafe method that does not come from our own pages.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_proved = person::bearer(headers).is_some() || request.uri().path() == SIGNED_BY_ITS_LINK;
    if request.method().is_safe() || is_proved || is_ours(headers, &state.config) {
        return next.run(request).await;
    }
    tracing::warn!(
        http.method = %request.method(),
        http.path = request.uri().path(),
        http.origin = text(headers, ORIGIN.as_str()),
        "request from elsewhere refused"
    );
    Refusal(Problem::new(ProblemKind::Forbidden, "FROM_ELSEWHERE")).into_response()
}

/// Whether the browser says that the request comes from one of our own pages. For a WebSocket's handshake as well,
/// which is a GET and so passes the middleware.
pub fn is_ours(headers: &HeaderMap, config: &Config) -> bool {
    match text(headers, "sec-fetch-site") {
        // "none": typed, or from a bookmark; no page had a hand in it
        Some("same-origin" | "none") => return true,
        Some(_) => return false,
        None => {}
    }
    if let Some(origin) = text(headers, ORIGIN.as_str()) {
        return config.accepts_origin(origin);
    }
    text(headers, REFERER.as_str()).and_then(origin_of).is_some_and(|origin| config.accepts_origin(origin))
}

/// `https://host:port` of an address.
fn origin_of(address: &str) -> Option<&str> {
    let start = address.find("://")? + 3;
    let rest = &address[start..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(&address[..start + end])
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn ours(pairs: &[(&str, &str)]) -> bool {
        let config = Config::from_pairs([("LUOCHUI_PUBLIC_URL", "https://auction.example.com")]).unwrap();
        let pairs = pairs.iter().map(|(n, v)| (n.parse::<HeaderName>().unwrap(), v.parse().unwrap()));
        is_ours(&pairs.collect(), &config)
    }

    #[test]
    fn the_browsers_own_word_comes_first() {
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("sec-fetch-site", "none")]));
        for other in ["cross-site", "same-site", "anything"] {
            assert!(!ours(&[("sec-fetch-site", other), ("origin", "https://auction.example.com")]));
        }
    }

    #[test]
    fn an_origin_must_be_exactly_ours() {
        assert!(ours(&[("origin", "https://auction.example.com")]));
        for other in [
            "null",
            "http://auction.example.com",
            "https://auction.example.com.evil.com",
            "https://evil-auction.example.com",
            "https://auction.example.com:8443",
            "https://example.com",
            "",
        ] {
            assert!(!ours(&[("origin", other)]), "{other}");
            assert!(!ours(&[("origin", other), ("referer", "https://auction.example.com/")]), "{other}");
        }
    }

    #[test]
    fn an_old_browser_is_known_by_its_referer_and_silence_is_refused() {
        assert!(ours(&[("referer", "https://auction.example.com/my/bids?x=1")]));
        assert!(!ours(&[("referer", "https://evil.com/?https://auction.example.com/")]));
        assert!(!ours(&[("referer", "https://auction.example.com@evil.com/")]));
        assert!(!ours(&[]));
    }
}
