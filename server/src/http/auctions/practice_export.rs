//! A person's practice runs, for programs: the columns have the same names in every language.

use app::dealer::practice::result_name;
use auction::PracticeRecord;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

/// At most so many lines a file: what is kept of a person's busiest ninety days.
const LINES_MAX: i64 = 9_000;
const COLUMNS: [&str; 9] =
    ["started_ms", "run_id", "lot_id", "title", "speed", "result", "price_yuan", "real_price_yuan", "bids"];

/// All that are kept.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let runs = request.state.services.auction.practice_runs(&request.who, None, LINES_MAX).await?;
    Ok(Sheet {
        name: "practice",
        header: COLUMNS.map(str::to_owned).to_vec(),
        rows: runs.into_iter().map(cells).collect(),
        zone: request.state.zone(),
    })
}

fn cells(run: PracticeRecord) -> Vec<Cell> {
    let price = run.ended.and_then(|ended| ended.price_fen);
    vec![
        Cell::Number(run.started_at.0),
        Cell::Text(run.id.to_string()),
        Cell::Text(run.lot_id.to_string()),
        Cell::Text(run.title),
        Cell::Number(run.speed.into()),
        Cell::Text(result_name(run.ended).to_owned()),
        price.into(),
        Cell::Money(run.real_price_fen),
        Cell::Number(run.bids.into()),
    ]
}
