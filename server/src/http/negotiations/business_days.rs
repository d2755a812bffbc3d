//! The forms that say which days are holidays.

use app::FormState;
use app::days::day;
use auction::SetDays;
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Day, DayKind, FieldProblem, Principal, Problem, ProblemKind};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The number that `time` gives to 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// Keeps what is said of some days.
pub async fn set(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    let done = match read(&form) {
        Ok(input) => state.services.auction.set_business_days(&who, input).await,
        Err(problem) => Err(CommandError::Refused(problem)),
    };
    match done {
        Ok(()) => Redirect::to("/office/business-days?done=BUSINESS_DAYS_SET").into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

fn read(form: &Posted) -> Result<SetDays, Problem> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let key = form.key()?;
    if form.raw("form") == "ordinary" {
        let day = Day(form.raw("day").parse().map_err(|_| malformed())?);
        return Ok(SetDays { key, first: day, last: day, kind: None, name: String::new() });
    }
    let typed = |name: &str| {
        let day = day(&form.text(name)).ok_or_else(|| FieldProblem::new(name, "DAYS_UNREADABLE"))?;
        Ok::<_, FieldProblem>(Day(i64::from(day.to_julian_day()) - EPOCH))
    };
    let first = typed("first").map_err(|wrong| Problem::fields(vec![wrong]))?;
    // one day, where no last one is given
    let last = match form.text("last").is_empty() {
        true => first,
        false => typed("last").map_err(|wrong| Problem::fields(vec![wrong]))?,
    };
    let kind = DayKind::from_name(form.raw("kind")).ok_or_else(malformed)?;
    Ok(SetDays { key, first, last, kind: Some(kind), name: form.text("name") })
}
