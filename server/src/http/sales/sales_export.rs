//! Exactly the sales of the page's filter.

use app::i18n::t;
use app::office::sales::list::filter_of;
use auction::SaleLine;
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 11] = [
    "name",
    "format",
    "opens_at",
    "last_end_at",
    "lots",
    "open",
    "sold",
    "provisional",
    "unsold",
    "withdrawn",
    "hammer",
];

/// The sales of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let asked = filter_of(&request.query, request.state.zone());
    let rows = request.state.services.auction.export_sales(&request.who, &asked).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "sales exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "sales", "sale.column", &COLUMNS, rows))
}

fn cells(row: &SaleLine, lang: Lang) -> Vec<Cell> {
    let count = row.count;
    vec![
        row.name.as_str().into(),
        t(lang, &format!("format.{}", row.format)).into(),
        Cell::Time(row.opens_at),
        Cell::Time(row.last_end_at),
        Cell::Number(count.lots),
        Cell::Number(count.open),
        Cell::Number(count.sold),
        Cell::Number(count.provisional),
        Cell::Number(count.unsold),
        Cell::Number(count.withdrawn),
        Cell::Money(count.hammer_fen),
    ]
}
