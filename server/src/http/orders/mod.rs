//! Orders as files. Everything else about orders is a page.

mod export;

use kernel::Access;

use crate::http::sheet;
use crate::route_table::Routes;

/// Routes of orders that are not pages.
pub fn routes() -> Routes {
    let office = sheet::files("/office/orders", Access::Staff, export::list);
    let dealers = sheet::files("/my/orders", Access::Dealer, export::list);
    office.merge(dealers)
}
