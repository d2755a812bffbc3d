//! The session cookie.
//!
//! Its value is a random id whose hash is the key of a row; what is in the row never leaves the server. The browser
//! forgets it after twelve idle hours, the row ends then too, and after seven days in any case.

use axum::extract::{Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use identity::{IDLE_MS, Sessions, USER_ID};
use kernel::{Principal, Problem};
use platform_config::Config;
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use crate::http::refusal;
use crate::state::AppState;

/// A browser's name of itself is cut off here.
const AGENT_MAX: usize = 200;

/// The layer that brings a [`Session`] to each request.
pub fn layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(state.services.identity.session_store())
        .with_name(cookie_name(&state.config))
        .with_secure(state.config.secure_cookies)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::milliseconds(IDLE_MS)))
}

/// The cookie's name. The prefix makes the browser refuse a cookie of that name from a sibling host or over http; it
/// needs `Secure`, so an address without https goes without.
pub fn cookie_name(config: &Config) -> &'static str {
    if config.secure_cookies { "__Host-luochui" } else { "luochui" }
}

/// Makes this the session of that person, under a new id: whoever knew the old one knows nothing.
pub async fn begin(
    session: &Session,
    who: &Principal,
    headers: &HeaderMap,
    address: &str,
) -> Result<(), Problem> {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let agent: String = agent.chars().take(AGENT_MAX).collect();
    session.cycle_id().await.map_err(broken)?;
    session.insert(USER_ID, who.user_id.to_string()).await.map_err(broken)?;
    session.insert("agent", agent).await.map_err(broken)?;
    session.insert("address", address).await.map_err(broken)
}

/// Moves the idle limit on: the changed entry makes the layer save the session and send the cookie again.
pub async fn touch(session: &Session, now: kernel::UnixMs) -> Result<(), Problem> {
    session.insert("touched_at", now.0).await.map_err(broken)
}

/// Ends the session.
pub async fn end(session: &Session) -> Result<(), Problem> {
    session.flush().await.map_err(broken)
}

/// On a response that came from inside the session layer.
#[derive(Clone)]
struct Answered;

/// Middleware, inside the session layer: marks what was answered.
pub async fn answered(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(Answered);
    response
}

/// Middleware, around the session layer: where a session could not be saved, the layer throws the answer away and puts an
/// empty 500 in its place. The store was away, which is said as everywhere else.
pub async fn unless_saved(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let is_lost = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.extensions().get::<Answered>().is_none();
    match is_lost {
        true => refusal::shown(&state, parts, &platform_db::unavailable()).await,
        false => response,
    }
}

fn broken(error: tower_sessions::session::Error) -> Problem {
    use tower_sessions::session::Error;
    use tower_sessions::session_store;
    tracing::error!(%error, "session failed");
    match error {
        // the store has logged why
        Error::Store(session_store::Error::Backend(_)) => platform_db::unavailable(),
        _ => Problem::internal(),
    }
}
