//! Buttons on a lot's office page: pause, resume, lower the reserve, publish it, look at it, set the seller's gap.

use app::live::words::shape_of;
use auction::Answer;
use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{LotId, Principal, Problem, ProblemKind, SaleId, parse_amount};
use platform_db::CommandError;
use serde::Deserialize;
use uuid::Uuid;

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The fields of these forms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ControlForm {
    key: String,
    reserve: String,
    gap: String,
    /// The lane whose console the button is on.
    lane: String,
}

/// Stops bidding.
pub async fn pause(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<ControlForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.pause_lot(&who, form.key()?, lot_id).await;
    back(lot_id, &form.lane, answer, "LOT_PAUSED")
}

/// Lets bidding go on.
pub async fn resume(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<ControlForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.resume_lot(&who, form.key()?, lot_id).await;
    back(lot_id, &form.lane, answer, "LOT_RESUMED")
}

/// Lowers the reserve.
pub async fn lower_reserve(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<ControlForm>,
) -> Result<Redirect, Refusal> {
    let Ok(reserve_fen) = parse_amount(&form.reserve) else {
        return Ok(Redirect::to(&format!("/office/lots/{lot_id}?problem=AMOUNT_UNREADABLE")));
    };
    let answer = state.services.auction.lower_reserve(&who, form.key()?, lot_id, reserve_fen).await;
    back(lot_id, &form.lane, answer, "RESERVE_LOWERED")
}

/// Lets everybody know the reserve.
pub async fn publish_reserve(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<ControlForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.publish_reserve(&who, form.key()?, lot_id).await;
    back(lot_id, &form.lane, answer, "RESERVE_PUBLISHED")
}

/// Shows the reserve, and writes down to whom.
pub async fn reveal(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<ControlForm>,
) -> Result<Redirect, Refusal> {
    let key = form.key()?;
    state.services.auction.reveal_reserve(&who, key, lot_id).await?;
    Ok(Redirect::to(&format!("{}?revealed={key}", place(lot_id, &form.lane))))
}

/// Writes down the gap that the seller authorises.
pub async fn set_gap(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<ControlForm>,
) -> Result<Redirect, Refusal> {
    let Ok(gap_fen) = parse_amount(&form.gap) else {
        return Ok(Redirect::to(&format!("/office/lots/{lot_id}?problem=AMOUNT_UNREADABLE")));
    };
    let answer = state.services.auction.set_gap(&who, form.key()?, lot_id, gap_fen).await;
    back(lot_id, &form.lane, answer, "GAP_SET")
}

impl ControlForm {
    fn key(&self) -> Result<Uuid, Problem> {
        self.key.parse().map_err(|_| Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST"))
    }
}

/// Back to the lot, or to the console of its lane, with what was done or why it was not.
pub(super) fn back(
    lot_id: LotId,
    lane: &str,
    answer: Result<Answer, CommandError>,
    done: &str,
) -> Result<Redirect, Refusal> {
    let place = place(lot_id, lane);
    match answer?.refusal() {
        None => Ok(Redirect::to(&format!("{place}?done={done}"))),
        // some codes mean two things: the address tells which
        Some(problem) => {
            Ok(Redirect::to(&format!("{place}?problem={}", shape_of(&problem.code, &problem.data))))
        }
    }
}

/// The page that the button is on: the lot's, or the console of its lane.
fn place(lot_id: LotId, lane: &str) -> String {
    // only an id leads to a console: the field is the sender's word
    match lane.parse::<SaleId>() {
        Ok(sale_id) => format!("/office/sales/{sale_id}/lane"),
        Err(_) => format!("/office/lots/{lot_id}"),
    }
}
