//! Exactly the orders of the page's filter. The service knows whose orders a person may see.

use app::i18n::t;
use app::office::orders::filter_of;
use kernel::Lang;
use order::OrderRow;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 12] = [
    "no",
    "created",
    "title",
    "vin",
    "sale",
    "buyer",
    "price",
    "fees",
    "total",
    "commercial",
    "payment",
    "due",
];

/// The orders of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query, request.state.zone());
    let rows = request.state.services.order.export_orders(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "orders exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "orders", "order.column", &COLUMNS, rows))
}

fn cells(row: &OrderRow, lang: Lang) -> Vec<Cell> {
    let payment = match (&row.payment, row.overdue) {
        (None, _) => Cell::Empty,
        (Some(_), true) => t(lang, "order.payment.overdue").into(),
        (Some(state), false) => t(lang, &format!("order.state.payment.{state}")).into(),
    };
    vec![
        row.order_no.as_str().into(),
        Cell::Time(row.created_at),
        row.title.as_str().into(),
        row.vin.as_str().into(),
        row.sale_name.as_str().into(),
        row.buyer_name.as_str().into(),
        Cell::Money(row.price_fen),
        Cell::Money(row.fees_fen),
        Cell::Money(row.total_fen),
        t(lang, &format!("order.state.commercial.{}", row.commercial)).into(),
        payment,
        row.due_at.into(),
    ]
}
