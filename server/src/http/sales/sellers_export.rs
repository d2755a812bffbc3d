//! Exactly the sellers of the page's filter.

use app::office::sellers::{filter_of, gap_words, percent_or_thin};
use auction::SellerRecord;
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 11] = [
    "name",
    "company",
    "lots",
    "sold",
    "conversion",
    "reserved",
    "reached",
    "reach",
    "lowered",
    "offers",
    "gap",
];

/// The sellers of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query);
    let rows = request.state.services.auction.sellers(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "sellers exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "sellers", "seller.column", &COLUMNS, rows))
}

fn cells(row: &SellerRecord, lang: Lang) -> Vec<Cell> {
    vec![
        row.name.as_str().into(),
        row.company.as_deref().unwrap_or_default().into(),
        Cell::Number(row.lots),
        Cell::Number(row.sold),
        Cell::Text(percent_or_thin(lang, row.conversion_percent())),
        Cell::Number(row.reserved),
        Cell::Number(row.reached),
        Cell::Text(percent_or_thin(lang, row.reach_percent())),
        Cell::Number(row.lowered),
        Cell::Number(row.offers),
        Cell::Text(gap_words(lang, row.gap_bp())),
    ]
}
