//! The forms of a seller's page: whose company he is.

use app::FormState;
use auction::{LinkSeller, UnlinkSeller};
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Principal, Problem, ProblemKind};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Links a seller to a company, or takes that back.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state, &who, &form).await {
        // the path as it was asked for: encoded already
        Ok(done) => Redirect::to(&format!("{}?done={done}", parts.uri.path())).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

async fn changed(state: &AppState, who: &Principal, form: &Posted) -> Result<&'static str, CommandError> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let (auction, key) = (&state.services.auction, form.key()?);
    match form.raw("form") {
        "link" => {
            let dealer_id = form.raw("dealer").parse().map_err(|_| malformed())?;
            let input = LinkSeller { key, seller_name: form.text("seller"), dealer_id };
            auction.link_seller(who, input).await?;
            Ok("SELLER_LINKED")
        }
        "unlink" => {
            let link_id = form.raw("link").parse().map_err(|_| malformed())?;
            auction.unlink_seller(who, UnlinkSeller { key, link_id, reason: form.text("reason") }).await?;
            Ok("SELLER_UNLINKED")
        }
        _ => Err(malformed().into()),
    }
}
