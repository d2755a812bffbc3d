//! The dealers' side of the auction: bids as forms, exports, proofs.

mod check_receipt;
mod hall_export;
mod my_bids_export;
mod place_bid;
mod proofs;
mod watch_lot;

use kernel::Access;

use crate::http::sheet::{self, Kind};
use crate::route_table::Routes;

/// Routes under `/auctions`, `/my` and `/proof` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/auctions/lots/{id}/bids", Access::Dealer, place_bid::place_bid)
        .post("/auctions/lots/{id}/watch", Access::Dealer, watch_lot::watch_lot)
        .get("/auctions/lots/{id}/log.json", Access::SignedIn, proofs::log)
        .get("/my/bids/{id}/receipt.json", Access::Dealer, proofs::receipt)
        .get("/proof/keys.json", Access::Public, proofs::keys)
        .post("/proof", Access::Public, check_receipt::check)
        .merge(sheet::files("/auctions/export", Access::Dealer, hall_export::list))
        .merge(sheet::file("/my/bids/export", Kind::Csv, Access::Dealer, my_bids_export::list))
}
