//! The JSON API, version 1: the same commands as the pages, for dealers' own systems.
//!
//! A call shows a token (`Authorization: Bearer …`, made by the signed-in user under settings) or the browser's
//! session. The document is served at `/api/v1/openapi.json` and can be browsed at `/api/docs`.

mod bids;
mod lots;
mod openapi;
mod types;

use kernel::Access;

use crate::route_table::Routes;

/// Routes under `/api/v1`.
pub fn routes() -> Routes {
    Routes::new()
        .get("/api/v1/lots", Access::Dealer, lots::list)
        .get("/api/v1/lots/{id}", Access::Dealer, lots::show)
        .post("/api/v1/lots/{id}/bids", Access::Dealer, bids::place)
        .post("/api/v1/lots/{id}/buy-now", Access::Dealer, bids::buy_now)
        .post("/api/v1/lots/{id}/first-look", Access::Dealer, bids::take_first)
        .post("/api/v1/lots/{id}/accept", Access::Dealer, bids::accept_step)
        .post("/api/v1/lots/{id}/withdraw", Access::Dealer, bids::withdraw)
        .get("/api/v1/bids", Access::Dealer, bids::list)
        .get("/api/v1/time", Access::Public, lots::time)
        .get("/api/v1/openapi.json", Access::Public, openapi::document)
        .get("/api/docs", Access::Public, openapi::browse)
        .get("/api/docs/{*file}", Access::Public, openapi::file)
}
