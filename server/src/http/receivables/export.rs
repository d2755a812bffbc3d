//! Exactly the receivables of the page's filter.

use app::i18n::t;
use app::office::receivables::filter_of;
use finance::ReceivableRow;
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 9] =
    ["order_no", "dealer", "title", "amount", "outstanding", "issued", "due", "state", "age"];

/// The receivables of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query, request.state.zone());
    let rows = request.state.services.finance.export_receivables(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "receivables exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "receivables", "finance.column", &COLUMNS, rows))
}

fn cells(row: &ReceivableRow, lang: Lang) -> Vec<Cell> {
    vec![
        row.order_no.as_str().into(),
        row.dealer_name.as_str().into(),
        row.title.as_str().into(),
        Cell::Money(row.amount_fen),
        Cell::Money(row.outstanding_fen),
        Cell::Time(row.issued_at),
        Cell::Time(row.due_at),
        t(lang, &format!("finance.state.{}", row.state.name())).into(),
        t(lang, &format!("finance.age.{}", row.age.name())).into(),
    ]
}
