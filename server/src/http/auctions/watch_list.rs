//! The buttons on cards that put a car on the watch list, or take it off.

use axum::extract::State;
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{LotId, Principal};
use serde::Deserialize;

use crate::auth::next;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Where a press goes back to when nothing says where it came from.
const HALL: &str = "/auctions";

/// The fields of the form: the button that was pressed is named `on` or `off`, its value is the lot.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WatchList {
    on: Option<LotId>,
    off: Option<LotId>,
    back: String,
}

/// Watches or not, then back to the card.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Form(form): Form<WatchList>,
) -> Result<Redirect, Refusal> {
    let back = next::local(&form.back).unwrap_or(HALL);
    let pressed = form.on.map(|lot_id| (lot_id, true)).or(form.off.map(|lot_id| (lot_id, false)));
    let Some((lot_id, watched)) = pressed else { return Ok(Redirect::to(back)) };
    state.services.auction.watch_lot(&who, lot_id, watched).await?;
    Ok(Redirect::to(&format!("{back}#lot-{lot_id}")))
}
