//! The form that makes a sale.

use std::collections::HashMap;

use app::FormState;
use auction::{CreateSale, SaleTimes};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldProblem, Principal, Problem, SaleId, UnixMs, VehicleId};
use time::UtcOffset;
use time::macros::format_description;

use crate::leptos_pages::render_form;
use crate::state::AppState;

use super::sale_form::SaleForm;

/// Makes the sale, or shows the form again with what was typed.
pub async fn create_sale(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let values: HashMap<String, String> = pairs.iter().cloned().collect();
    let (sale, unreadable) = read(&pairs, &values, state.zone());
    let auction = &state.services.auction;
    let refused = if unreadable.is_empty() {
        match auction.create_sale(&who, sale).await {
            Ok(id) => return Redirect::to(&format!("/office/sales/{id}?done=SALE_CREATED")).into_response(),
            Err(error) => error.into_problem(),
        }
    } else {
        Problem::fields(all_wrong(unreadable, sale.wrong_fields(auction.now())))
    };
    render_form(&state, parts, FormState::refused(pairs, refused)).await
}

/// What cannot be read, and what else is wrong: a form is mended once. A field that cannot be read has a stand-in, of
/// which nothing is said.
fn all_wrong(mut unreadable: Vec<FieldProblem>, wrong: Vec<FieldProblem>) -> Vec<FieldProblem> {
    let named: Vec<String> = unreadable.iter().map(|problem| problem.field.clone()).collect();
    unreadable.extend(wrong.into_iter().filter(|problem| !named.contains(&problem.field)));
    unreadable
}

/// The sale as typed, and the fields that cannot be read.
fn read(
    pairs: &[(String, String)],
    values: &HashMap<String, String>,
    zone: UtcOffset,
) -> (CreateSale, Vec<FieldProblem>) {
    let mut wrong = Vec::new();
    let text = |name: &str| values.get(name).map(String::as_str).unwrap_or_default().trim();
    let id = text("key").parse().map(SaleId).unwrap_or_else(|_| {
        wrong.push(FieldProblem::new("key", "MALFORMED_REQUEST"));
        SaleId(uuid::Uuid::nil())
    });
    let mut moment = |name: &str| {
        local_time(text(name), zone).unwrap_or_else(|| {
            wrong.push(FieldProblem::new(name, "TIME_UNREADABLE"));
            UnixMs(0)
        })
    };
    let opens_at = moment("opens_at");
    let (rules, unreadable) = SaleForm::read(pairs);
    // lots of a lane and of a Dutch sale end by their own times
    let first_end_at = match rules.format.ends_by_the_clock() {
        true => moment("first_end_at"),
        false => opens_at,
    };
    wrong.extend(unreadable);
    let vehicle_ids: Vec<VehicleId> =
        pairs.iter().filter(|(name, _)| name == "vehicle_id").filter_map(|(_, id)| id.parse().ok()).collect();
    let name = text("name").to_owned();
    let sale = CreateSale {
        id,
        times: SaleTimes {
            name,
            opens_at,
            first_end_at,
            stagger_ms: rules.stagger_ms,
            window_ms: rules.window_ms,
            cap_ms: rules.cap_ms,
        },
        below_reserve: rules.below_reserve,
        deposit_bp: rules.deposit_bp,
        gap_fen: rules.gap_fen,
        vehicle_ids,
        format: rules.format,
        buy_now_percent: rules.buy_now_percent,
        audience: rules.audience,
        follow_on: rules.follow_on,
        ladder: rules.ladder,
        reserve: rules.reserve,
        fine: rules.fine,
    };
    (sale, wrong)
}

/// What an `<input type="datetime-local">` sends, in the product's zone.
pub(super) fn local_time(text: &str, zone: UtcOffset) -> Option<UnixMs> {
    let with_seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let without = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let local = time::PrimitiveDateTime::parse(text, &with_seconds)
        .or_else(|_| time::PrimitiveDateTime::parse(text, &without))
        .ok()?;
    Some(UnixMs(local.assume_offset(zone).unix_timestamp().checked_mul(1_000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read_in_the_products_zone() {
        let beijing = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
        assert_eq!(local_time("1970-01-01T08:00", beijing), Some(UnixMs(0)));
        assert_eq!(local_time("1970-01-01T08:00:01", beijing), Some(UnixMs(1_000)));
        assert_eq!(local_time("tomorrow", beijing), None);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let pairs = [
            ("key", "0190b6a0-0000-7000-8000-000000000001"),
            ("name", " "),
            ("opens_at", "1970-01-01T09:00"),
            ("first_end_at", "tomorrow"),
            ("stagger", "30"),
            ("window", "two minutes"),
            ("cap", "9999"),
            ("deposit", "101"),
        ];
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let values = pairs.iter().cloned().collect();
        let (sale, unreadable) = read(&pairs, &values, UtcOffset::UTC);
        let wrong = all_wrong(unreadable, sale.wrong_fields(UnixMs(0)));
        let wrong: Vec<_> = wrong.iter().map(|wrong| (wrong.field.as_str(), wrong.code.as_str())).collect();
        let expected = [
            ("first_end_at", "TIME_UNREADABLE"),
            ("window", "NUMBER_UNREADABLE"),
            ("name", "NAME_NEEDED"),
            ("cap", "OUT_OF_RANGE"),
            ("deposit", "OUT_OF_RANGE"),
            ("vehicle_ids", "CARS_NEEDED"),
        ];
        assert_eq!(wrong, expected);
    }
}
