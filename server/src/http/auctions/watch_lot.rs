//! The button on a lot's page that puts it on the watch list, or takes it off.

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{LotId, Principal};
use serde::Deserialize;

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The field of the form: `on` or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WatchForm {
    watched: String,
}

/// Watches or not, then back to the lot.
pub async fn watch_lot(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<WatchForm>,
) -> Result<Redirect, Refusal> {
    state.services.auction.watch_lot(&who, lot_id, form.watched == "on").await?;
    Ok(Redirect::to(&format!("/auctions/lots/{lot_id}")))
}
