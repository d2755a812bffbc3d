//! What a seller does on his lot: he lowers the reserve, publishes it, says how far below it he sells without a question.

use app::live::words::shape_of;
use auction::Answer;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::{Fen, LotId, Principal, parse_amount};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Lowers the reserve.
pub async fn lower_reserve(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let Some(reserve_fen) = amount(&form) else { return Ok(unreadable(lot_id)) };
    let answer = state.services.auction.lower_reserve(&who, form.key()?, lot_id, reserve_fen).await;
    back(lot_id, answer, "RESERVE_LOWERED")
}

/// Lets everybody know the reserve.
pub async fn publish_reserve(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.publish_reserve(&who, form.key()?, lot_id).await;
    back(lot_id, answer, "RESERVE_PUBLISHED")
}

/// Authorises a gap.
pub async fn set_gap(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let Some(gap_fen) = amount(&form) else { return Ok(unreadable(lot_id)) };
    let answer = state.services.auction.set_gap(&who, form.key()?, lot_id, gap_fen).await;
    back(lot_id, answer, "GAP_SET")
}

fn amount(form: &Posted) -> Option<Fen> {
    parse_amount(&form.text("amount")).ok()
}

fn unreadable(lot_id: LotId) -> Redirect {
    Redirect::to(&format!("/my/selling/lots/{lot_id}?problem=AMOUNT_UNREADABLE"))
}

/// Back to the lot, with what was done or why it was not.
fn back(lot_id: LotId, answer: Result<Answer, CommandError>, done: &str) -> Result<Redirect, Refusal> {
    let place = format!("/my/selling/lots/{lot_id}");
    Ok(match answer?.refusal() {
        None => Redirect::to(&format!("{place}?done={done}")),
        // some codes mean two things: the address tells which
        Some(problem) => Redirect::to(&format!("{place}?problem={}", shape_of(&problem.code, &problem.data))),
    })
}
