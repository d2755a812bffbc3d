//! Practice runs: begun, bid in, paused, given up. Nothing here reaches a real lot.

use app::FormState;
use auction::{PracticeMove, StartPractice};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldProblem, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use uuid::Uuid;

use super::place_bid::amount_of;
use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Begins a run, and leads to it.
pub async fn start(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    match begun(&state, &who, &form).await {
        Ok(id) => Redirect::to(&format!("/my/practice/{id}")).into_response(),
        Err(error) => refused(&state, parts, form, error).await,
    }
}

async fn begun(state: &AppState, who: &Principal, form: &Posted) -> Result<Uuid, CommandError> {
    let key = form.key()?;
    let lot_id = form.raw("lot").parse().map_err(|_| malformed())?;
    let speed = form.raw("speed").parse().map_err(|_| malformed())?;
    state.services.auction.start_practice(who, StartPractice { key, lot_id, speed }).await?;
    Ok(key)
}

/// The forms of a run, told apart by their hidden field `form`. A bid comes back with `?answer=<key>`.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<Uuid>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state, &who, id, &form).await {
        Ok(told) => Redirect::to(&format!("/my/practice/{id}{told}")).into_response(),
        Err(error) => refused(&state, parts, form, error).await,
    }
}

async fn changed(state: &AppState, who: &Principal, id: Uuid, form: &Posted) -> Result<String, CommandError> {
    let key = form.key()?;
    let (what, told) = match form.raw("form") {
        "bid" => {
            let amount = amount_of(form.raw("quick_fen"), form.raw("max"), "");
            let max_fen = amount.map_err(|code| Problem::fields(vec![FieldProblem::new("max", code)]))?;
            let confirmed = form.given("confirmed").is_some();
            (PracticeMove::Bid(max_fen, confirmed), format!("?answer={key}#bid"))
        }
        "pause" => (PracticeMove::Pause, String::new()),
        "go_on" => (PracticeMove::GoOn, String::new()),
        "speed" => {
            let speed = form.raw("speed").parse().map_err(|_| malformed())?;
            (PracticeMove::Speed(speed), String::new())
        }
        "give_up" => (PracticeMove::GiveUp, String::new()),
        _ => return Err(malformed().into()),
    };
    state.services.auction.move_practice(who, (id, key), what).await?;
    Ok(told)
}

async fn refused(state: &AppState, parts: Parts, form: Posted, error: CommandError) -> Response {
    render_form(state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
}

fn malformed() -> Problem {
    Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST")
}
