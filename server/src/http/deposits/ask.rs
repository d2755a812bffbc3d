//! The forms of a dealer's own deposit: money is asked back, or not wanted back any more.

use app::FormState;
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use finance::{AnswerReturn, AskReturn, ReturnAnswer};
use kernel::{DealerId, Fen, FieldProblem, Principal, Problem, ProblemKind, parse_amount};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Does what the form says, and comes back to the page.
pub async fn by_dealer(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    match asked(&state, &who, &form).await {
        Ok(done) => Redirect::to(&format!("/my/deposit?done={done}")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

async fn asked(state: &AppState, who: &Principal, form: &Posted) -> Result<&'static str, CommandError> {
    let dealer_id = who.dealer().ok_or_else(Problem::not_found)?.dealer_id;
    match form.raw("form") {
        "ask" => {
            state.services.finance.ask_return(who, ask(dealer_id, form)?).await?;
            Ok("RETURN_ASKED")
        }
        "withdraw" => {
            let input = answer(dealer_id, form, ReturnAnswer::Withdrawn, String::new())?;
            state.services.finance.answer_return(who, input).await?;
            Ok("RETURN_WITHDRAWN")
        }
        _ => Err(Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST").into()),
    }
}

/// What the form asks back.
pub(super) fn ask(dealer_id: DealerId, form: &Posted) -> Result<AskReturn, Problem> {
    let amount_fen: Fen = parse_amount(form.raw("amount"))
        .map_err(|_| Problem::fields(vec![FieldProblem::new("amount", "AMOUNT_UNREADABLE")]))?;
    Ok(AskReturn { key: form.key()?, dealer_id, amount_fen, why: form.text("why") })
}

/// The answer to the request that the form names.
pub(super) fn answer(
    dealer_id: DealerId,
    form: &Posted,
    answer: ReturnAnswer,
    words: String,
) -> Result<AnswerReturn, Problem> {
    let malformed = |_| Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let return_id = form.raw("return_id").parse().map_err(malformed)?;
    Ok(AnswerReturn { key: form.key()?, dealer_id, return_id, answer, words })
}
