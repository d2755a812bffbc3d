//! What finance does with deposits, what dealers ask back, and their lists as files.

mod ask;
mod change;
mod export;

use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

/// Who moves deposits.
const FINANCE: Access = Access::Roles(&[Role::Finance]);

/// Routes of deposits that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .merge(sheet::files("/office/deposits", finance::READERS, export::list))
        .merge(sheet::files("/office/deposits/returns", finance::READERS, export::returns))
        .post("/my/deposit", Access::Dealer, ask::by_dealer)
        .post("/office/deposits/{id}", FINANCE, change::change)
}
