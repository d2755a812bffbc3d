//! What finance does with deposits, and their list as a file.

mod change;
mod export;

use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

/// Who moves deposits.
const FINANCE: Access = Access::Roles(&[Role::Finance]);

/// Routes of deposits that are not pages.
pub fn routes() -> Routes {
    Routes::new().merge(sheet::files("/office/deposits", finance::READERS, export::list)).post(
        "/office/deposits/{id}",
        FINANCE,
        change::change,
    )
}
