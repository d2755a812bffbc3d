//! Dead letters: sent again by an administrator.

mod replay;

use platform_bus::dead::OPERATORS;

use crate::route_table::Routes;

/// Routes of dead letters that are not pages.
pub fn routes() -> Routes {
    Routes::new().post("/office/dead-letters/{service}/{message}/replay", OPERATORS, replay::replay)
}
