//! Exactly the orders of the page's filter. The service knows whose orders a person may see.

use app::context::Appearance;
use app::i18n::t;
use app::office::orders::filter_of;
use app::query::Query;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kernel::{Lang, Principal};
use order::OrderRow;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, Kind, Sheet};
use crate::state::AppState;

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
    let filter = filter_of(&Query::read(query.as_deref().unwrap_or_default()), state.zone());
    let rows = state.services.order.export_orders(who, &filter).await?;
    tracing::info!(user.id = %who.user_id, rows = rows.len(), "orders exported");
    let columns = [
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
    Ok(Sheet {
        name: "orders",
        header: columns
            .iter()
            .map(|column| t(lang, &format!("order.column.{column}")).into_owned())
            .collect(),
        rows: rows.iter().map(|row| cells(row, lang)).collect(),
        zone: state.zone(),
    })
}

fn cells(row: &OrderRow, lang: Lang) -> Vec<Cell> {
    let payment = match (&row.payment, row.overdue) {
        (None, _) => Cell::Empty,
        (Some(_), true) => Cell::Text(t(lang, "order.payment.overdue").into_owned()),
        (Some(state), false) => Cell::Text(t(lang, &format!("order.state.payment.{state}")).into_owned()),
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
        Cell::Text(t(lang, &format!("order.state.commercial.{}", row.commercial)).into_owned()),
        payment,
        row.due_at.into(),
    ]
}
