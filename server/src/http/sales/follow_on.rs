//! What becomes of a sale's unsold cars by itself: decided on the sale's page.

use auction::SetFollowOn;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::{Principal, SaleId};
use platform_db::CommandError;

use super::sale_form;
use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Decides it, or that nothing happens by itself.
pub async fn set(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(sale_id): Path<SaleId>,
    form: Posted,
) -> Result<Redirect, Refusal> {
    // a number that cannot be read is out of any range
    let hours = || form.text("next_wait").parse::<i64>().ok().and_then(|hours| hours.checked_mul(3_600_000));
    let follow_on = sale_form::follow_on(form.raw("next_template"), || hours().unwrap_or(-1));
    let input = SetFollowOn { key: form.key()?, sale_id, follow_on };
    let set = state.services.auction.set_follow_on(&who, input).await.map_err(CommandError::into_problem);
    let told = match set {
        Ok(()) => "done=FOLLOW_ON_SET".to_owned(),
        Err(problem) if problem.code == "NOT_FOUND" || problem.code == "FORBIDDEN" => {
            return Err(problem.into());
        }
        // the form has one number and one list
        Err(problem) => match problem.fields.first() {
            Some(field) => format!("problem={}", field.code),
            None => format!("problem={}", problem.code),
        },
    };
    Ok(Redirect::to(&format!("/office/sales/{sale_id}?{told}#follow-on")))
}
