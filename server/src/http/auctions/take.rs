//! Taking a lot at a price that is printed on it, as a form: buy-now, a step of a Dutch lot, or the shadow price of the seller's
//! group. Then back to the lot.

use auction::{AcceptStep, Answer, BuyNow, TakeFirst};
use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{Fen, LotId, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use serde::Deserialize;
use uuid::Uuid;

use super::place_bid::seen;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// The hidden fields of these forms: what was seen is what is agreed to.
#[derive(Debug, Deserialize)]
pub struct TakeForm {
    key: Uuid,
    price_fen: i64,
    #[serde(default)]
    step: u32,
    #[serde(default)]
    report: String,
}

/// Buys the lot and goes back to it with `?answer=<key>`.
pub async fn buy_now(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<TakeForm>,
) -> Result<Redirect, Refusal> {
    let (key, price_fen) = (form.key, Fen(form.price_fen));
    let wanted = BuyNow { key, lot_id, price_fen, seen_report: seen(&form.report) };
    back(lot_id, form.key, state.services.auction.buy_now(&who, wanted).await)
}

/// Takes the lot at the first look of the seller's group and goes back to it with `?answer=<key>`.
pub async fn take_first(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<TakeForm>,
) -> Result<Redirect, Refusal> {
    let (key, price_fen) = (form.key, Fen(form.price_fen));
    let wanted = TakeFirst { key, lot_id, price_fen, seen_report: seen(&form.report) };
    back(lot_id, form.key, state.services.auction.take_first(&who, wanted).await)
}

/// Accepts the step and goes back to the lot with `?answer=<key>`.
pub async fn accept_step(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<TakeForm>,
) -> Result<Redirect, Refusal> {
    let (key, step, price_fen) = (form.key, form.step, Fen(form.price_fen));
    let wanted = AcceptStep { key, lot_id, step, price_fen, seen_report: seen(&form.report) };
    back(lot_id, form.key, state.services.auction.accept_step(&who, wanted).await)
}

/// Back to the lot, whatever the auction said: its page shows the recorded answer.
fn back(lot_id: LotId, key: Uuid, answer: Result<Answer, CommandError>) -> Result<Redirect, Refusal> {
    let query = told(key, answer)?;
    Ok(Redirect::to(&format!("/auctions/lots/{lot_id}?{query}#bid")))
}

/// What the page that follows is told of the answer, as its query.
pub(super) fn told(key: Uuid, answer: Result<Answer, CommandError>) -> Result<String, Refusal> {
    match answer.map_err(CommandError::into_problem) {
        Ok(_) => Ok(format!("answer={key}")),
        // nothing is known to have happened: the same page says so, and the same form may be sent again
        Err(Problem { kind: ProblemKind::Busy | ProblemKind::Unavailable, code, .. }) => {
            Ok(format!("problem={code}"))
        }
        Err(problem) => Err(problem.into()),
    }
}
