//! The forms of a company's own page: its users, and what it costs it to get cars home.

use app::FormState;
use auction::CityCost;
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use fees::Delivery;
use kernel::{Fen, FieldProblem, Principal, Problem, parse_amount};
use platform_db::CommandError;

use super::posted::Posted;
use super::users;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The forms of the page, told apart by their hidden field `form`.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    let stated = match form.raw("form") {
        "delivery" => cost(&form).map(Some),
        "delivery_remove" => Ok(None),
        "take_store" => {
            let taken = take_store(&state, &who, &form).await;
            return match taken {
                Ok(()) => Redirect::to("/my/company?done=STORE_TAKEN").into_response(),
                Err(error) => {
                    let refused = FormState::refused(form.into_pairs(), error.into_problem());
                    render_form(&state, parts, refused).await
                }
            };
        }
        _ => return users::register_own(State(state), Extension(who), parts, form).await,
    };
    match state_cost(&state, &who, &form, stated).await {
        Ok(()) => Redirect::to("/my/company?done=DELIVERY_STATED#delivery").into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// A person of another store may act for this one no more.
async fn take_store(state: &AppState, who: &Principal, form: &Posted) -> Result<(), CommandError> {
    let own = who.dealer().ok_or_else(Problem::not_found)?.dealer_id;
    let user_id = form.raw("user_id").parse().map_err(|_| users::malformed())?;
    state.services.identity.take_store(who, users::taking(form, user_id, own)?).await
}

async fn state_cost(
    state: &AppState,
    who: &Principal,
    form: &Posted,
    stated: Result<Option<Delivery>, Problem>,
) -> Result<(), CommandError> {
    let (door, city) = (form.text("door"), form.text("city"));
    let stated = CityCost { key: form.key()?, door, city, cost: stated? };
    state.services.auction.state_delivery_cost(who, &stated).await
}

fn cost(form: &Posted) -> Result<Delivery, Problem> {
    let mut wrong = Vec::new();
    let mut amount = |field: &'static str| match form.text(field).as_str() {
        "" => Fen::ZERO,
        typed => parse_amount(typed).unwrap_or_else(|_| {
            wrong.push(FieldProblem::new(field, "AMOUNT_UNREADABLE"));
            Fen::ZERO
        }),
    };
    let cost = Delivery { transport_fen: amount("transport"), transfer_fen: amount("transfer") };
    if wrong.is_empty() { Ok(cost) } else { Err(Problem::fields(wrong)) }
}
