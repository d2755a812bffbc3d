//! A sale that has not opened: changed, its fine print too, or called off on its own page, and one lot taken out of it on the lot's.

use app::FormState;
use auction::{ChangeFinePrint, ChangeSale, SaleTimes};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldProblem, LotId, Principal, Problem, SaleId, UnixMs};
use platform_db::CommandError;
use time::UtcOffset;

use super::create_sale::local_time;
use super::fine_print;
use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Changes the sale or calls it off, whichever of the page's forms was sent; or shows the form again with what was typed.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(sale_id): Path<SaleId>,
    parts: Parts,
    form: Posted,
) -> Response {
    let auction = &state.services.auction;
    let (result, done) = match form.raw("form") {
        "call_off" => {
            let called_off = match form.key() {
                Ok(key) => auction.call_off_sale(&who, key, sale_id, form.raw("reason")).await,
                Err(problem) => Err(problem.into()),
            };
            (called_off, "SALE_CALLED_OFF")
        }
        "terms" => {
            let changed = match read_terms(sale_id, &form) {
                Ok(change) => auction.change_fine_print(&who, change).await,
                Err(problem) => Err(problem.into()),
            };
            (changed, "SALE_TERMS_CHANGED")
        }
        _ => {
            let changed = match read(sale_id, &form, state.zone()) {
                Ok(change) => auction.change_sale(&who, change).await,
                Err(problem) => Err(problem.into()),
            };
            (changed, "SALE_CHANGED")
        }
    };
    match result {
        Ok(()) => Redirect::to(&format!("/office/sales/{sale_id}?done={done}")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

/// Takes a lot out of its sale.
pub async fn withdraw_lot(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let withdrawn = state.services.auction.withdraw_lot(&who, form.key()?, lot_id, form.raw("reason")).await;
    let told = match withdrawn.map_err(CommandError::into_problem) {
        Ok(()) => "done=LOT_WITHDRAWN".to_owned(),
        // the form has one field
        Err(problem) if !problem.fields.is_empty() => "problem=REASON_NEEDED".to_owned(),
        Err(problem) if problem.code == "NOT_FOUND" || problem.code == "FORBIDDEN" => {
            return Err(problem.into());
        }
        Err(problem) => format!("problem={}", problem.code),
    };
    Ok(Redirect::to(&format!("/office/lots/{lot_id}?{told}")))
}

fn read_terms(sale_id: SaleId, form: &Posted) -> Result<ChangeFinePrint, Problem> {
    let (fine, wrong) = fine_print::read(&form.values());
    if !wrong.is_empty() {
        return Err(Problem::fields(wrong));
    }
    let seen = form.raw("seen").parse().unwrap_or_default();
    Ok(ChangeFinePrint { key: form.key()?, sale_id, seen, fine, reason: form.text("reason") })
}

fn read(sale_id: SaleId, form: &Posted, zone: UtcOffset) -> Result<ChangeSale, Problem> {
    let mut wrong = Vec::new();
    let mut moment = |name: &str| {
        local_time(&form.text(name), zone).unwrap_or_else(|| {
            wrong.push(FieldProblem::new(name, "TIME_UNREADABLE"));
            UnixMs(0)
        })
    };
    let opens_at = moment("opens_at");
    // what the sale's format has no use for is not asked
    let first_end_at = form.given("first_end_at").map_or(opens_at, |_| moment("first_end_at"));
    let mut number = |name: &str, unit_ms: i64| match form.given(name) {
        None => 0,
        Some(typed) => {
            typed.trim().parse::<i64>().ok().and_then(|n| n.checked_mul(unit_ms)).unwrap_or_else(|| {
                wrong.push(FieldProblem::new(name, "NUMBER_UNREADABLE"));
                0
            })
        }
    };
    let (stagger_ms, window_ms, cap_ms) =
        (number("stagger", 1_000), number("window", 1_000), number("cap", 60_000));
    if !wrong.is_empty() {
        return Err(Problem::fields(wrong));
    }
    let times = SaleTimes { name: form.text("name"), opens_at, first_end_at, stagger_ms, window_ms, cap_ms };
    // a page without the number has seen no version
    let seen = form.raw("seen").parse().unwrap_or_default();
    Ok(ChangeSale { key: form.key()?, sale_id, seen, times, reason: form.text("reason") })
}
