//! Receivables as files. Everything else about receivables is a page.

mod export;

use crate::http::sheet;
use crate::route_table::Routes;

/// Routes of receivables that are not pages.
pub fn routes() -> Routes {
    sheet::files("/office/receivables", finance::READERS, export::list)
}
