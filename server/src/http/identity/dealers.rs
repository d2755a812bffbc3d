//! The office registers, changes, suspends and activates companies, and gives them users.

use app::FormState;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use identity::{
    ChangeDealer, DealerStatus, GiveStrike, LiftStrike, NewSeat, Papers, RegisterDealer, StrikeReason,
};
use kernel::{DealerId, Principal};
use platform_db::CommandError;

use super::posted::Posted;
use super::users::{malformed, new_user};
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Registers a company and goes to its page.
pub async fn register(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    let registered = match form.key() {
        Ok(key) => {
            let input = RegisterDealer {
                key,
                name: form.text("name"),
                city: form.text("city"),
                phone: form.text("phone"),
            };
            state.services.identity.register_dealer(&who, input).await
        }
        Err(problem) => Err(problem.into()),
    };
    match registered {
        Ok(id) => Redirect::to(&format!("/office/dealers/{id}?done=DEALER_REGISTERED")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// The forms of a company's page, told apart by their hidden field `form`.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(dealer_id): Path<DealerId>,
    parts: Parts,
    form: Posted,
) -> Response {
    // back from the question what a strike would bring about: the form again, and nothing is given
    if form.raw("form") == "strike" && form.given("back").is_some() {
        return render_form(&state, parts, FormState::typed(form.into_pairs())).await;
    }
    match changed(&state, &who, dealer_id, &form).await {
        Ok(done) => Redirect::to(&format!("/office/dealers/{dealer_id}?done={done}")).into_response(),
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
    let identity = &state.services.identity;
    let input = ChangeDealer {
        key: form.key()?,
        dealer_id: dealer_id.0,
        why: form.text("why"),
        ..ChangeDealer::default()
    };
    let (input, done) = match form.raw("form") {
        "facts" => {
            // the page shows the number masked: an empty field leaves it
            let phone = Some(form.text("phone")).filter(|phone| !phone.is_empty());
            let (name, city) = (Some(form.text("name")), Some(form.text("city")));
            let group = Some(form.text("group"));
            (ChangeDealer { name, city, phone, group, ..input }, "DEALER_CHANGED")
        }
        "suspend" => (ChangeDealer { status: Some(DealerStatus::Suspended), ..input }, "DEALER_SUSPENDED"),
        "activate" => (ChangeDealer { status: Some(DealerStatus::Active), ..input }, "DEALER_ACTIVATED"),
        "papers_verified" => (ChangeDealer { papers: Some(Papers::Verified), ..input }, "PAPERS_VERIFIED"),
        "papers_missing" => (ChangeDealer { papers: Some(Papers::Missing), ..input }, "PAPERS_WITHDRAWN"),
        "user" => {
            let seat = NewSeat::Dealer { dealer_id, is_owner: form.given("is_owner").is_some() };
            identity.register_user(who, new_user(form, who, seat)?).await?;
            return Ok("USER_REGISTERED");
        }
        "strike" => return give_strike(state, who, dealer_id, form).await,
        "lift_strike" => return lift_strike(state, who, dealer_id, form).await,
        _ => return Err(malformed().into()),
    };
    identity.change_dealer(who, input).await?;
    Ok(done)
}

async fn give_strike(
    state: &AppState,
    who: &Principal,
    dealer_id: DealerId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let reason = StrikeReason::from_name(form.raw("reason")).ok_or_else(malformed)?;
    // the page that says what follows sends what it said
    let confirmed = form.given("confirmed").and_then(|number| number.parse().ok());
    let input = GiveStrike { key: form.key()?, dealer_id, reason, note: form.text("note"), confirmed };
    state.services.identity.give_strike(who, input).await?;
    Ok("STRIKE_GIVEN")
}

async fn lift_strike(
    state: &AppState,
    who: &Principal,
    dealer_id: DealerId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let strike_id = form.raw("strike_id").parse().map_err(|_| malformed())?;
    let input = LiftStrike { key: form.key()?, dealer_id, strike_id, why: form.text("why") };
    state.services.identity.lift_strike(who, input).await?;
    Ok("STRIKE_LIFTED")
}
