//! Orders as files. Everything else about orders is a page.

mod export;

use kernel::Access;

use crate::route_table::Routes;

/// Routes of orders that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/office/orders.csv", Access::Staff, export::csv)
        .get("/office/orders.xlsx", Access::Staff, export::xlsx)
        .get("/my/orders.csv", Access::Dealer, export::csv)
        .get("/my/orders.xlsx", Access::Dealer, export::xlsx)
}
