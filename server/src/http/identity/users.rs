//! People are registered and changed: colleagues by admins, a company's users by sales and its owners.

use app::FormState;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use identity::{ChangeUser, GiveStore, NewSeat, RegisterUser, SetPassword, TakeStore};
use kernel::{DealerId, FieldProblem, Principal, Problem, ProblemKind, Role, UserId};
use platform_db::CommandError;

use super::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Registers a colleague and goes to their page.
pub async fn register_colleague(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    let seat = NewSeat::Staff { roles: roles(&form) };
    let registered = match new_user(&form, &who, seat) {
        Ok(input) => state.services.identity.register_user(&who, input).await,
        Err(problem) => Err(problem.into()),
    };
    match registered {
        Ok(id) => Redirect::to(&format!("/office/users/{id}?done=USER_REGISTERED")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// An owner registers a user of the own company.
pub async fn register_own(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    let registered = match who.dealer() {
        Some(own) => {
            let seat =
                NewSeat::Dealer { dealer_id: own.dealer_id, is_owner: form.given("is_owner").is_some() };
            match new_user(&form, &who, seat) {
                Ok(input) => state.services.identity.register_user(&who, input).await,
                Err(problem) => Err(problem.into()),
            }
        }
        None => Err(Problem::not_found().into()),
    };
    match registered {
        Ok(_) => Redirect::to("/my/company?done=USER_REGISTERED").into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// The forms of a person's page, told apart by their hidden field `form`; the same for the office and for owners.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(user_id): Path<UserId>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state, &who, user_id, &form).await {
        Ok(done) => Redirect::to(&format!("{}?done={done}", parts.uri.path())).into_response(),
        Err(error) => {
            let values = form.into_pairs_without(&["new"]);
            render_form(&state, parts, FormState::refused(values, error.into_problem())).await
        }
    }
}

async fn changed(
    state: &AppState,
    who: &Principal,
    user_id: UserId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let identity = &state.services.identity;
    let input =
        ChangeUser { key: form.key()?, user_id: user_id.0, why: form.text("why"), ..ChangeUser::default() };
    let (input, done) = match form.raw("form") {
        "facts" => {
            // a box that is not ticked sends nothing, so the form says which boxes it has
            let roles = form.given("has_roles").map(|_| roles(form));
            let is_owner = form.given("has_owner").map(|_| form.given("is_owner").is_some());
            let display_name = Some(form.text("display_name"));
            (ChangeUser { display_name, roles, is_owner, ..input }, "USER_CHANGED")
        }
        "give_store" => {
            let store_id = form.raw("store").parse().map_err(|_| FieldProblem::new("store", "REQUIRED"));
            let store_id = store_id.map_err(|wrong| Problem::fields(vec![wrong]))?;
            let keeps_users = form.given("keeps_users").is_some();
            let input = GiveStore { key: form.key()?, user_id, store_id, keeps_users };
            identity.give_store(who, input).await?;
            return Ok("STORE_GIVEN");
        }
        "take_store" => {
            let store_id = form.raw("store").parse().map_err(|_| malformed())?;
            identity.take_store(who, taking(form, user_id, store_id)?).await?;
            return Ok("STORE_TAKEN");
        }
        "deactivate" => (ChangeUser { active: Some(false), ..input }, "USER_DEACTIVATED"),
        "reactivate" => (ChangeUser { active: Some(true), ..input }, "USER_REACTIVATED"),
        "password" => {
            let new = form.raw("new").to_owned();
            let input =
                SetPassword { key: form.key()?, user_id, current: None, new, keep: None, device: None };
            identity.set_password(who, input).await?;
            return Ok("PASSWORD_RESET");
        }
        _ => return Err(malformed().into()),
    };
    identity.change_user(who, input).await?;
    Ok(done)
}

/// The new person of a form, with the language of whoever registers them until they choose their own.
pub(super) fn new_user(form: &Posted, who: &Principal, seat: NewSeat) -> Result<RegisterUser, Problem> {
    Ok(RegisterUser {
        key: form.key()?,
        login: form.text("login"),
        display_name: form.text("display_name"),
        password: form.raw("password").to_owned(),
        lang: who.lang,
        seat,
    })
}

/// What was given is taken back.
pub(super) fn taking(form: &Posted, user_id: UserId, store_id: DealerId) -> Result<TakeStore, Problem> {
    Ok(TakeStore { key: form.key()?, user_id, store_id, why: form.text("why") })
}

pub(super) fn malformed() -> Problem {
    Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST")
}

fn roles(form: &Posted) -> Vec<Role> {
    form.all("roles").filter_map(Role::from_name).collect()
}
