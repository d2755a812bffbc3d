//! Exactly the receivables of the page's filter.

use app::context::Appearance;
use app::i18n::t;
use app::office::receivables::filter_of;
use app::query::Query;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use finance::ReceivableRow;
use kernel::{Lang, Principal};

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
    let rows = state.services.finance.export_receivables(who, &filter).await?;
    tracing::info!(user.id = %who.user_id, rows = rows.len(), "receivables exported");
    let columns = ["order_no", "dealer", "title", "amount", "outstanding", "issued", "due", "state", "age"];
    Ok(Sheet {
        name: "receivables",
        header: columns
            .iter()
            .map(|column| t(lang, &format!("finance.column.{column}")).into_owned())
            .collect(),
        rows: rows.iter().map(|row| cells(row, lang)).collect(),
        zone: state.zone(),
    })
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
        Cell::Text(t(lang, &format!("finance.state.{}", row.state.name())).into_owned()),
        Cell::Text(t(lang, &format!("finance.age.{}", row.age.name())).into_owned()),
    ]
}
