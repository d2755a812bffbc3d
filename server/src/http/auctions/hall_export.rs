//! Exactly the lots of the hall's filter.

use app::context::Appearance;
use app::dealer::hall::filter_of;
use app::i18n::t;
use app::query::Query;
use auction::HallLot;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bidding::{LotStatus, ReserveLight};
use kernel::{Lang, Principal};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, Kind, Sheet};
use crate::state::AppState;

/// At most so many lines a file; a longer list is filtered first.
const LINES_MAX: i64 = 10_000;

/// As text.
pub async fn csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    sheet(&state, &who, appearance.lang, query).await?.answer(Kind::Csv)
}

/// As a spreadsheet.
pub async fn xlsx(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    sheet(&state, &who, appearance.lang, query).await?.answer(Kind::Xlsx)
}

async fn sheet(
    state: &AppState,
    who: &Principal,
    lang: Lang,
    query: Option<String>,
) -> Result<Sheet, Refusal> {
    let filter = filter_of(&Query::read(query.as_deref().unwrap_or_default()));
    let lots = state.services.auction.hall_export(who, &filter, LINES_MAX).await?;
    let columns = [
        "sale", "lot", "title", "vin", "year", "km", "grade", "city", "state", "start", "price", "my_max",
        "reserve", "ends",
    ];
    Ok(Sheet {
        name: "lots",
        header: columns
            .iter()
            .map(|column| t(lang, &format!("auction.column.{column}")).into_owned())
            .collect(),
        rows: lots.iter().map(|lot| cells(lot, lang)).collect(),
        zone: state.zone(),
    })
}

fn cells(lot: &HallLot, lang: Lang) -> Vec<Cell> {
    let state = match lot.lot.status {
        LotStatus::Scheduled => "auction.live.upcoming",
        LotStatus::Open => "auction.hall.status.open",
        LotStatus::Paused => "auction.live.paused",
        LotStatus::Closed => "auction.live.over",
    };
    let reserve = match lot.lot.reserve {
        ReserveLight::None => "auction.live.reserve_none",
        ReserveLight::NotMet => "auction.live.reserve_not_met",
        ReserveLight::Met => "auction.live.reserve_met",
    };
    vec![
        lot.sale_name.as_str().into(),
        Cell::Text(lot.lot_no.to_string()),
        lot.title.as_str().into(),
        lot.vin.as_str().into(),
        Cell::Text(lot.model_year.to_string()),
        Cell::Text(lot.mileage_km.to_string()),
        lot.grade.as_str().into(),
        lot.city.as_str().into(),
        Cell::Text(t(lang, state).into_owned()),
        Cell::Money(lot.start_fen),
        lot.lot.price_fen.map_or(Cell::Empty, Cell::Money),
        lot.mine.max_fen.map_or(Cell::Empty, Cell::Money),
        Cell::Text(t(lang, reserve).into_owned()),
        Cell::Time(lot.lot.end_at),
    ]
}
