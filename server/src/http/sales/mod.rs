//! The office's side of the auction: making sales, controlling lots.

mod create_sale;
mod lot_control;

use kernel::{Access, Role};

use crate::route_table::Routes;

/// Who makes and runs sales.
const AUCTIONEERS: Access = Access::Roles(&[Role::Auctioneer]);
/// Who lowers reserves.
const RESERVE: Access = Access::Roles(&[Role::Auctioneer, Role::Pricing]);

/// Routes under `/office/sales` and `/office/lots` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/office/sales/new", AUCTIONEERS, create_sale::create_sale)
        .post("/office/lots/{id}/pause", AUCTIONEERS, lot_control::pause)
        .post("/office/lots/{id}/resume", AUCTIONEERS, lot_control::resume)
        .post("/office/lots/{id}/reserve", RESERVE, lot_control::lower_reserve)
}
