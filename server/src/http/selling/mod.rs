//! What a company that sells does beside its pages.

mod export;
mod lot;

use kernel::Access;

use crate::http::sheet;
use crate::route_table::Routes;

/// Routes under `/my/selling` that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/my/selling/lots/{id}/reserve", Access::Dealer, lot::lower_reserve)
        .post("/my/selling/lots/{id}/publish-reserve", Access::Dealer, lot::publish_reserve)
        .post("/my/selling/lots/{id}/gap", Access::Dealer, lot::set_gap)
        .merge(sheet::files("/my/selling", Access::Dealer, export::list))
}
