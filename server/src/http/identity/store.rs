//! `POST /my/store`: for which store of the group this session acts from now on.

use axum::Extension;
use axum::extract::State;
use axum::response::Redirect;
use identity::ChooseStore;
use kernel::{Principal, Problem, ProblemKind};
use tower_sessions::Session;

use super::posted::Posted;
use crate::auth::next;
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Where the stores of a dealer's pages begin.
const START: &str = "/my";
/// The hall, which remembers by its address how it was looked at.
const HALL: &str = app::dealer::hall::PATH;

/// Chooses, and goes back to the page, where there is one like it for every store.
pub async fn choose(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    session: Session,
    form: Posted,
) -> Result<Redirect, Refusal> {
    let malformed = || Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST");
    let store_id = form.raw("to").parse().map_err(|_| malformed())?;
    let input = ChooseStore { key: form.key()?, store_id };
    let session = session.id().ok_or_else(malformed)?;
    state.services.identity.choose_store(&who, session, input).await?;
    let back = back_to(form.raw("next"));
    Ok(Redirect::to(&match back == HALL {
        true => back.to_owned(),
        false => format!("{back}?done=STORE_CHOSEN"),
    }))
}

/// An order, a negotiation and the answer to a bid are one store's; a lot and the lists are everybody's.
fn back_to(from: &str) -> &str {
    let path = next::local(from).and_then(|it| it.split(['?', '#']).next()).unwrap_or(START);
    let is_everybodys = path.starts_with("/auctions/lots/") || app::routes::find(path).is_some();
    if is_everybodys && !path.ends_with('}') { path } else { START }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_back_to_what_is_there_for_every_store() {
        for stays in ["/auctions", "/auctions/lots/1", "/my/orders", "/my/company"] {
            assert_eq!(back_to(stays), stays);
        }
        assert_eq!(back_to("/auctions/lots/1?answer=2"), "/auctions/lots/1");
        for leaves in ["/my/orders/1", "/my/bids/1", "//evil.com", "", "/my/orders/{id}"] {
            assert_eq!(back_to(leaves), "/my", "{leaves}");
        }
    }
}
