//! The auctioneer's console of a lane.

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use bidding::Call;
use kernel::{LotId, Principal};
use serde::Deserialize;
use uuid::Uuid;

use super::lot_control::back;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The fields of the console's buttons.
#[derive(Debug, Deserialize)]
pub struct LaneForm {
    pub(super) key: Uuid,
    #[serde(default)]
    pub(super) lane: String,
    #[serde(default)]
    call: String,
    /// The sale whose desk on the floor the button is on.
    #[serde(default)]
    pub(super) desk: String,
}

/// Calls to everybody.
pub async fn call(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let call = if form.call == Call::LastCall.as_str() { Call::LastCall } else { Call::Attention };
    let answer = state.services.auction.call_lot(&who, form.key, lot_id, call).await;
    back(lot_id, &form.lane, answer, "LOT_CALLED")
}

/// Passes the lot.
pub async fn pass(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.pass_lot(&who, form.key, lot_id).await;
    back(lot_id, &form.lane, answer, "LOT_PASSED")
}

/// Lets the hammer fall before the time is over.
pub async fn hammer(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.hammer_lot(&who, form.key, lot_id).await;
    back(lot_id, &form.lane, answer, "LOT_HAMMERED")
}
