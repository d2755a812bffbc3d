//! Lots of the JSON API.

use auction::HallFilter;
use axum::extract::{Path, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use kernel::{LotId, Principal};

use super::types::{LotWithCarBody, LotsBody, LotsQuery, ProblemBody, TimeBody};
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// Lots, 24 a page
#[utoipa::path(
    get, path = "/api/v1/lots", tag = "lots", params(LotsQuery),
    responses((status = 200, description = "The lots of the page", body = LotsBody)),
    security(("token" = [])),
)]
pub async fn list(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Query(query): Query<LotsQuery>,
) -> Result<Json<LotsBody>, Refusal> {
    let filter = HallFilter {
        search: query.search,
        make: query.make,
        city: query.city,
        status: query.status,
        page: query.page.max(1),
        ..HallFilter::default()
    };
    let page = state.services.auction.hall(&who, &filter).await?;
    let first_offer = |lot| state.services.auction.first_offer(&who, lot);
    let lots = page.lots.iter().map(|lot| LotWithCarBody::new(lot, first_offer(lot))).collect();
    Ok(Json(LotsBody { total: page.total, lots }))
}

/// One lot
#[utoipa::path(
    get, path = "/api/v1/lots/{id}", tag = "lots",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "The lot with its car", body = LotWithCarBody),
        (status = 404, description = "No such lot", body = ProblemBody),
    ),
    security(("token" = [])),
)]
pub async fn show(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
) -> Result<Json<LotWithCarBody>, Refusal> {
    let detail = state.services.auction.lot(&who, lot_id).await?;
    Ok(Json(LotWithCarBody::new(&detail.lot, detail.first_offer)))
}

/// The server's clock; never cached
#[utoipa::path(
    get, path = "/api/v1/time", tag = "lots",
    responses((status = 200, description = "Now", body = TimeBody)),
)]
pub async fn time(State(state): State<AppState>) -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(TimeBody { now_ms: state.services.auction.now().0 }))
}
