//! The stores that one person may act for, as a file.

use app::dealer::group::{StoreFigures, figures};
use app::office::dealers::standing_text;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

const COLUMNS: [&str; 13] = [
    "store",
    "city",
    "standing",
    "strikes",
    "to_answer",
    "leading",
    "leading_fen",
    "held_fen",
    "free_fen",
    "won",
    "won_fen",
    "unpaid",
    "owed_fen",
];

/// A line for each.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let now = request.state.clock.now();
    let lines = figures(&request.state.services, &request.who, now).await?;
    tracing::info!(user.id = %request.who.user_id, rows = lines.len(), "group exported");
    let rows = lines.iter().map(|line| cells(line, &request));
    Ok(Sheet::of(&request, "group", "group", &COLUMNS, rows))
}

fn cells(line: &StoreFigures, request: &ListRequest) -> Vec<Cell> {
    let write = |until| app::ui::time::short(until, request.state.clock.now(), request.state.zone());
    let count = |count: usize| Cell::Number(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        line.store.name.as_str().into(),
        line.store.city.as_str().into(),
        Cell::Text(standing_text(request.lang, line.standing, write)),
        count(line.strikes),
        Cell::Number(line.to_answer),
        count(line.leading),
        Cell::Money(line.leading_fen),
        Cell::Money(line.held_fen),
        Cell::Money(line.free_fen),
        Cell::Number(line.won),
        Cell::Money(line.won_fen),
        Cell::Number(line.unpaid),
        Cell::Money(line.owed_fen),
    ]
}
