//! A receipt that somebody shows: `/proof` says whether it holds.

use app::FormState;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;

use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Draws the page with what was shown; the page checks it. Nothing is changed by it.
pub async fn check(State(state): State<AppState>, parts: Parts, body: Bytes) -> Response {
    let values = form_urlencoded::parse(&body).into_owned().collect();
    render_form(&state, parts, FormState { values, problem: None }).await
}
