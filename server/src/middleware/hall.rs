//! The hall as a person last filtered it: its bare address leads there, an address with a filter is remembered. So it also
//! works without a script, and what is looked at always stands in the address.

use app::dealer::hall::{PATH, filter_of, query_of};
use app::query::Query;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Principal;

use crate::state::AppState;

/// Middleware: for the hall only.
pub async fn remember(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.uri().path() != PATH || request.method() != Method::GET {
        return next.run(request).await;
    }
    let Some(who) = request.extensions().get::<Principal>().filter(|who| who.dealer().is_some()).cloned()
    else {
        return next.run(request).await;
    };
    let auction = &state.services.auction;
    let Some(query) = request.uri().query().map(Query::read) else {
        return match auction.remembered_hall(&who).await {
            Ok(Some(filter)) if !query_of(&filter).pairs().is_empty() => {
                Redirect::to(&query_of(&filter).href(PATH)).into_response()
            }
            Ok(_) => next.run(request).await,
            Err(error) => {
                // the hall as it is serves as well
                tracing::warn!(%error, "the hall is shown unfiltered: what was last looked at could not be read");
                next.run(request).await
            }
        };
    };
    let shown = next.run(request).await;
    if shown.status().is_success()
        && let Err(error) = auction.remember_hall(&who, &filter_of(&query)).await
    {
        tracing::warn!(%error, "how the hall was looked at could not be kept");
    }
    shown
}
