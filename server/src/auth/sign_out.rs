//! `POST /sign-out`.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Principal;
use tower_sessions::Session;

use crate::http::refusal::Refusal;
use crate::middleware::{cookie, session};
use crate::state::AppState;

/// Ends the session. For somebody whose session is over already it does no more than go to the same page.
pub async fn sign_out(
    State(state): State<AppState>,
    who: Option<Extension<Principal>>,
    session: Session,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let mut response = Redirect::to("/sign-in?done=SIGNED_OUT").into_response();
    if let (Some(Extension(who)), Some(id)) = (who, session.id()) {
        // a browser that is left is told no news any more
        state.services.identity.sign_out(&who, id, cookie::device(&headers)).await?;
        if let Some(forget) = cookie::forget(&state.config, cookie::DEVICE) {
            response.headers_mut().append(SET_COOKIE, forget);
        }
    }
    session::end(&session).await?;
    // the session layer's own removal lacks `Secure`, without which a `__Host-` cookie is not touched
    if let Some(forget) = cookie::forget(&state.config, session::cookie_name(&state.config)) {
        response.headers_mut().append(SET_COOKIE, forget);
    }
    Ok(response)
}
