//! News by mail: a person's address, and the end of mails by a link in them.

use app::FormState;
use auction::{AddMailAddress, MailLink};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Principal, Problem, ProblemKind};
use platform_db::CommandError;
use serde::Deserialize;

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The forms about the address, told apart by their hidden field `form`. What was done.
pub(super) async fn change(
    state: &AppState,
    who: &Principal,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let auction = &state.services.auction;
    if form.raw("form") == "mail" {
        let add = AddMailAddress { key: form.key()?, address: form.text("address") };
        auction.add_mail_address(who, &add).await?;
        return Ok("MAIL_CODE_SENT");
    }
    let id = form.raw("id").parse().map_err(|_| malformed())?;
    match form.raw("form") {
        "mail_again" => {
            auction.send_mail_code(who, form.key()?, id).await?;
            Ok("MAIL_CODE_SENT")
        }
        "mail_code" => {
            auction.confirm_mail_address(who, id, form.raw("code")).await?;
            Ok("MAIL_CONFIRMED")
        }
        "mail_off" => {
            auction.remove_mail_address(who, id).await?;
            Ok("MAIL_REMOVED")
        }
        _ => Err(malformed().into()),
    }
}

/// The link of a mail, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Link {
    to: String,
    what: String,
    sign: String,
}

/// Ends what the link ends, for a person who pressed the button and for a mail box that was told to (RFC 8058).
pub async fn stop(
    State(state): State<AppState>,
    Query(link): Query<Link>,
    parts: Parts,
    form: Posted,
) -> Response {
    let link = MailLink { to: link.to, what: link.what, sign: link.sign };
    match state.services.auction.stop_mail(&link, form.raw("all") == "on").await {
        // a mail box reads no page and follows no redirect
        Ok(_) if form.given("List-Unsubscribe").is_some() => StatusCode::OK.into_response(),
        Ok(_) => {
            let query = parts.uri.query().unwrap_or_default();
            Redirect::to(&format!("/mail/unsubscribe?{query}")).into_response()
        }
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}
