//! The form that makes a sale.

use std::collections::HashMap;

use app::FormState;
use auction::{BelowReserveMode, CreateSale};
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

/// Makes the sale, or shows the form again with what was typed.
pub async fn create_sale(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let values: HashMap<String, String> = pairs.iter().cloned().collect();
    let refused = match read(&pairs, &values, state.zone()) {
        Ok(sale) => match state.services.auction.create_sale(&who, sale).await {
            Ok(id) => return Redirect::to(&format!("/office/sales/{id}?done=SALE_CREATED")).into_response(),
            Err(error) => error.into_problem(),
        },
        Err(problem) => problem,
    };
    render_form(&state, parts, FormState::refused(pairs, refused)).await
}

fn read(
    pairs: &[(String, String)],
    values: &HashMap<String, String>,
    zone: UtcOffset,
) -> Result<CreateSale, Problem> {
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
    let (opens_at, first_end_at) = (moment("opens_at"), moment("first_end_at"));
    let mut number = |name: &str, unit_ms: i64| {
        text(name).parse::<i64>().ok().and_then(|n| n.checked_mul(unit_ms)).unwrap_or_else(|| {
            wrong.push(FieldProblem::new(name, "NUMBER_UNREADABLE"));
            0
        })
    };
    let (stagger_ms, window_ms, cap_ms) =
        (number("stagger", 1_000), number("window", 1_000), number("cap", 60_000));
    let below_reserve = match text("below_reserve") {
        "stepped" => BelowReserveMode::Stepped,
        _ => BelowReserveMode::Full,
    };
    let vehicle_ids: Vec<VehicleId> =
        pairs.iter().filter(|(name, _)| name == "vehicle_id").filter_map(|(_, id)| id.parse().ok()).collect();
    if !wrong.is_empty() {
        return Err(Problem::fields(wrong));
    }
    let name = text("name").to_owned();
    Ok(CreateSale {
        id,
        name,
        opens_at,
        first_end_at,
        stagger_ms,
        window_ms,
        cap_ms,
        below_reserve,
        vehicle_ids,
    })
}

/// What an `<input type="datetime-local">` sends, in the product's zone.
fn local_time(text: &str, zone: UtcOffset) -> Option<UnixMs> {
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
}
