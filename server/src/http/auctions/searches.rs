//! Searches that a person keeps.

use app::FormState;
use app::dealer::hall::filter_of;
use app::query::Query;
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Principal, Problem, ProblemKind};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The forms of the page, told apart by their hidden field `form`. What is kept is the filter of the address.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state, &who, &parts, &form).await {
        Ok(done) => Redirect::to(&format!("/my/searches?done={done}")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

async fn changed(
    state: &AppState,
    who: &Principal,
    parts: &Parts,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let auction = &state.services.auction;
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let id = || form.raw("id").parse().map_err(|_| malformed());
    match form.raw("form") {
        "keep" => {
            let filter = filter_of(&Query::read(parts.uri.query().unwrap_or_default()));
            auction.save_search(who, form.key()?, &form.text("name"), &filter).await?;
            Ok("SEARCH_KEPT")
        }
        "mute" => {
            auction.mute_search(who, id()?, true).await?;
            Ok("SEARCH_MUTED")
        }
        "unmute" => {
            auction.mute_search(who, id()?, false).await?;
            Ok("SEARCH_TELLS")
        }
        "remove" => {
            auction.remove_search(who, id()?).await?;
            Ok("SEARCH_REMOVED")
        }
        _ => Err(malformed().into()),
    }
}
