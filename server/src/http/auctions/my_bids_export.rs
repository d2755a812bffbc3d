//! A dealer's bids, for programs: the columns have the same names in every language.

use app::dealer::my_bids::bids_of;
use auction::{BidFilter, MyBid};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, Sheet};

/// At most so many lines a file.
const LINES_MAX: i64 = 10_000;
const COLUMNS: [&str; 8] =
    ["time_ms", "lot_id", "title", "max_yuan", "number", "refused", "price_yuan", "by"];

/// This dealer's bids of the filter.
pub async fn list(request: ListRequest) -> Result<Sheet, Refusal> {
    let filter = BidFilter { before: None, ..bids_of(&request.query) };
    let bids = request.state.services.auction.my_bids(&request.who, &filter, LINES_MAX).await?;
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
