//! What a dealer does with a max that stands, beside raising it: takes it back before the opening, stands by it on a new
//! condition report.

use auction::Answer;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::{LotId, Principal};
use platform_db::CommandError;
use uuid::Uuid;

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Takes back the max that waits for the opening.
pub async fn withdraw(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let key = form.key()?;
    let answer = state.services.auction.withdraw_max(&who, key, lot_id).await;
    back(lot_id, key, answer, "MAX_WITHDRAWN")
}

/// Stands by the max on the report that was seen.
pub async fn confirm_report(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let key = form.key()?;
    let answer = state.services.auction.confirm_report(&who, key, lot_id, form.text("report_hash")).await;
    back(lot_id, key, answer, "REPORT_CONFIRMED")
}

/// Back to the lot, with what was done; the record says why it was not.
fn back(
    lot_id: LotId,
    key: Uuid,
    answer: Result<Answer, CommandError>,
    done: &str,
) -> Result<Redirect, Refusal> {
    Ok(Redirect::to(&match answer?.refusal() {
        None => format!("/auctions/lots/{lot_id}?done={done}"),
        Some(_) => format!("/auctions/lots/{lot_id}?answer={key}#bid"),
    }))
}
