//! Exactly the negotiations of the page's filter. No reserve and no secret limit is in them.

use app::i18n::t;
use app::negotiation::{filter_of, state_words};
use auction::NegotiationRow;
use deal::Side;
use kernel::{Lang, UnixMs};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 12] =
    ["car", "vin", "sale", "buyer", "kind", "bid", "offer", "ask", "price", "state", "deadline", "opened"];

/// The negotiations of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query);
    let rows = request.state.services.auction.export_negotiations(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "negotiations exported");
    let now = request.state.clock.now();
    let rows = rows.iter().map(|row| cells(row, request.lang, now));
    Ok(Sheet::of(&request, "negotiations", "negotiation.column", &COLUMNS, rows))
}

fn cells(row: &NegotiationRow, lang: Lang, now: UnixMs) -> Vec<Cell> {
    vec![
        row.lot.title.as_str().into(),
        row.lot.vin.as_str().into(),
        row.lot.sale_name.as_str().into(),
        row.buyer_name.as_str().into(),
        t(lang, &format!("negotiation.kind.{}", row.kind.as_str())).into(),
        Cell::Money(row.bid_fen),
        Cell::Money(row.buyer_fen),
        row.seller_fen.into(),
        row.price_fen.into(),
        Cell::Text(state_words(lang, row, Side::Seller, now).1),
        Cell::Time(row.deadline_at),
        Cell::Time(row.opened_at),
    ]
}
