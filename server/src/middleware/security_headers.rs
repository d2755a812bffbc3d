//! What browsers are told not to do with our pages.

use app::context::CspNonce;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use platform_config::Config;

use crate::state::AppState;

/// A year, with all hosts below ours.
const ONLY_HTTPS: &str = "max-age=31536000; includeSubDomains";
/// The address of the page goes to our own pages only: it may hold a VIN or a search.
const REFERRER: &str = "same-origin";
/// Nothing of a browser that we do not use. Sound is wanted (an outbid signal), full screen is the person's.
const PERMISSIONS: &str =
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()";

/// Pages that are not ours but swagger-ui's: they know no nonce, and hold nothing of anybody's.
const FOREIGN_PAGES: &str = "/api/docs";
/// Their policy: files of this host only.
const FOREIGN_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                              object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Middleware: makes the nonce of this response, and adds the headers.
pub async fn add(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = nonce();
    request.extensions_mut().insert(CspNonce(nonce.as_str().into()));
    let policy = if request.uri().path().starts_with(FOREIGN_PAGES) {
        FOREIGN_POLICY.to_owned()
    } else {
        policy(&nonce, &state.config)
    };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(REFERRER));
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if state.config.public_url.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ONLY_HTTPS));
    }
    response
}

/// 128 random bits in letters that need no quoting.
fn nonce() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// Scripts run by nonce, and what these load; `wasm-unsafe-eval` is what lets a browser compile wasm. Style
/// attributes are free (a bar's width), style sheets are not. The worker that shows news is a file of ours.
fn policy(nonce: &str, config: &Config) -> String {
    let sockets = config.public_url.as_str().replacen("http", "ws", 1);
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; \
         worker-src 'self'; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}
