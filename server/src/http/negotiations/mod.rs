//! Negotiations: both sides answer by forms, and lists are files too.

mod answer;
mod export;

use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

/// Who of the staff speaks for sellers.
const SPEAKERS: Access = Access::Roles(&[Role::Auctioneer, Role::Sales]);

/// Routes of negotiations that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/my/negotiations/{id}", Access::Dealer, answer::by_dealer)
        .post("/office/negotiations/{id}", SPEAKERS, answer::by_staff)
        .merge(sheet::files("/office/negotiations", Access::Staff, export::list))
}
