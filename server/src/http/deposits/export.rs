//! All deposits.

use app::i18n::t;
use finance::DepositRow;
use kernel::Lang;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 4] = ["dealer", "state", "balance", "changed"];

/// The list as its page shows it.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let rows = request.state.services.finance.deposits(&request.who).await?;
    tracing::info!(user.id = %request.who.user_id, rows = rows.len(), "deposits exported");
    let rows = rows.iter().map(|row| cells(row, request.lang));
    Ok(Sheet::of(&request, "deposits", "deposit.column", &COLUMNS, rows))
}

fn cells(row: &DepositRow, lang: Lang) -> Vec<Cell> {
    let state = if row.frozen { "deposit.state.frozen" } else { "deposit.state.usable" };
    vec![
        row.dealer_name.as_str().into(),
        t(lang, state).into(),
        Cell::Money(row.balance_fen),
        Cell::Time(row.changed_at),
    ]
}
