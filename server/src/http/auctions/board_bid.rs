//! A bid from the board of many lots: a form post, then back to the board, which says what became of it.

use axum::extract::State;
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{LotId, Principal, Problem, ProblemKind};
use serde::Deserialize;

use super::place_bid::{BidForm, place};
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The fields of the bid form, and which lot it is about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BoardBid {
    lot_id: String,
    /// The page of the board that it was sent from.
    page: String,
    #[serde(flatten)]
    bid: BidForm,
}

/// Places the bid and goes back to the board with `?answer=<key>`, or with `?problem=<code>` when nothing reached the
/// auction.
pub async fn board_bid(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Form(form): Form<BoardBid>,
) -> Result<Redirect, Refusal> {
    let malformed = |_| Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let lot_id: LotId = form.lot_id.parse().map_err(malformed)?;
    let outcome = place(&state, &who, lot_id, &form.bid).await?;
    // to the card: what became of the bid stands there
    let page = match form.page.parse::<u32>() {
        Ok(number @ 2..) => format!("&page={number}"),
        _ => String::new(),
    };
    Ok(Redirect::to(&format!("/my/board?{outcome}&lot={lot_id}{page}#lot-{lot_id}")))
}
