//! The button on a negotiation's page that shows the reserve.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::{NegotiationId, Principal};

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Shows it, and writes down to whom.
pub async fn reveal(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<NegotiationId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let key = form.key()?;
    state.services.auction.reveal_reserve_in(&who, key, id).await?;
    Ok(Redirect::to(&format!("/office/negotiations/{id}?revealed={key}")))
}
