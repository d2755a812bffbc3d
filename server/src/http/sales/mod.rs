//! The office's side of the auction: making sales, controlling lots.

mod change_sale;
mod create_sale;
mod fine_print;
mod floor;
mod follow_on;
mod lane;
mod lot_control;
mod reserve_approval;
mod sale_form;
mod sales_export;
mod seller;
mod sellers_export;
mod templates;
mod void_bid;

use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

/// Who makes and runs sales.
const AUCTIONEERS: Access = Access::Roles(&[Role::Auctioneer]);
/// Who lowers reserves, and publishes them.
const RESERVE: Access = Access::Roles(&[Role::Auctioneer, Role::Pricing]);

/// Who says whose company a seller is: who speaks for sellers.
const SPEAKERS: Access = Access::Roles(&[Role::Auctioneer, Role::Sales]);

/// Routes under `/office/sales` and `/office/lots` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/office/sales/new", AUCTIONEERS, create_sale::create_sale)
        .post("/office/sales/templates/new", AUCTIONEERS, templates::create)
        .post("/office/sales/templates/{id}", AUCTIONEERS, templates::change)
        .post("/office/sales/{id}/change", AUCTIONEERS, change_sale::change)
        .post("/office/sales/{id}/follow-on", AUCTIONEERS, follow_on::set)
        .post("/office/sales/{id}/floor", AUCTIONEERS, floor::at_the_desk)
        .post("/office/lots/{id}/call", AUCTIONEERS, lane::call)
        .post("/office/lots/{id}/pass", AUCTIONEERS, lane::pass)
        .post("/office/lots/{id}/hammer", AUCTIONEERS, lane::hammer)
        .post("/office/lots/{id}/offline", AUCTIONEERS, floor::offline)
        .post("/office/lots/{id}/online", AUCTIONEERS, floor::online)
        .post("/office/lots/{id}/withdraw", AUCTIONEERS, change_sale::withdraw_lot)
        .post("/office/lots/{id}/pause", AUCTIONEERS, lot_control::pause)
        .post("/office/lots/{id}/resume", AUCTIONEERS, lot_control::resume)
        .post("/office/lots/{id}/reserve", RESERVE, lot_control::lower_reserve)
        .post("/office/lots/{id}/publish-reserve", RESERVE, lot_control::publish_reserve)
        .post("/office/lots/{id}/reserve-approval/approve", RESERVE, reserve_approval::approve)
        .post("/office/lots/{id}/reserve-approval/decline", RESERVE, reserve_approval::decline)
        .post("/office/lots/{id}/reveal", RESERVE, lot_control::reveal)
        .post("/office/lots/{id}/gap", RESERVE, lot_control::set_gap)
        .post("/office/lots/{id}", AUCTIONEERS, void_bid::request)
        .post("/office/voids/{id}/confirm", AUCTIONEERS, void_bid::confirm)
        .post("/office/voids/{id}/decline", AUCTIONEERS, void_bid::decline)
        .post("/office/sellers/{name}", SPEAKERS, seller::change)
        .merge(sheet::files("/office/sales", Access::Staff, sales_export::list))
        .merge(sheet::files("/office/sellers", Access::Staff, sellers_export::list))
}
