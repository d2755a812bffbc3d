//! What every request passes on its way in, and every response on its way out.
//!
//! From the outside in: request id and access log, security headers, body limit, turns of handshakes, session, the person
//! behind it, the form of refusals, panics, time limit, rate limit, origin check, the store that is meant, route. The order
//! matters: a refusal is drawn in the person's language and frame, so the person is known before; and whatever happens, the
//! log and the headers see it.

pub mod access_log;
pub mod address;
pub mod cookie;
pub mod hall;
pub mod handshakes;
pub mod limits;
pub mod origin;
pub mod person;
pub mod rate;
pub mod security_headers;
pub mod session;
pub mod store;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;

use crate::http::refusal;
use crate::state::AppState;

/// The routes with everything around them. `state` is what [`Router::with_state`] gets as well.
pub fn around(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    // the last layer is the outermost
    router
        .layer(from_fn_with_state(state.clone(), hall::remember))
        .layer(from_fn(store::check))
        .layer(from_fn_with_state(state.clone(), origin::check))
        .layer(from_fn_with_state(rate::Limiter::new(state), rate::limit))
        .layer(from_fn(limits::time))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn(person::refuse_unless_known))
        .layer(from_fn_with_state(state.clone(), refusal::show))
        .layer(from_fn_with_state(state.clone(), person::find))
        .layer(from_fn(session::answered))
        .layer(session::layer(state))
        .layer(from_fn_with_state(state.clone(), session::unless_saved))
        .layer(from_fn_with_state(handshakes::Turns::default(), handshakes::in_turn))
        .layer(DefaultBodyLimit::max(limits::BODY_MAX))
        .layer(from_fn_with_state(state.clone(), security_headers::add))
        .layer(from_fn_with_state(state.clone(), access_log::log))
}
