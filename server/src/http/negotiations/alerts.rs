//! News of the seller's side: how much is not read, and that it is.

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Redirect;
use kernel::{Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// One piece, or all that the page showed; then back to the page as it was.
pub async fn read(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    uri: Uri,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let one = form.given("id").map(str::parse).transpose().map_err(|_| malformed())?;
    let until = form.raw("until").parse().map_err(|_| malformed())?;
    state.services.auction.read_seller_news(&who, one, UnixMs(until)).await?;
    Ok(Redirect::to(uri.path_and_query().map_or("/office/alerts", |path| path.as_str())))
}

/// How much is not read, as it stands at the bell: for pages that stay open.
pub async fn unread(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
) -> Result<String, Refusal> {
    let count = state.services.auction.unread_seller_news(&who).await.map_err(CommandError::into_problem)?;
    Ok(app::ui::unread_text(count))
}
