//! The button on a car's page that shows the reserve.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::{Principal, VehicleId};

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Shows it, and writes down to whom.
pub async fn reveal(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<VehicleId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let key = form.key()?;
    state.services.vehicle.reveal_reserve(&who, key, id).await?;
    Ok(Redirect::to(&format!("/office/vehicles/{id}?revealed={key}")))
}
