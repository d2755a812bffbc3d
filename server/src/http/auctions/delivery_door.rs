//! Where a person buys for, chosen on a lot's page.

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{LotId, Principal};
use serde::Deserialize;

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The field of the form: a place, or nothing for the usual one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DoorForm {
    door: String,
}

/// Keeps it, then back to the sums of the lot.
pub async fn choose(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<DoorForm>,
) -> Result<Redirect, Refusal> {
    state.services.auction.choose_delivery_door(&who, form.door.trim()).await?;
    Ok(Redirect::to(&format!("/auctions/lots/{lot_id}#landed")))
}
