//! Receivables as files. Everything else about receivables is a page.

mod export;

use crate::route_table::Routes;

/// Routes of receivables that are not pages.
pub fn routes() -> Routes {
    Routes::new().get("/office/receivables.csv", finance::READERS, export::csv).get(
        "/office/receivables.xlsx",
        finance::READERS,
        export::xlsx,
    )
}
