//! Voiding a bid: asked for on the lot's page, confirmed or declined by another person.

use app::FormState;
use auction::{REASONS_OF_STAFF, RequestVoid};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldProblem, LotId, Principal, Problem};
use platform_db::CommandError;
use uuid::Uuid;

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Asks.
pub async fn request(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    parts: Parts,
    form: Posted,
) -> Response {
    let asked = match read(lot_id, &form) {
        Ok(request) => state.services.auction.request_void(&who, request).await,
        Err(problem) => Err(problem.into()),
    };
    match asked {
        Ok(()) => Redirect::to(&format!("/office/lots/{lot_id}?done=VOID_ASKED")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

fn read(lot_id: LotId, form: &Posted) -> Result<RequestVoid, Problem> {
    let reason = REASONS_OF_STAFF.into_iter().find(|reason| reason.as_str() == form.raw("reason"));
    match (form.raw("bid").parse(), reason) {
        (Ok(bid_seq), Some(reason)) => {
            Ok(RequestVoid { id: form.key()?, lot_id, bid_seq, reason, note: form.text("note") })
        }
        (Err(_), _) => Err(Problem::fields(vec![FieldProblem::new("bid", "REQUIRED")])),
        (_, None) => Err(Problem::fields(vec![FieldProblem::new("reason", "REQUIRED")])),
    }
}

/// Voids the bid.
pub async fn confirm(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Refusal> {
    back(state.services.auction.confirm_void(&who, id).await, "VOID_CONFIRMED")
}

/// Leaves it as it is.
pub async fn decline(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Refusal> {
    back(state.services.auction.decline_void(&who, id).await, "VOID_DECLINED")
}

fn back(done: Result<LotId, CommandError>, word: &str) -> Result<Redirect, Refusal> {
    Ok(Redirect::to(&format!("/office/lots/{}?done={word}", done?)))
}
