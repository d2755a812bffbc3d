//! A dealer's bids, for programs: the columns have the same names in every language.

use auction::MyBid;
use kernel::UnixMs;

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

/// At most so many lines a file.
const LINES_MAX: i64 = 10_000;
const COLUMNS: [&str; 8] =
    ["time_ms", "lot_id", "title", "max_yuan", "number", "refused", "price_yuan", "by"];

/// This dealer's bids, accepted and refused.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let bids = request.state.services.auction.my_bids(&request.who, UnixMs(i64::MAX), LINES_MAX).await?;
    Ok(Sheet {
        name: "my-bids",
        header: COLUMNS.map(str::to_owned).to_vec(),
        rows: bids.into_iter().map(cells).collect(),
        zone: request.state.zone(),
    })
}

fn cells(bid: MyBid) -> Vec<Cell> {
    vec![
        Cell::Number(bid.admitted_at.0),
        Cell::Text(bid.lot_id.to_string()),
        Cell::Text(bid.title),
        Cell::Money(bid.max_fen),
        bid.seq.map_or(Cell::Empty, Cell::Number),
        bid.code.map_or(Cell::Empty, Cell::Text),
        bid.price_fen.into(),
        Cell::Text(bid.user_name),
    ]
}
