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

/// Ends the session. For somebody whose session is over already it does no more than end the news in this browser, and goes to the
/// same page.
pub async fn sign_out(
    State(state): State<AppState>,
    who: Option<Extension<Principal>>,
    session: Session,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let mut response = Redirect::to("/sign-in?done=SIGNED_OUT").into_response();
    // a browser that is left is told no news any more, whoever leaves it
    let device = cookie::device(&headers);
    match (who, session.id(), device) {
        (Some(Extension(who)), Some(id), _) => state.services.identity.sign_out(&who, id, device).await?,
        // his session ran out, and with it who he is
        (_, _, Some(device)) => state.services.auction.leave_browser(device).await?,
        (_, _, None) => {}
    }
    if let Some(forget) = cookie::forget(&state.config, cookie::DEVICE) {
        response.headers_mut().append(SET_COOKIE, forget);
    }
    session::end(&session).await?;
    // the session layer's own removal lacks `Secure`, without which a `__Host-` cookie is not touched
    if let Some(forget) = cookie::forget(&state.config, session::cookie_name(&state.config)) {
        response.headers_mut().append(SET_COOKIE, forget);
    }
    Ok(response)
}
