//! Exactly the lots of the page's filter, with the company's own reserves.

use app::dealer::selling::list::filter_of;
use app::i18n::t;
use auction::SellingLot;
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 14] = [
    "car", "vin", "seller", "sale", "no", "state", "start", "reserve", "gap", "price", "bidders", "watchers",
    "buyer", "end",
];

/// The lots of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query);
    let rows = request.state.services.auction.export_selling(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "own lots exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "selling", "selling.column", &COLUMNS, rows))
}

fn cells(row: &SellingLot, lang: Lang) -> Vec<Cell> {
    let lot = &row.lot;
    vec![
        lot.title.as_str().into(),
        lot.vin.as_str().into(),
        lot.seller_name.as_str().into(),
        lot.sale_name.as_str().into(),
        Cell::Number(i64::from(lot.lot_no)),
        t(lang, &format!("selling.state.{}", row.state.name())).into(),
        Cell::Money(lot.start_fen),
        row.reserve_fen.into(),
        Cell::Money(row.gap_fen),
        row.price_fen.into(),
        row.bidders.map_or(Cell::Empty, |n| Cell::Number(i64::from(n))),
        Cell::Number(row.watchers),
        row.buyer_name.as_deref().unwrap_or_default().into(),
        Cell::Time(lot.ends_at()),
    ]
}
