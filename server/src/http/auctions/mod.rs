//! The dealers' side of the auction: bids as forms, exports, proofs.

mod alerts;
mod board_bid;
mod check_receipt;
mod checkpoints;
mod delivery_door;
mod hall_export;
mod mail;
mod my_bids_export;
mod own_max;
mod place_bid;
mod practice;
mod practice_export;
mod proofs;
mod searches;
mod take;
mod watch_list;
mod watch_lot;

use kernel::{Access, Role};

use crate::http::sheet::{self, Kind};
use crate::route_table::Routes;

/// Who may ask for a checkpoint before its day is over.
const SIGNERS: Access = Access::Roles(&[Role::Auctioneer, Role::Admin]);

/// Routes under `/auctions`, `/my` and `/proof` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/auctions/lots/{id}/bids", Access::Dealer, place_bid::place_bid)
        .post("/auctions/lots/{id}/withdraw", Access::Dealer, own_max::withdraw)
        .post("/auctions/lots/{id}/door", Access::Dealer, delivery_door::choose)
        .post("/auctions/lots/{id}/report", Access::Dealer, own_max::confirm_report)
        .post("/my/board/bids", Access::Dealer, board_bid::board_bid)
        .post("/my/alerts", Access::Dealer, alerts::change)
        .post("/mail/unsubscribe", Access::Public, mail::stop)
        .get("/my/alerts/unread", Access::Dealer, alerts::unread)
        .post("/my/practice", Access::Dealer, practice::start)
        .post("/my/practice/{id}", Access::Dealer, practice::change)
        .post("/my/searches", Access::Dealer, searches::change)
        .post("/auctions/lots/{id}/buy-now", Access::Dealer, take::buy_now)
        .post("/auctions/lots/{id}/accept", Access::Dealer, take::accept_step)
        .post("/auctions/lots/{id}/first-look", Access::Dealer, take::take_first)
        .post("/auctions/watch", Access::Dealer, watch_list::change)
        .post("/auctions/lots/{id}/watch", Access::Dealer, watch_lot::watch_lot)
        .get("/auctions/lots/{id}/log.json", Access::SignedIn, proofs::log)
        .get("/auctions/lots/{id}/my-receipt.json", Access::Dealer, proofs::newest_receipt)
        .get("/my/bids/{id}/receipt.json", Access::Dealer, proofs::receipt)
        .get("/my/bids/{id}/evidence.json", Access::Dealer, proofs::evidence)
        .get("/proof/keys.json", Access::Public, proofs::keys)
        .post("/proof", Access::Public, check_receipt::check)
        .post("/proof/checkpoints", SIGNERS, checkpoints::make)
        .post("/proof/checkpoints/find", Access::Public, checkpoints::find)
        .get("/proof/checkpoints/newest", Access::Public, checkpoints::newest)
        .get("/proof/checkpoints/{n}", Access::Public, checkpoints::one)
        .get("/proof/checkpoints/{n}/timestamp.tsr", Access::Public, checkpoints::timestamp)
        .get("/proof/checkpoints/{n}/leaves/{hash}", Access::Public, checkpoints::leaf)
        .get("/proof/checkpoints/{n}/since/{first}", Access::Public, checkpoints::since)
        .get("/proof/leaves/{hash}", Access::Public, checkpoints::newest_leaf)
        .merge(sheet::files("/auctions/export", Access::Dealer, hall_export::list))
        .merge(sheet::files("/office/lots", Access::Staff, hall_export::office))
        .merge(sheet::files("/my/bids/lots", Access::Dealer, hall_export::my_lots))
        .merge(sheet::file("/my/practice/export", Kind::Csv, Access::Dealer, practice_export::list))
        .merge(sheet::file("/my/bids/export", Kind::Csv, Access::Dealer, my_bids_export::list))
}
