//! Handlers by area. An area is a folder with `pub fn routes() -> Routes`; its line stands here.

pub mod api;
pub mod auctions;
pub mod dead_letters;
pub mod deposits;
pub mod health;
pub mod identity;
pub mod negotiations;
pub mod orders;
pub mod receivables;
pub mod refusal;
pub mod sales;
pub mod selling;
pub mod sheet;
pub mod start;
pub mod vehicles;

use crate::route_table::Routes;

/// All routes that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .merge(api::routes())
        .merge(auctions::routes())
        .merge(identity::routes())
        .merge(negotiations::routes())
        .merge(sales::routes())
        .merge(selling::routes())
        .merge(vehicles::routes())
        .merge(dead_letters::routes())
        .merge(orders::routes())
        .merge(receivables::routes())
        .merge(deposits::routes())
        .merge(health::routes())
        .merge(start::routes())
}
