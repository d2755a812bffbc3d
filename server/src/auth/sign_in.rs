//! `POST /sign-in`.

use app::FormState;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use identity::SignIn;
use tower_sessions::Session;

use crate::auth::next;
use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::middleware::{address, session};
use crate::state::AppState;

/// Signs in and goes to where the person wanted to, or to where such people start.
pub async fn sign_in(
    State(state): State<AppState>,
    session: Session,
    parts: Parts,
    form: Posted,
) -> Response {
    let address = address::of_parts(&parts, state.config.proxies);
    let input = SignIn {
        login: form.text("login"),
        password: form.raw("password").to_owned(),
        address: address.clone(),
    };
    let refused = match state.services.identity.sign_in(input).await {
        Ok(signed_in) => {
            let who = &signed_in.principal;
            match session::begin(&session, who, &parts.headers, &address).await {
                Ok(()) => {
                    let start = app::routes::start_of(Some(who));
                    return Redirect::to(next::local(form.raw("next")).unwrap_or(start)).into_response();
                }
                Err(problem) => problem,
            }
        }
        Err(error) => error.into_problem(),
    };
    render_form(&state, parts, FormState::refused(form.into_pairs(), refused)).await
}
