//! An answer as a form: back to the page with what came of it, or the page again with why it was refused.

use app::FormState;
use auction::{Act, Negotiate};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use deal::Status;
use kernel::{Fen, FieldProblem, NegotiationId, Principal, Problem, ProblemKind, parse_amount};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The buyer answers.
pub async fn by_dealer(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<NegotiationId>,
    parts: Parts,
    form: Posted,
) -> Response {
    let done = acted(&state, &who, id, &form).await;
    answer(&state, &format!("/my/negotiations/{id}"), parts, form, done).await
}

/// The seller answers for himself.
pub async fn by_seller(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<NegotiationId>,
    parts: Parts,
    form: Posted,
) -> Response {
    let done = acted(&state, &who, id, &form).await;
    answer(&state, &format!("/my/selling/negotiations/{id}"), parts, form, done).await
}

/// Staff answer for the seller, or say what happens when it comes to nothing.
pub async fn by_staff(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<NegotiationId>,
    parts: Parts,
    form: Posted,
) -> Response {
    let done = match form.raw("form") {
        "next_bidder" => planned(&state, &who, id, &form).await,
        _ => acted(&state, &who, id, &form).await,
    };
    answer(&state, &format!("/office/negotiations/{id}"), parts, form, done).await
}

async fn planned(
    state: &AppState,
    who: &Principal,
    id: NegotiationId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let wanted = form.raw("wanted") == "yes";
    state.services.auction.plan_next_bidder(who, form.key()?, id, wanted).await?;
    Ok("NEGOTIATION_PLANNED")
}

async fn acted(
    state: &AppState,
    who: &Principal,
    id: NegotiationId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let act = act(form)?;
    let input =
        Negotiate { key: form.key()?, id, act, then_next_bidder: form.given("next_bidder").is_some() };
    let done = state.services.auction.negotiate(who, input).await?;
    Ok(match (done.status, act) {
        (Status::Agreed, _) => "NEGOTIATION_AGREED",
        (Status::Open, Act::StandBy) => "NEGOTIATION_STOOD_BY",
        (Status::Open, Act::EnterSecret { .. }) => "NEGOTIATION_ENTERED",
        (Status::Open, _) => "NEGOTIATION_COUNTERED",
        (Status::Declined | Status::WalkedAway | Status::Expired, _) => "NEGOTIATION_ENDED",
    })
}

fn act(form: &Posted) -> Result<Act, Problem> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    Ok(match form.raw("form") {
        "accept" => Act::Accept { offer_fen: Fen(form.raw("offer_fen").parse().map_err(|_| malformed())?) },
        "counter" => Act::Counter { amount_fen: amount(form)? },
        "secret" => Act::EnterSecret { amount_fen: amount(form)? },
        "stand_by" => Act::StandBy,
        "decline" => Act::Decline,
        _ => return Err(malformed()),
    })
}

fn amount(form: &Posted) -> Result<Fen, Problem> {
    let code = if form.text("amount").is_empty() { "AMOUNT_NEEDED" } else { "AMOUNT_UNREADABLE" };
    parse_amount(&form.text("amount")).map_err(|_| Problem::fields(vec![FieldProblem::new("amount", code)]))
}

async fn answer(
    state: &AppState,
    page: &str,
    parts: Parts,
    form: Posted,
    done: Result<&'static str, CommandError>,
) -> Response {
    match done {
        Ok(done) => Redirect::to(&format!("{page}?done={done}")).into_response(),
        Err(error) => {
            render_form(state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}
