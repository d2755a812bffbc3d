//! The dealers' side of the auction: bids as forms, exports.

mod hall_export;
mod my_bids_export;
mod place_bid;

use kernel::Access;

use crate::http::sheet::{self, Kind};
use crate::route_table::Routes;

/// Routes under `/auctions` and `/my/bids` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/auctions/lots/{id}/bids", Access::Dealer, place_bid::place_bid)
        .merge(sheet::files("/auctions/export", Access::Dealer, hall_export::list))
        .merge(sheet::file("/my/bids/export", Kind::Csv, Access::Dealer, my_bids_export::list))
}
