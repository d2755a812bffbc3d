//! The dealers' side of the auction: bids as forms, exports.

pub mod export;
mod hall_export;
mod place_bid;

use kernel::Access;

use crate::route_table::Routes;

/// Routes under `/auctions` and `/my/bids` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/auctions/lots/{id}/bids", Access::Dealer, place_bid::place_bid)
        .get("/auctions/export.csv", Access::Dealer, hall_export::csv)
        .get("/auctions/export.xlsx", Access::Dealer, hall_export::xlsx)
        .get("/my/bids/export.csv", Access::Dealer, export::my_bids_csv)
}
