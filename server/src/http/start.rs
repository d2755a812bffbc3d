//! `/`: sends everybody to where they start.

use axum::Extension;
use axum::response::Redirect;
use kernel::{Access, Principal};

use crate::route_table::Routes;

/// The route of the bare address.
pub fn routes() -> Routes {
    Routes::new().get("/", Access::Public, start)
}

async fn start(who: Option<Extension<Principal>>) -> Redirect {
    Redirect::to(app::routes::start_of(who.as_deref()))
}
