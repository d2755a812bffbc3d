//! Exactly the orders of the page's filter. The service knows whose orders a person may see.

use std::collections::BTreeMap;

use app::i18n::t;
use app::office::orders::filter_of;
use kernel::{Fen, Lang, OrderId, ProblemKind};
use order::OrderRow;
use platform_db::CommandError;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 14] = [
    "no",
    "created",
    "title",
    "vin",
    "sale",
    "buyer",
    "price",
    "fees",
    "total",
    "still",
    "basis",
    "commercial",
    "payment",
    "due",
];

/// The orders of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query, request.state.zone());
    let rows = request.state.services.order.export_orders(&request.who, &filter).await?;
    let owed = owed(&request, &rows).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "orders exported");
    let rows = rows.iter().map(|row| cells(row, owed.get(&row.id).copied(), request.lang));
    Ok(Sheet::of(&request, "orders", "order.column", &COLUMNS, rows))
}

/// What is still to be paid for these orders; empty cells for who may not read claims. A file lacks it for no other reason.
async fn owed(request: &ListRequest, rows: &[OrderRow]) -> Result<BTreeMap<OrderId, Fen>, CommandError> {
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    match request.state.services.finance.still_owed(&request.who, &ids).await {
        Err(CommandError::Refused(problem)) if problem.kind == ProblemKind::Forbidden => Ok(BTreeMap::new()),
        answer => answer,
    }
}

fn cells(row: &OrderRow, still: Option<Fen>, lang: Lang) -> Vec<Cell> {
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
        still.into(),
        t(lang, &format!("order.basis.{}", row.basis.name())).into(),
        t(lang, &format!("order.state.commercial.{}", row.commercial)).into(),
        payment,
        row.due_at.into(),
    ]
}
