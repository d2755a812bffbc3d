//! Negotiations: both sides answer by forms, and lists are files too.

mod alerts;
mod answer;
mod business_days;
mod export;
mod reveal;

use kernel::{Access, Role};

use crate::http::sheet;
use crate::route_table::Routes;

/// Who of the staff speaks for sellers.
const SPEAKERS: Access = Access::Roles(&[Role::Auctioneer, Role::Sales]);

/// Who keeps the holidays.
const ADMINS: Access = Access::Roles(&[Role::Admin]);
/// Who of the staff may ask to see the reserve.
const LOOKERS: Access = Access::Roles(&[Role::Auctioneer, Role::Pricing, Role::Sales]);

/// Routes of negotiations that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/my/negotiations/{id}", Access::Dealer, answer::by_dealer)
        .post("/my/selling/negotiations/{id}", Access::Dealer, answer::by_seller)
        .post("/office/negotiations/{id}", SPEAKERS, answer::by_staff)
        .post("/office/alerts", SPEAKERS, alerts::read)
        .get("/office/alerts/unread", SPEAKERS, alerts::unread)
        .post("/office/business-days", ADMINS, business_days::set)
        .post("/office/negotiations/{id}/reveal", LOOKERS, reveal::reveal)
        .merge(sheet::files("/office/negotiations", Access::Staff, export::list))
}
