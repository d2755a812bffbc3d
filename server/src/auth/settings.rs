//! `/settings`: the password, API tokens, and where one is signed in.

use app::FormState;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use identity::{MakeToken, RevokeToken, SetPassword};
use kernel::{Principal, Problem, ProblemKind};
use tower_sessions::Session;
use uuid::Uuid;

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::middleware::cookie;
use crate::state::AppState;

/// The page's forms, told apart by their hidden field `form`.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    session: Session,
    parts: Parts,
    form: Posted,
) -> Response {
    match form.raw("form") {
        "password" => set_password(state, who, session, parts, form).await,
        "token" => make_token(state, who, parts, form).await,
        _ => Refusal(Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST")).into_response(),
    }
}

async fn set_password(
    state: AppState,
    who: Principal,
    session: Session,
    parts: Parts,
    form: Posted,
) -> Response {
    let refused = match form.key() {
        Ok(key) => {
            let input = SetPassword {
                key,
                user_id: who.user_id,
                current: Some(form.raw("current").to_owned()),
                new: form.raw("new").to_owned(),
                keep: session.id(),
                device: cookie::device(&parts.headers),
            };
            match state.services.identity.set_password(&who, input).await {
                Ok(()) => return Redirect::to("/settings?done=PASSWORD_CHANGED").into_response(),
                Err(error) => error.into_problem(),
            }
        }
        Err(problem) => problem,
    };
    let values = form.into_pairs_without(&["current", "new"]);
    render_form(&state, parts, FormState::refused(values, refused)).await
}

/// The one post that answers with a page when it succeeds: the secret is in no address and in no session, so that
/// this answer is the only place where it can ever be read.
async fn make_token(state: AppState, who: Principal, parts: Parts, form: Posted) -> Response {
    let refused = match form.key() {
        Ok(key) => {
            match state.services.identity.make_token(&who, MakeToken { key, name: form.text("name") }).await {
                Ok(token) => {
                    let values = vec![("form".into(), "token".into()), ("secret".into(), token.secret)];
                    return render_form(&state, parts, FormState { values, problem: None }).await;
                }
                Err(error) => error.into_problem(),
            }
        }
        Err(problem) => problem,
    };
    render_form(&state, parts, FormState::refused(form.into_pairs(), refused)).await
}

/// One of one's own tokens works no more.
pub async fn revoke_token(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(token_id): Path<Uuid>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let input = RevokeToken { key: form.key()?, token_id };
    state.services.identity.revoke_token(&who, input).await?;
    Ok(Redirect::to("/settings?done=TOKEN_REVOKED"))
}

/// Ends all sessions but this one.
pub async fn end_other_sessions(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    session: Session,
    headers: HeaderMap,
) -> Result<Redirect, Refusal> {
    let device = cookie::device(&headers);
    state.services.identity.sign_out_elsewhere(&who, session.id(), device).await?;
    Ok(Redirect::to("/settings?done=SESSIONS_ENDED"))
}
