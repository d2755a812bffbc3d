//! The forms of a deposit's page, told apart by their hidden field `form`.

use app::FormState;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use finance::{FreezeDeposit, MoveDeposit, ReturnAnswer};
use kernel::{DealerId, Fen, FieldProblem, Principal, Problem, ProblemKind, parse_amount};
use platform_db::CommandError;

use super::ask;
use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Does what the form says, and comes back to the page.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(dealer_id): Path<DealerId>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state, &who, dealer_id, &form).await {
        Ok(done) => Redirect::to(&format!("/office/deposits/{dealer_id}?done={done}")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

async fn changed(
    state: &AppState,
    who: &Principal,
    dealer_id: DealerId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let finance = &state.services.finance;
    let key = form.key()?;
    match form.raw("form") {
        "receive" => {
            let input = moved(state, who, dealer_id, form).await?;
            finance.receive_deposit(who, input).await.map(|()| "DEPOSIT_RECEIVED")
        }
        "ask" => finance.ask_return(who, ask::ask(dealer_id, form)?).await.map(|()| "RETURN_ASKED"),
        "pay" => {
            let input = ask::answer(dealer_id, form, ReturnAnswer::Paid, form.text("reference"))?;
            finance.answer_return(who, input).await.map(|()| "DEPOSIT_RETURNED")
        }
        "refuse" => {
            let input = ask::answer(dealer_id, form, ReturnAnswer::Refused, form.text("why"))?;
            finance.answer_return(who, input).await.map(|()| "RETURN_REFUSED")
        }
        "freeze" | "release" => {
            let frozen = form.raw("form") == "freeze";
            let input = FreezeDeposit { key, dealer_id, frozen, why: form.text("why") };
            let done = if frozen { "DEPOSIT_FROZEN" } else { "DEPOSIT_RELEASED" };
            finance.freeze_deposit(who, input).await.map(|()| done)
        }
        _ => Err(Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST").into()),
    }
}

/// The amount and its reference, for a company that exists.
async fn moved(
    state: &AppState,
    who: &Principal,
    dealer_id: DealerId,
    form: &Posted,
) -> Result<MoveDeposit, CommandError> {
    let dealer = state.services.identity.dealer(who, dealer_id).await?;
    let amount_fen: Fen = parse_amount(form.raw("amount"))
        .map_err(|_| Problem::fields(vec![FieldProblem::new("amount", "AMOUNT_UNREADABLE")]))?;
    let (key, dealer_name, reference) = (form.key()?, dealer.row.name, form.text("reference"));
    Ok(MoveDeposit { key, dealer_id, dealer_name, amount_fen, reference })
}
