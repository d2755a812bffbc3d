//! Exactly the lots of the hall's filter.

use app::dealer::hall::filter_of;
use app::dealer::my_bids::lots_of;
use app::i18n::t;
use app::office::lots::list::filter_of as office_filter;
use auction::HallLot;
use bidding::{LotStatus, ReserveLight};
use kernel::{Lang, UnixMs};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

/// At most so many lines a file; a longer list is filtered first.
const LINES_MAX: i64 = 10_000;
const CAR: [&str; 11] =
    ["sale", "lot", "title", "vin", "year", "km", "grade", "city", "state", "start", "price"];
const END: [&str; 3] = ["reserve", "reserve_fen", "ends"];

/// The lots of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query);
    let lots = request.state.services.auction.hall_export(&request.who, &filter, LINES_MAX).await?;
    let now = request.state.services.auction.now();
    let rows = lots.iter().map(|lot| own_cells(lot, request.lang, now));
    Ok(Sheet::of(&request, "lots", "auction.column", &columns(&["my_max"]), rows))
}

/// The lots of the filter of one's own bids, with the alias under which the others see the company.
pub async fn my_lots(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = lots_of(&request.query, &request.who);
    let lots = request.state.services.auction.hall_export(&request.who, &filter, LINES_MAX).await?;
    let columns: Vec<&str> = columns(&["my_max"]).into_iter().chain(["alias"]).collect();
    let now = request.state.services.auction.now();
    let rows = lots.iter().map(|lot| {
        let alias = lot.mine.alias.map_or(Cell::Empty, |alias| Cell::Number(alias.into()));
        own_cells(lot, request.lang, now).into_iter().chain([alias]).collect()
    });
    Ok(Sheet::of(&request, "my-lots", "auction.column", &columns, rows))
}

/// The same for the office: nothing of it is anybody's own, and it says whose the car is.
pub async fn office(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = office_filter(&request.query, request.state.zone());
    let lots = request.state.services.auction.hall_export(&request.who, &filter, LINES_MAX).await?;
    let now = request.state.services.auction.now();
    tracing::info!(user.id = %request.who.user_id, rows = lots.len(), "lots exported");
    let rows = lots.iter().map(|lot| {
        let own = [lot.seller_name.as_str().into(), Cell::Number(lot.lot.bidders.into())];
        cells(lot, request.lang, now, own)
    });
    Ok(Sheet::of(&request, "lots", "auction.column", &columns(&["seller", "bidders"]), rows))
}

fn columns(between: &[&'static str]) -> Vec<&'static str> {
    [&CAR[..], between, &END[..]].concat()
}

fn own_cells(lot: &HallLot, lang: Lang, now: UnixMs) -> Vec<Cell> {
    cells(lot, lang, now, [lot.mine.max_fen.into()])
}

/// `between` is what stands behind the price.
fn cells<const N: usize>(lot: &HallLot, lang: Lang, now: UnixMs, between: [Cell; N]) -> Vec<Cell> {
    let state = match lot.lot.status {
        LotStatus::Scheduled => "auction.live.upcoming",
        LotStatus::Open => "auction.hall.status.open",
        LotStatus::Paused => "auction.live.paused",
        LotStatus::Closed => "auction.live.over",
    };
    // a price that falls meets no reserve
    let light = lot.lot.light().filter(|_| lot.format().dutch().is_none());
    let reserve = light.map(|light| match light {
        ReserveLight::None => "auction.live.reserve_none",
        ReserveLight::NotMet => "auction.live.reserve_not_met",
        ReserveLight::Met => "auction.live.reserve_met",
        ReserveLight::Secret => "auction.live.reserve_secret",
    });
    let car = [
        lot.sale_name.as_str().into(),
        Cell::Text(lot.lot_no.to_string()),
        lot.title.as_str().into(),
        lot.vin.as_str().into(),
        Cell::Text(lot.model_year.to_string()),
        Cell::Text(lot.mileage_km.to_string()),
        lot.grade.as_str().into(),
        lot.city.as_str().into(),
        t(lang, state).into(),
        Cell::Money(lot.start_fen),
        lot.price_at(now).into(),
    ];
    let end = [
        reserve.map_or(Cell::Empty, |key| t(lang, key).into()),
        lot.lot.reserve_fen.into(),
        Cell::Time(lot.ends_at()),
    ];
    car.into_iter().chain(between).chain(end).collect()
}
