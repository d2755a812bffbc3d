//! A second person agrees to a reserve far above the guide price, or does not.

use auction::AnswerReserve;
use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{LotId, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use serde::Deserialize;

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The fields of these forms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    key: String,
    note: String,
}

/// Agrees.
pub async fn approve(
    state: State<AppState>,
    who: Extension<Principal>,
    lot_id: Path<LotId>,
    form: Form<AnswerForm>,
) -> Result<Redirect, Refusal> {
    answer(state, who, lot_id, form, true).await
}

/// Does not.
pub async fn decline(
    state: State<AppState>,
    who: Extension<Principal>,
    lot_id: Path<LotId>,
    form: Form<AnswerForm>,
) -> Result<Redirect, Refusal> {
    answer(state, who, lot_id, form, false).await
}

async fn answer(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<AnswerForm>,
    approved: bool,
) -> Result<Redirect, Refusal> {
    let key = form.key.parse().map_err(|_| Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST"))?;
    let input = AnswerReserve { key, lot_id, approved, note: form.note };
    let place = format!("/office/lots/{lot_id}");
    match state.services.auction.answer_reserve(&who, input).await.map_err(CommandError::into_problem) {
        Ok(()) => {
            let done = if approved { "RESERVE_APPROVED" } else { "RESERVE_DECLINED" };
            Ok(Redirect::to(&format!("{place}?done={done}")))
        }
        // what has changed meanwhile is said on the lot's page, beside what is true now
        Err(problem) if problem.kind == ProblemKind::Conflict => {
            Ok(Redirect::to(&format!("{place}?problem={}", problem.code)))
        }
        Err(problem) => Err(problem.into()),
    }
}
