//! A person's news: read, and what he wants to hear of.

use app::FormState;
use auction::Topic;
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The forms of the page, told apart by their hidden field `form`; then back to the page as it was.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state, &who, &form).await {
        Ok(Some(done)) => Redirect::to(&format!("/my/alerts?done={done}")).into_response(),
        Ok(None) => {
            let back = parts.uri.path_and_query().map_or("/my/alerts", |path| path.as_str());
            Redirect::to(back).into_response()
        }
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// How much is not read, as it stands at the bell: for pages that stay open.
pub async fn unread(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
) -> Result<String, Refusal> {
    let count = state.services.auction.unread_alerts(&who).await.map_err(CommandError::into_problem)?;
    Ok(app::ui::unread_text(count))
}

async fn changed(
    state: &AppState,
    who: &Principal,
    form: &Posted,
) -> Result<Option<&'static str>, CommandError> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    match form.raw("form") {
        "read" => {
            let one = form.given("id").map(str::parse).transpose().map_err(|_| malformed())?;
            let until = form.raw("until").parse().map_err(|_| malformed())?;
            state.services.auction.read_alerts(who, one, UnixMs(until)).await?;
            Ok(None)
        }
        "choice" => {
            let wanted: Vec<Topic> = form
                .all("topics")
                .filter_map(|name| Topic::ALL.into_iter().find(|topic| topic.name() == name))
                .collect();
            let lead_min = match form.given("lead") {
                // what is no number is no lead either, and is refused as one
                Some(typed) => typed.parse().unwrap_or_default(),
                None => state.services.auction.ending_lead_min(who).await?,
            };
            state.services.auction.choose_alerts(who, &wanted, lead_min).await?;
            Ok(Some("ALERTS_CHOSEN"))
        }
        _ => Err(malformed().into()),
    }
}
