//! Who makes the request: by session cookie, or for programs by bearer token. Looked up once, for everybody after.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use identity::{Appearance, Credential, SignedIn, Theme};
use kernel::{Lang, Problem};
use platform_db::CommandError;
use tower_sessions::Session;

use crate::http::refusal::Refusal;
use crate::middleware::store::Stores;
use crate::middleware::{cookie, session};
use crate::state::AppState;

/// Where tokens count. Pages are for people, who have sessions.
const PROGRAMS: [&str; 2] = ["/api/", "/ws/"];
/// What open pages ask for by themselves: no sign of a person, who is signed out when he is idle.
const BY_ITSELF: [&str; 2] = ["/my/alerts/unread", "/office/alerts/unread"];
/// Built files, which are the same for everybody.
const FILES: &str = "/pkg/";

/// On a request whose person could not be looked up.
#[derive(Clone)]
struct Unknown(Problem);

/// Middleware: puts `Appearance` on the request, and `Principal`, `Credential` and `Stores` if somebody is signed in.
pub async fn find(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let session = request.extensions().get::<Session>().cloned();
    let found = look_up(&state, request.uri().path(), request.headers(), session.as_ref()).await;
    let by_itself = BY_ITSELF.contains(&request.uri().path());
    let appearance = match &found {
        Ok(Some((_, signed_in))) => signed_in.appearance,
        Ok(None) | Err(_) => visitors(request.headers()),
    };
    request.extensions_mut().insert(appearance);
    match found {
        Ok(Some((credential, signed_in))) => {
            if signed_in.touch_due
                && !by_itself
                && let Some(session) = session
                && let Err(problem) = session::touch(&session, state.clock.now()).await
            {
                request.extensions_mut().insert(Unknown(problem));
            }
            request.extensions_mut().insert(credential);
            request.extensions_mut().insert(Stores(signed_in.stores.into()));
            request.extensions_mut().insert(signed_in.principal);
        }
        Ok(None) => {}
        Err(error) => drop(request.extensions_mut().insert(Unknown(error.into_problem()))),
    }
    next.run(request).await
}

/// Middleware, inside of what draws refusals: without an answer from the database nobody is let in, not even as a
/// stranger, who would be told that the session is over.
pub async fn refuse_unless_known(request: Request, next: Next) -> Response {
    match request.extensions().get::<Unknown>() {
        Some(Unknown(problem)) => Refusal(problem.clone()).into_response(),
        None => next.run(request).await,
    }
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

async fn look_up(
    state: &AppState,
    path: &str,
    headers: &HeaderMap,
    session: Option<&Session>,
) -> Result<Option<(Credential, SignedIn)>, CommandError> {
    let Some(credential) = credential(path, headers, session) else { return Ok(None) };
    let found = state.services.identity.principal_for(&credential).await?;
    Ok(found.map(|signed_in| (credential, signed_in)))
}

/// What the request shows. With a token, good or not, the session does not count.
fn credential(path: &str, headers: &HeaderMap, session: Option<&Session>) -> Option<Credential> {
    if path.starts_with(FILES) {
        return None;
    }
    match bearer(headers) {
        Some(secret) if PROGRAMS.iter().any(|start| path.starts_with(start)) => {
            Some(Credential::token(secret))
        }
        Some(_) => None,
        None => session.and_then(Session::id).map(Credential::session),
    }
}

/// What a visitor has chosen before, else what the browser asks for.
fn visitors(headers: &HeaderMap) -> Appearance {
    let asked = || headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map(Lang::negotiate);
    Appearance {
        lang: cookie::read(headers, cookie::LANG).map(Lang::from_tag).or_else(asked).unwrap_or_default(),
        theme: cookie::read(headers, cookie::THEME).map(Theme::from_name).unwrap_or_default(),
    }
}
