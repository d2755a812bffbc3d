//! All deposits.

use app::i18n::t;
use app::office::deposits::returns::filter_of;
use finance::{DepositRow, ReturnRow};
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 5] = ["dealer", "state", "balance", "asked", "changed"];
const RETURN_COLUMNS: [&str; 8] =
    ["dealer", "amount", "state", "asked_at", "asked_by", "asked_why", "answered_at", "answer"];

/// The list as its page shows it.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let rows = request.state.services.finance.deposits(&request.who).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "deposits exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "deposits", "deposit.column", &COLUMNS, rows))
}

/// Exactly the requests of the page's filter.
pub async fn returns(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = filter_of(&request.query);
    let rows = request.state.services.finance.deposit_returns(&request.who, &filter).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "requests for deposits exported");
    let rows = rows.iter().map(|row| return_cells(row, request.lang));
    Ok(Sheet::of(&request, "deposit-returns", "deposit.column", &RETURN_COLUMNS, rows))
}

fn return_cells(row: &ReturnRow, lang: Lang) -> Vec<Cell> {
    vec![
        row.dealer_name.as_str().into(),
        Cell::Money(row.amount_fen),
        t(lang, &format!("deposit.return.{}", row.state.name())).into(),
        Cell::Time(row.asked_at),
        row.asked_by_name.as_str().into(),
        row.why.as_str().into(),
        row.answered_at.into(),
        row.answer.as_str().into(),
    ]
}

fn cells(row: &DepositRow, lang: Lang) -> Vec<Cell> {
    let state = if row.frozen { "deposit.state.frozen" } else { "deposit.state.usable" };
    vec![
        row.dealer_name.as_str().into(),
        t(lang, state).into(),
        Cell::Money(row.balance_fen),
        Cell::Money(row.asked_fen),
        Cell::Time(row.changed_at),
    ]
}
